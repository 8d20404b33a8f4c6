using System.Data.Common;

namespace LoyaltyAdmin.Domain.Data.PostgreSql;

/// <summary>The difference of two days is a whole number of days.</summary>
internal sealed class PostgreSqlPurchaseSql : PurchaseSql
{
    protected override string IsPurchase => "\"IsPurchase\"";

    protected override string Month(string day) => $"CAST(date_part('year', {day}) * 100 + date_part('month', {day}) AS int)";

    protected override string Expected(string first, string last, string days) => $"{last} + (({last} - {first}) + {days} - 2) / ({days} - 1)";

    protected override string Rows(DbCommand command, IReadOnlyList<BulkColumn> columns, IReadOnlyList<object?[]> rows)
    {
        PostgreSqlBulkInsert.AddArrays(command, columns, rows);

        return $"SELECT * FROM unnest({string.Join(", ", columns.Select((_, i) => $"@c{i}"))})";
    }
}
