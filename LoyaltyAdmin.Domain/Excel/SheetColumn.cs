namespace LoyaltyAdmin.Domain.Excel;

/// <summary>One column of a sheet, as templates and imports see it.</summary>
public abstract record SheetColumn(string Header, CellKind Kind, int Scale, ColumnOptions Options)
{
    /// <summary>Width in characters.</summary>
    public double Width => Options.Width ?? Kind switch
    {
        CellKind.Text => 24,
        CellKind.DateTime => 20,
        CellKind.Money => 14,
        _ => 12,
    };

    /// <summary>The header and its synonyms: whatever an import takes for this column.</summary>
    internal IEnumerable<string> Names => [Header, .. Options.Synonyms];
}

/// <summary>One column of a sheet, with the way to its value in an exported row.</summary>
public sealed record SheetColumn<TRow> : SheetColumn
{
    internal SheetColumn(string header, CellKind kind, Action<TRow, CellSink> write, ColumnOptions? options, int scale = 0)
        : base(header, kind, scale, options ?? ColumnOptions.None) => Write = write;

    internal Action<TRow, CellSink> Write { get; }
}
