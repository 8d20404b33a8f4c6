using LoyaltyAdmin.Domain.Imports;

namespace LoyaltyAdmin.Web.Components.Imports;

/// <summary>An import's state as people read it.</summary>
public static class ImportWords
{
    public static string Of(ImportStatus status) => status switch
    {
        ImportStatus.Uploaded => "Reading",
        ImportStatus.Validated => "To be confirmed",
        ImportStatus.AwaitingApproval => "Waits for approval",
        ImportStatus.Applying => "Importing",
        ImportStatus.Committed => "Imported",
        ImportStatus.RollingBack => "Rolling back",
        ImportStatus.RolledBack => "Rolled back",
        _ => Words.Plain(status.ToString()),
    };

    public static Tone ToneOf(ImportStatus status) => status switch
    {
        ImportStatus.Committed => Tone.Good,
        ImportStatus.Failed => Tone.Bad,
        ImportStatus.Validated or ImportStatus.AwaitingApproval or ImportStatus.Uploaded or ImportStatus.Applying or ImportStatus.Cancelling or ImportStatus.RollingBack => Tone.Attention,
        _ => Tone.Neutral,
    };

    public static string Of(ImportEffect effect) => effect switch
    {
        ImportEffect.Creates => "New",
        ImportEffect.Updates => "Update",
        ImportEffect.Unchanged => "No change",
        _ => "Refused",
    };

    public static Tone ToneOf(ImportEffect effect) => effect switch
    {
        ImportEffect.Creates => Tone.Good,
        ImportEffect.Updates => Tone.Attention,
        ImportEffect.Refused => Tone.Bad,
        _ => Tone.Neutral,
    };

    public static string Of(ImportMode mode) => mode == ImportMode.AllOrNothing ? "All or nothing" : "Valid rows only";
}
