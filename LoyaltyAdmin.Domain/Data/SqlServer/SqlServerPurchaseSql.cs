using System.Data.Common;
using LoyaltyAdmin.Domain.Orders;

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

    // It has no statement that inserts or changes and is safe beside other writers: members are counted anew.
    public override Task<IReadOnlySet<long>> AddAsync(LoyaltyDbContext db, IReadOnlyList<PurchaseAddition> additions, CancellationToken cancel) => Task.FromResult<IReadOnlySet<long>>(new HashSet<long>());

    protected override string Rows(DbCommand command, IReadOnlyList<BulkColumn> columns, IReadOnlyList<object?[]> rows) => throw new NotSupportedException();
}
