using System.Reflection;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Web.Access;
using Microsoft.AspNetCore.Components;
using Radzen;

namespace LoyaltyAdmin.Web.Components;

/// <summary>
/// What every page of the portal starts from: who is looking (<see cref="Actor"/>, known before <c>OnInitializedAsync</c>), what they may do,
/// and one way to do something that may be refused (<see cref="AttemptAsync(string, Func{Task})"/>).
/// </summary>
public abstract class AppPage : ComponentBase, IDisposable
{
    private Grant? grant;

    [Inject]
    private CurrentStaff Staff { get; set; } = default!;

    [Inject]
    private NotificationService Notifications { get; set; } = default!;

    [Inject]
    private ILoggerFactory Loggers { get; set; } = default!;

    [Inject]
    protected NavigationManager Navigation { get; set; } = default!;

    /// <summary>The store switch in the header.</summary>
    [Inject]
    protected StoreView View { get; set; } = default!;

    /// <summary>Passed as first argument to every service.</summary>
    protected Actor Actor => Grant.Actor;

    /// <summary>What the user may do, as of the page's opening; for showing and hiding only, services decide.</summary>
    protected Grant Grant => grant ?? throw new AccessDeniedException("Sign in first.");

    /// <summary>Messages of the last refused attempt by the form's property name; cleared by the next.</summary>
    protected Dictionary<string, string> FieldErrors { get; } = [];

    /// <summary>An attempt is running: buttons that start one are disabled.</summary>
    protected bool IsBusy { get; private set; }

    protected bool May(Permission permission) => Grant.May(permission);

    protected string? ErrorOf(string field) => FieldErrors.GetValueOrDefault(field);

    public override async Task SetParametersAsync(ParameterView parameters)
    {
        // Parameters are valid only until the first await.
        parameters.SetParameterProperties(this);
        if (grant is null)
        {
            grant = await Staff.FindAsync();
            if (grant is null)
            {
                Navigation.NavigateTo(Navigation.Uri, forceLoad: true);

                return;
            }

            if (GetType().GetCustomAttribute<RequiresPermissionAttribute>() is { } needed && !grant.May(needed.Permission))
            {
                throw new AccessDeniedException($"This page needs the permission “{needed.Permission}”, which your role does not have.");
            }

            View.Changed += ViewChangedAsync;
        }

        await base.SetParametersAsync(ParameterView.Empty);
    }

    /// <summary>The store switch changed: load again.</summary>
    protected virtual Task OnViewChangedAsync() => Task.CompletedTask;

    /// <summary>
    /// Does something that may be refused: says it worked (nothing when empty), puts messages at their fields, shows a refusal's sentence, and logs
    /// anything else under a number the user can quote. A second call while one runs does nothing. True: it worked.
    /// </summary>
    protected async Task<bool> AttemptAsync(string success, Func<Task> action)
    {
        if (IsBusy)
        {
            return false;
        }

        IsBusy = true;
        FieldErrors.Clear();
        StateHasChanged();
        try
        {
            await action();
            if (success.Length > 0)
            {
                Notify(NotificationSeverity.Success, success);
            }

            return true;
        }
        catch (InvalidInputException invalid)
        {
            foreach (var error in invalid.Errors)
            {
                FieldErrors.TryAdd(error.Field, error.Message);
            }

            Notify(NotificationSeverity.Warning, "Nothing was saved. Check the marked fields.");
        }
        catch (RuleViolationException refusal)
        {
            if (refusal.Field is { } field)
            {
                FieldErrors.TryAdd(field, refusal.Message);
            }

            Notify(NotificationSeverity.Warning, refusal.Message);
        }
        catch (DatabaseUnavailableException unavailable)
        {
            Notify(NotificationSeverity.Error, unavailable.Message);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or NavigationException))
        {
            var number = Guid.NewGuid().ToString("N")[..8].ToUpperInvariant();
            Loggers.CreateLogger(GetType()).LogError(exception, "An action failed unexpectedly; correlation {Correlation}", number);
            Notify(NotificationSeverity.Error, $"This did not work because of an error in the program. Quote {number} when you report it.");
        }
        finally
        {
            IsBusy = false;
        }

        return false;
    }

    protected void Notify(NotificationSeverity severity, string message) =>
        Notifications.Notify(new NotificationMessage { Severity = severity, Summary = message, Duration = severity == NotificationSeverity.Success ? 4_000 : 10_000 });

    public void Dispose()
    {
        View.Changed -= ViewChangedAsync;
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }

    private Task ViewChangedAsync() => InvokeAsync(async () =>
    {
        await OnViewChangedAsync();
        StateHasChanged();
    });
}
