namespace LoyaltyAdmin.Domain.Excel;

/// <summary>One row of an uploaded file, each cell understood as its column declares. A cell with an error reads as null.</summary>
public sealed class SheetRow
{
    private readonly SheetHeader header;
    private readonly object?[] values;

    internal SheetRow(SheetHeader header, object?[] values, OriginalRow original, IReadOnlyList<CellError> errors) =>
        (this.header, this.values, Original, Errors) = (header, values, original, errors);

    /// <summary>The number of the row as Excel shows it.</summary>
    public int RowNumber => Original.RowNumber;

    /// <summary>What is wrong with its cells, from left to right.</summary>
    public IReadOnlyList<CellError> Errors { get; }

    /// <summary>No cell has an error.</summary>
    public bool IsValid => Errors.Count == 0;

    /// <summary>The row as it was uploaded.</summary>
    public OriginalRow Original { get; }

    public string? Text(string column) => (string?)values[header.IndexOf(column, CellKind.Text)];

    public long? Integer(string column) => (long?)values[header.IndexOf(column, CellKind.Integer)];

    public decimal? Money(string column) => (decimal?)values[header.IndexOf(column, CellKind.Money)];

    public DateOnly? Date(string column) => (DateOnly?)values[header.IndexOf(column, CellKind.Date)];

    /// <summary>The moment in UTC.</summary>
    public DateTimeOffset? DateTime(string column) => (DateTimeOffset?)values[header.IndexOf(column, CellKind.DateTime)];

    public bool? Boolean(string column) => (bool?)values[header.IndexOf(column, CellKind.Boolean)];

    /// <summary>An error found by the caller's own rules, at the place of this row.</summary>
    public CellError Error(string column, string code, string sentence) => new(RowNumber, column, code, sentence);
}
