namespace LoyaltyAdmin.Domain.Excel;

/// <summary>What one export says around its table, and whose clock it shows.</summary>
public sealed record SheetLayout
{
    internal static SheetLayout Plain { get; } = new();

    /// <summary>Lines above the header: who exported, when, with which filter. An import skips them.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>The zone in which moments are shown; UTC unless given.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Rows of one sheet, header and lines included; what does not fit goes to a further sheet. Excel's own limit unless a smaller one is given.</summary>
    public int RowsPerSheet { get; init; } = SheetLimits.Rows;
}
