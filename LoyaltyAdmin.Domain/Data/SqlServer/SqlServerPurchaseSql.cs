namespace LoyaltyAdmin.Domain.Data.SqlServer;

internal sealed class SqlServerPurchaseSql : PurchaseSql
{
    protected override string IsPurchase => "\"IsPurchase\" = 1";

    protected override string Month(string day) => $"YEAR({day}) * 100 + MONTH({day})";

    protected override string Expected(string first, string last, string days) => $"DATEADD(day, (DATEDIFF(day, {first}, {last}) + {days} - 2) / ({days} - 1), {last})";
}
