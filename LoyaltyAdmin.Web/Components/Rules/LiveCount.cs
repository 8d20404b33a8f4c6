using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Web.Components.Rules;

/// <summary>
/// Counts behind a form while it is edited: waits for a pause in the changes, cancels what is no longer asked, and never lets an older answer overwrite
/// a newer one.
/// </summary>
public sealed class LiveCount<T>(Action changed) : IDisposable where T : class
{
    private static readonly TimeSpan pause = TimeSpan.FromMilliseconds(400);

    private CancellationTokenSource? running;

    public T? Answer { get; private set; }

    /// <summary>Why there is no answer, for people.</summary>
    public string? Fault { get; private set; }

    public bool IsCounting { get; private set; }

    public void Ask(Func<CancellationToken, Task<T>> question)
    {
        running?.Cancel();
        running = new CancellationTokenSource();
        IsCounting = true;
        _ = RunAsync(question, running.Token);
    }

    public void Dispose()
    {
        running?.Cancel();
        running?.Dispose();
    }

    private async Task RunAsync(Func<CancellationToken, Task<T>> question, CancellationToken cancel)
    {
        try
        {
            await Task.Delay(pause, cancel);
            var answer = await Task.Run(() => question(cancel), cancel);
            cancel.ThrowIfCancellationRequested();
            (Answer, Fault) = (answer, null);
        }
        catch (Exception) when (cancel.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception) when (exception is RuleViolationException or DatabaseUnavailableException)
        {
            Fault = exception.Message;
        }
        catch (Exception)
        {
            // A count is only help: the form works without it.
            Fault = "This could not be counted.";
        }

        IsCounting = false;
        changed();
    }
}
