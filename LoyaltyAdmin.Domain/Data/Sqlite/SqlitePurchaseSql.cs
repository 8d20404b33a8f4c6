namespace LoyaltyAdmin.Domain.Data.Sqlite;

/// <summary>Days are texts (yyyy-MM-dd), flags whole numbers.</summary>
internal sealed class SqlitePurchaseSql : PurchaseSql
{
    protected override string IsPurchase => "\"IsPurchase\" = 1";

    protected override string Month(string day) => $"CAST(substr({day}, 1, 4) || substr({day}, 6, 2) AS INTEGER)";

    protected override string Expected(string first, string last, string days) =>
        $"date({last}, '+' || ((CAST(julianday({last}) - julianday({first}) AS INTEGER) + {days} - 2) / ({days} - 1)) || ' days')";
}
