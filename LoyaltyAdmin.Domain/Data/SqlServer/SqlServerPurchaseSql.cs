namespace LoyaltyAdmin.Domain.Data.SqlServer;

internal sealed class SqlServerPurchaseSql : PurchaseSql
{
    protected override string IsPurchase => "\"IsPurchase\" = 1";

    protected override string Month(string day) => $"YEAR({day}) * 100 + MONTH({day})";

    // Its MERGE is not safe beside other writers; the members are held, so that nobody looks in between.
    protected override string Put(string table, string columns, string key, string query) => key.Contains("Month", StringComparison.Ordinal)
        ? $"DELETE t FROM \"{table}\" t JOIN ({query}) n ON n.\"MemberId\" = t.\"MemberId\" AND n.\"Month\" = t.\"Month\";\nINSERT INTO \"{table}\" ({columns})\n{query}"
        : $"DELETE t FROM \"{table}\" t JOIN ({query}) n ON n.\"MemberId\" = t.\"MemberId\";\nINSERT INTO \"{table}\" ({columns})\n{query}";

    protected override string Expected(string first, string last, string days) => $"DATEADD(day, (DATEDIFF(day, {first}, {last}) + {days} - 2) / ({days} - 1), {last})";
}
