namespace LoyaltyAdmin.Domain.Excel;

/// <summary>What a template explains about a column and an import demands of it.</summary>
public sealed record ColumnOptions
{
    internal static ColumnOptions None { get; } = new();

    /// <summary>Width in characters; every kind has a sensible one of its own.</summary>
    public double? Width { get; init; }

    /// <summary>An import refuses a file without this column, and a row without this cell.</summary>
    public bool Required { get; init; }

    /// <summary>One sentence for the Instructions sheet of the template.</summary>
    public string? Help { get; init; }

    /// <summary>A valid value, shown on the Instructions sheet only, so that it is never imported by accident.</summary>
    public string? Example { get; init; }

    /// <summary>The only values an import takes (case is ignored); the template offers them as a list.</summary>
    public IReadOnlyList<string> AllowedValues { get; init; } = [];

    /// <summary>Other headers an import takes for this column.</summary>
    public IReadOnlyList<string> Synonyms { get; init; } = [];

    /// <summary>The longest text an import takes.</summary>
    public int MaxLength { get; init; } = SheetLimits.CellLength;

    /// <summary>How dates are written as text, where an import was told so; a time of day is then left out. Empty: year-month-day only.</summary>
    public IReadOnlyList<string> DateFormats { get; init; } = [];

    /// <summary>The decimal mark of amounts written as text, where an import was told so; the other of point and comma then separates thousands.</summary>
    public char? DecimalMark { get; init; }

    /// <summary>In the export only: not in the template, and ignored in an import.</summary>
    public bool ExportOnly { get; init; }
}
