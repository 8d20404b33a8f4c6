using Microsoft.AspNetCore.Components;
using Radzen;

namespace LoyaltyAdmin.Web.Components;

/// <summary>The dialogs every page uses, as one call each. True: it was confirmed and, where the dialog does it, done.</summary>
public static class DialogCalls
{
    private static readonly DialogOptions options = new() { Width = "32rem", CloseDialogOnEsc = true, ShowClose = true, AutoFocusFirstElement = true, CssClass = "dialog" };

    /// <summary>Asks before something that cannot be taken back lightly; the text names the thing.</summary>
    public static Task<bool> ConfirmAsync(this DialogService dialogs, string title, string text, string confirm, bool danger = false) =>
        dialogs.ShowAsync<ConfirmDialog>(title, new() { [nameof(ConfirmDialog.Text)] = text, [nameof(ConfirmDialog.Confirm)] = confirm, [nameof(ConfirmDialog.Danger)] = danger });

    /// <summary>Asks for the reason, then does it; refusals show in the dialog's page and nothing typed is lost.</summary>
    public static Task<bool> ReasonAsync(this DialogService dialogs, string title, string text, string confirm, string done, Func<string, Task> action, bool danger = false, bool optional = false, string label = "Reason", string? placeholder = null) =>
        dialogs.ShowAsync<ReasonDialog>(title, new()
        {
            [nameof(ReasonDialog.Text)] = text,
            [nameof(ReasonDialog.Confirm)] = confirm,
            [nameof(ReasonDialog.Done)] = done,
            [nameof(ReasonDialog.Do)] = action,
            [nameof(ReasonDialog.Danger)] = danger,
            [nameof(ReasonDialog.Optional)] = optional,
            [nameof(ReasonDialog.Label)] = label,
            [nameof(ReasonDialog.Placeholder)] = placeholder,
        });

    /// <summary>Any dialog; it closes itself with true when its deed is done.</summary>
    public static async Task<bool> ShowAsync<TDialog>(this DialogService dialogs, string title, Dictionary<string, object?> parameters, bool wide = false) where TDialog : ComponentBase =>
        await dialogs.OpenAsync<TDialog>(title, parameters, wide ? new DialogOptions { Width = "44rem", CloseDialogOnEsc = true, ShowClose = true, AutoFocusFirstElement = true, CssClass = "dialog" } : options) is true;
}
