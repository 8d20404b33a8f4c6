namespace LoyaltyAdmin.Domain.Excel;

/// <summary>Which column of the file holds which column of the declaration.</summary>
internal sealed class SheetHeader
{
    // A file may name thousands of columns; beyond these, unknown ones are not written back.
    private const int MostKept = 256;

    private readonly Dictionary<string, int> indexes = new(StringComparer.Ordinal);

    private SheetHeader(Sheet sheet, IReadOnlyList<(string Name, int At)> cells)
    {
        Columns = [.. sheet.ImportColumns];
        Places = new int[Columns.Count];

        for (var index = 0; index < Columns.Count; index++)
        {
            indexes.Add(Columns[index].Header, index);
            Places[index] = PlaceOf(Columns[index], cells);
        }

        Kept = [.. cells.Where((cell, order) => (order < MostKept || Places.Contains(cell.At)) && !cell.Name.Equals(ErrorColumn.Header, StringComparison.OrdinalIgnoreCase))];
    }

    /// <summary>The declared columns an import looks for.</summary>
    public IReadOnlyList<SheetColumn> Columns { get; }

    /// <summary>For each of them its place in the file, -1 if it is missing.</summary>
    public int[] Places { get; }

    /// <summary>The named columns of the file in their order, as they are written back.</summary>
    public IReadOnlyList<(string Name, int At)> Kept { get; }

    public IEnumerable<SheetColumn> Missing => Columns.Where((column, index) => column.Options.Required && Places[index] < 0);

    public int Found => Places.Count(place => place >= 0);

    /// <summary>Every required column is there; where none is, at least half of what the row names is known, because a line above the table may hold one of the names.</summary>
    public bool IsHeader =>
        Found > 0 && !Missing.Any() && (Columns.Any(column => column.Options.Required) || Found * 2 >= Math.Min(Columns.Count, Kept.Count));

    public static SheetHeader Of(Sheet sheet, RowSource row)
    {
        var cells = new List<(string, int)>();

        for (var at = 0; at < row.Count; at++)
        {
            if (row.Cell(at).Value is string text && HeaderName.Normalize(text) is { Length: > 0 } name)
            {
                cells.Add((name, at));
            }
        }

        return new(sheet, cells);
    }

    /// <summary>The index of a declared column in a <see cref="SheetRow"/>.</summary>
    public int IndexOf(string column, CellKind kind) =>
        indexes.TryGetValue(column, out var index) && Columns[index].Kind == kind
            ? index
            : throw new ArgumentException($"The sheet declares no {kind} column {column} for imports.", nameof(column));

    private static int PlaceOf(SheetColumn column, IReadOnlyList<(string Name, int At)> cells)
    {
        var names = column.Names.Select(HeaderName.Normalize).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var places = cells.Where(cell => names.Contains(cell.Name)).Take(2).ToList();

        return places switch
        {
            [] => -1,
            [var only] => only.At,
            [var first, var second, ..] => throw Refusals.TwoColumns(column.Header, CellPlace.Letters(first.At), CellPlace.Letters(second.At)),
        };
    }
}
