namespace LoyaltyAdmin.Domain.Excel;

/// <summary>A sheet is a list of columns declared once: template, import and export come from it.</summary>
public abstract class Sheet
{
    private protected Sheet(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    /// <summary>The name on the tab.</summary>
    public string Name { get; }

    /// <summary>All columns, in the order of the export.</summary>
    public abstract IReadOnlyList<SheetColumn> Columns { get; }

    /// <summary>The columns of the template, which an import looks for.</summary>
    public IEnumerable<SheetColumn> ImportColumns => Columns.Where(column => !column.Options.ExportOnly);
}

/// <summary>A sheet of <typeparamref name="TRow"/>. Immutable: every verb answers a new sheet.</summary>
/// <example>
/// <code>
/// public static readonly Sheet&lt;GiftCardRow&gt; Columns = new Sheet&lt;GiftCardRow&gt;("Gift cards")
///     .Text("Card number", card => card.Number, new() { Required = true, Synonyms = ["Number"], Example = "0012345678901234567" })
///     .Money("Balance", card => card.Balance)
///     .Date("Valid until", card => card.ValidUntil);
/// </code>
/// </example>
public sealed class Sheet<TRow> : Sheet
{
    private const int MostDecimals = 4;

    private readonly SheetColumn<TRow>[] columns;

    public Sheet(string name) : this(name, []) { }

    private Sheet(string name, SheetColumn<TRow>[] columns) : base(name) => this.columns = columns;

    /// <inheritdoc/>
    public override IReadOnlyList<SheetColumn> Columns => columns;

    internal ReadOnlySpan<SheetColumn<TRow>> Cells => columns;

    /// <summary>Words, and numbers one does not calculate with: card numbers keep their leading zeros.</summary>
    public Sheet<TRow> Text(string header, Func<TRow, string?> value, ColumnOptions? options = null) =>
        With(new(header, CellKind.Text, (row, cells) => cells.Text(value(row)), options));

    /// <summary>A whole number to calculate with: a count, points.</summary>
    public Sheet<TRow> Integer(string header, Func<TRow, long?> value, ColumnOptions? options = null) =>
        With(new(header, CellKind.Integer, (row, cells) => cells.Integer(value(row)), options));

    /// <summary>An amount with a fixed number of decimals (0 to 4); an import refuses more of them.</summary>
    public Sheet<TRow> Money(string header, Func<TRow, decimal?> value, int scale = 2, ColumnOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(scale);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(scale, MostDecimals);

        return With(new(header, CellKind.Money, (row, cells) => cells.Money(value(row), scale), options, scale));
    }

    /// <summary>An amount whose row knows the currency, and so the number of decimals; an import takes up to four and leaves the rest to the caller.</summary>
    public Sheet<TRow> Money(string header, Func<TRow, decimal?> value, Func<TRow, int> scale, ColumnOptions? options = null) =>
        With(new(header, CellKind.Money, (row, cells) => cells.Money(value(row), Math.Clamp(scale(row), 0, MostDecimals)), options, MostDecimals));

    /// <summary>A calendar day.</summary>
    public Sheet<TRow> Date(string header, Func<TRow, DateOnly?> value, ColumnOptions? options = null) =>
        With(new(header, CellKind.Date, (row, cells) => cells.Date(value(row)), options));

    /// <summary>A moment, shown and understood in the time zone given to the export or the import.</summary>
    public Sheet<TRow> DateTime(string header, Func<TRow, DateTimeOffset?> value, ColumnOptions? options = null) =>
        With(new(header, CellKind.DateTime, (row, cells) => cells.DateTime(value(row)), options));

    /// <summary>Yes or no.</summary>
    public Sheet<TRow> Boolean(string header, Func<TRow, bool?> value, ColumnOptions? options = null) =>
        With(new(header, CellKind.Boolean, (row, cells) => cells.Boolean(value(row)), options));

    /// <summary>The same sheet with values for one column that are known only at run time: names of plans, tiers, stores.</summary>
    public Sheet<TRow> Allow(string header, IEnumerable<string> values)
    {
        var at = Array.FindIndex(columns, column => column.Header == header);

        if (at < 0)
        {
            throw new ArgumentException($"The sheet {Name} has no column {header}.", nameof(header));
        }

        var changed = columns.ToArray();
        changed[at] = changed[at] with { Options = changed[at].Options with { AllowedValues = [.. values] } };
        return new(Name, changed);
    }

    /// <summary>Columns whose headers come from an uploaded file, where a header may stand twice.</summary>
    internal static Sheet<TRow> Of(string name, IEnumerable<SheetColumn<TRow>> columns) => new(name, [.. columns]);

    private Sheet<TRow> With(SheetColumn<TRow> column)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(column.Header);

        if (columns.Length == SheetLimits.Columns)
        {
            throw new ArgumentException($"The sheet {Name} has too many columns.", nameof(column));
        }

        var taken = columns.SelectMany(known => known.Names).Select(HeaderName.Normalize).ToHashSet(StringComparer.OrdinalIgnoreCase);

        foreach (var name in column.Names)
        {
            if (!taken.Add(HeaderName.Normalize(name)))
            {
                throw new ArgumentException($"The sheet {Name} has two columns named {name}.", nameof(column));
            }
        }

        return new(Name, [.. columns, column]);
    }
}
