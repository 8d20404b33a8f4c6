namespace LoyaltyAdmin.Domain.Imports;

/// <summary>One import as its page and the history show it.</summary>
/// <param name="ValueSummary">The value of the valid rows per currency.</param>
/// <param name="Warning">A doubt about the file as a whole; it does not stand in the way.</param>
/// <param name="CanRollBack">The kind can be taken back once finished.</param>
/// <param name="Settings">How the file was read, as JSON; null: as the template says.</param>
public sealed record ImportSummary(
    long Id, string FileName, string UploadedByName, DateTimeOffset UploadedAt, ImportStatus Status, ImportMode Mode, int TotalRows, int ValidRows, int ErrorRows, int AppliedRows,
    string? ValueSummary, DateTimeOffset? FinishedAt, string? Failure, string? Warning, bool CanRollBack, string? Settings)
{
    /// <summary>Something is being done in the background.</summary>
    public bool IsRunning => Status is ImportStatus.Uploaded or ImportStatus.Applying or ImportStatus.Cancelling or ImportStatus.RollingBack;

    /// <summary>How far the background work is, 0 to 100.</summary>
    public int Percent => ValidRows == 0 ? 0 : (int)Math.Min(100, AppliedRows * 100L / ValidRows);

    public bool MayConfirm => Status == ImportStatus.Validated && ValidRows > 0;

    public bool MayCancel => Status is ImportStatus.Validated or ImportStatus.AwaitingApproval or ImportStatus.Applying;

    public bool MayRollBack => CanRollBack && Status == ImportStatus.Committed;
}

/// <summary>What a row does, where rows may change what exists.</summary>
public enum ImportEffect
{
    /// <summary>Something is wrong with it.</summary>
    Refused,
    Creates,
    Updates,

    /// <summary>It says what is known.</summary>
    Unchanged,
}

/// <summary>What is wrong with one row, or what it does; as found when the file was checked.</summary>
public sealed record ImportVerdict(long Id, int RowNumber, string? Column, string? Code, string? Sentence, bool IsValid)
{
    public ImportEffect Effect => IsValid && Enum.TryParse<ImportEffect>(Code, out var effect) ? effect : ImportEffect.Refused;
}
