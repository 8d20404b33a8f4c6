using Microsoft.AspNetCore.Components;
using Radzen;

namespace LoyaltyAdmin.Web.Components;

/// <summary>The dialogs every page uses, as one call each. True: it was confirmed and, where the dialog does it, done.</summary>
public static class DialogCalls
{
    private static readonly (DialogOptions Narrow, DialogOptions Wide) options = (Of("32rem"), Of("44rem"));

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
        await dialogs.OpenAsync<TDialog>(title, parameters, wide ? options.Wide : options.Narrow) is true;

    // Radzen would take the focus half a second later, from whoever has begun to type in another field: app.js does it at once.
    private static DialogOptions Of(string width) => new() { Width = width, CloseDialogOnEsc = true, ShowClose = true, AutoFocusFirstElement = false, CssClass = "dialog" };
}
