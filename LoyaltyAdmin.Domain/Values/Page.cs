namespace LoyaltyAdmin.Domain.Values;

/// <summary>
/// Which rows of a sorted list to return. <see cref="Cursor"/> continues from a row of an earlier page (keyset paging: page 10,000
/// costs what page 1 costs); without it the list starts at its beginning, or at its end when <see cref="Backward"/>.
/// </summary>
public sealed record PageRequest
{
    public const int MaximumSize = 100;

    public int Size { get; init; } = 50;

    /// <summary>The column to sort by, by its row property name; each list names those it offers and its default.</summary>
    public string? Sort { get; init; }

    public bool Descending { get; init; } = true;

    public string? Cursor { get; init; }

    /// <summary>Read towards the beginning of the list: the rows before <see cref="Cursor"/>, or the last page without one.</summary>
    public bool Backward { get; init; }

    internal int BoundedSize => Math.Clamp(Size, 1, MaximumSize);
}

/// <summary>One page of rows with the cursors of its neighbours (null: there is none).</summary>
public sealed record Page<T>(IReadOnlyList<T> Rows, string? Next, string? Previous)
{
    public static readonly Page<T> Empty = new([], null, null);
}

/// <summary>A count that stops at a bound, so that a figure over millions of rows never costs more than the page beside it.</summary>
public sealed record BoundedCount(long Count, bool IsExact)
{
    public override string ToString() => IsExact ? Count.ToString("N0", null) : Count.ToString("N0", null) + "+";
}
