namespace LoyaltyAdmin.Domain.Excel;

/// <summary>A cell before its column is known: null, text, a double, a moment, a span or a truth value.</summary>
internal readonly record struct RawCell(object? Value, string? Format = null);

/// <summary>The rows of a file from top to bottom, whatever its format.</summary>
internal abstract class RowSource : IDisposable
{
    /// <summary>The number of the row as a spreadsheet program shows it.</summary>
    public int RowNumber { get; protected set; }

    /// <summary>Cells of the current row, empty ones at its end perhaps included.</summary>
    public abstract int Count { get; }

    /// <summary>Decimals may follow a comma.</summary>
    public virtual bool TakesDecimalComma => false;

    public abstract bool Read();

    public abstract RawCell Cell(int column);

    public abstract void Dispose();
}
