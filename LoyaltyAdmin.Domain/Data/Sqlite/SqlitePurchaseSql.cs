using System.Data.Common;
using System.Globalization;

namespace LoyaltyAdmin.Domain.Data.Sqlite;

/// <summary>Days are texts (yyyy-MM-dd), flags whole numbers.</summary>
internal sealed class SqlitePurchaseSql : PurchaseSql
{
    protected override string IsPurchase => "\"IsPurchase\" = 1";

    protected override string Month(string day) => $"CAST(substr({day}, 1, 4) || substr({day}, 6, 2) AS INTEGER)";

    protected override string Expected(string first, string last, string days) =>
        $"date({last}, '+' || ((CAST(julianday({last}) - julianday({first}) AS INTEGER) + {days} - 2) / ({days} - 1)) || ' days')";

    // Written out: more rows than a statement takes parameters. Only whole numbers and days come here.
    protected override string Rows(DbCommand command, IReadOnlyList<BulkColumn> columns, IReadOnlyList<object?[]> rows) =>
        "VALUES " + string.Join(",\n", rows.Select(row => $"({string.Join(", ", row.Select(Literal))})"));

    private static string Literal(object? value) => value switch
    {
        null => "NULL",
        DateOnly day => day.ToString("\\'yyyy-MM-dd\\'", CultureInfo.InvariantCulture),
        decimal amount => ((long)(amount * 10_000m)).ToString(CultureInfo.InvariantCulture),
        long or int => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        _ => throw new ArgumentOutOfRangeException(nameof(value), value.GetType().Name, "This is neither a number nor a day."),
    };
}
