using System.Data.Common;
using System.Globalization;
using System.Text;
using LoyaltyAdmin.Domain.Orders;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace LoyaltyAdmin.Domain.Data;

/// <summary>What orders add up to per member, in one database's words. The table and column names are the model's.</summary>
internal abstract class PurchaseSql
{
    private const int MostIds = 500;

    private const string SummaryColumns =
        """
        "MemberId", "OrderCount", "PurchaseDays", "FirstOn", "LastOn", "LastPosOn", "LastOnlineOn", "Revenue", "PosRevenue", "OnlineRevenue", "ExpectedOn"
        """;

    private const string MonthColumns =
        """
        "MemberId", "Month", "OrderCount", "Revenue", "PosRevenue"
        """;

    private static readonly BulkColumn[] summaryColumns =
    [
        new("MemberId", BulkType.Long), new("OrderCount", BulkType.Int), new("PurchaseDays", BulkType.Int), new("FirstOn", BulkType.Day), new("LastOn", BulkType.Day), new("LastPosOn", BulkType.Day),
        new("LastOnlineOn", BulkType.Day), new("Revenue", BulkType.Decimal), new("PosRevenue", BulkType.Decimal), new("OnlineRevenue", BulkType.Decimal),
    ];

    private static readonly BulkColumn[] monthColumns =
        [new("MemberId", BulkType.Long), new("Month", BulkType.Int), new("OrderCount", BulkType.Int), new("Revenue", BulkType.Decimal), new("PosRevenue", BulkType.Decimal)];

    /// <summary>The orders that count (<see cref="Order.IsPurchase"/>).</summary>
    protected abstract string IsPurchase { get; }

    /// <summary>Year × 100 + month of a day.</summary>
    protected abstract string Month(string day);

    /// <summary><paramref name="last"/> plus the average gap of <paramref name="days"/> (two or more) days from <paramref name="first"/> on, rounded up to a whole day.</summary>
    protected abstract string Expected(string first, string last, string days);

    /// <summary>A query that gives these rows, in the order of the columns; its parameters are added to the command.</summary>
    protected abstract string Rows(DbCommand command, IReadOnlyList<BulkColumn> columns, IReadOnlyList<object?[]> rows);

    /// <summary>Conditions on the member, each for so many identifiers as one statement takes.</summary>
    public static IEnumerable<string> Members(IEnumerable<long> ids) =>
        ids.Chunk(MostIds).Select(Among);

    public static string Members(long first, long last) => string.Create(CultureInfo.InvariantCulture, $"\"MemberId\" BETWEEN {first} AND {last}");

    /// <summary>The summaries of the members the condition names, as the orders give them. Its last condition, always true, keeps SQLite from reading ON CONFLICT as a join.</summary>
    public string Summaries(string members) =>
        $"""
        SELECT d."MemberId", d."OrderCount", d."PurchaseDays", d."FirstOn", d."LastOn", d."LastPosOn", d."LastOnlineOn", d."Revenue", d."PosRevenue", d."OnlineRevenue",
            CASE WHEN d."PurchaseDays" > 1 THEN {Expected("d.\"FirstOn\"", "d.\"LastOn\"", "d.\"PurchaseDays\"")} END AS "ExpectedOn"
        FROM (
            SELECT "MemberId", CAST(COUNT(*) AS int) AS "OrderCount",
                CAST(COUNT(DISTINCT CASE WHEN "Revenue" > 0 THEN "BusinessDay" END) AS int) AS "PurchaseDays",
                MIN(CASE WHEN "Revenue" > 0 THEN "BusinessDay" END) AS "FirstOn",
                MAX(CASE WHEN "Revenue" > 0 THEN "BusinessDay" END) AS "LastOn",
                MAX(CASE WHEN "Revenue" > 0 AND "Channel" = 'Pos' THEN "BusinessDay" END) AS "LastPosOn",
                MAX(CASE WHEN "Revenue" > 0 AND "Channel" = 'Online' THEN "BusinessDay" END) AS "LastOnlineOn",
                SUM("GroupRevenue") AS "Revenue",
                SUM(CASE WHEN "Channel" = 'Pos' THEN "GroupRevenue" ELSE 0 END) AS "PosRevenue",
                SUM(CASE WHEN "Channel" = 'Online' THEN "GroupRevenue" ELSE 0 END) AS "OnlineRevenue"
            FROM "Orders" WHERE {members} AND {IsPurchase} GROUP BY "MemberId") d
        WHERE d."OrderCount" > 0
        """;

    /// <summary>The months of the members the condition names, as the orders give them.</summary>
    public string Months(string members) =>
        $"""
        SELECT d."MemberId", d."Month", CAST(COUNT(*) AS int) AS "OrderCount", SUM(d."GroupRevenue") AS "Revenue", SUM(CASE WHEN d."Channel" = 'Pos' THEN d."GroupRevenue" ELSE 0 END) AS "PosRevenue"
        FROM (SELECT "MemberId", {Month("\"BusinessDay\"")} AS "Month", "GroupRevenue", "Channel" FROM "Orders" WHERE {members} AND {IsPurchase}) d
        GROUP BY d."MemberId", d."Month"
        """;

    /// <summary>Writes both anew for the members the condition names, within the caller's transaction.</summary>
    public Task RewriteAsync(LoyaltyDbContext db, string members, CancellationToken cancel) => RunAsync(db,
        $"""
        DELETE FROM "PurchaseMonths" WHERE {members};
        DELETE FROM "PurchaseSummaries" WHERE {members};
        INSERT INTO "PurchaseSummaries" ({SummaryColumns})
        {Summaries(members)};
        INSERT INTO "PurchaseMonths" ({MonthColumns})
        {Months(members)};
        """, cancel);

    /// <summary>
    /// Writes the summaries of the members touched, and of their months only those touched, within the caller's transaction. Rows that stay are
    /// changed in place: their keys, and with them the index over the months and the check of the member, are not written again.
    /// </summary>
    public async Task RewriteAsync(LoyaltyDbContext db, IReadOnlyCollection<PurchaseTouch> touched, CancellationToken cancel)
    {
        foreach (var chunk in touched.GroupBy(touch => touch.MemberId).OrderBy(member => member.Key).Chunk(MostIds))
        {
            var sql = new StringBuilder();
            // What may have lost its last purchase has nothing to be changed to.
            var emptied = chunk.Where(member => member.Any(touch => touch.MayBeEmptied)).Select(member => member.Key).ToList();
            if (emptied.Count > 0)
            {
                sql.Append(CultureInfo.InvariantCulture, $"DELETE FROM \"PurchaseSummaries\" WHERE {Among(emptied)};\n");
            }

            sql.Append(Put("PurchaseSummaries", SummaryColumns, "\"MemberId\"", Summaries(Among([.. chunk.Select(member => member.Key)])))).Append(";\n");
            foreach (var month in chunk.SelectMany(member => member).GroupBy(touch => touch.Month).OrderBy(month => month.Key))
            {
                var gone = month.Where(touch => touch.MayBeEmptied).Select(touch => touch.MemberId).Distinct().Order().ToList();
                if (gone.Count > 0)
                {
                    sql.Append(CultureInfo.InvariantCulture, $"DELETE FROM \"PurchaseMonths\" WHERE \"Month\" = {month.Key} AND {Among(gone)};\n");
                }

                sql.Append(Put("PurchaseMonths", MonthColumns, "\"MemberId\", \"Month\"", OneMonth(month.Key, Among([.. month.Select(touch => touch.MemberId).Distinct().Order()])))).Append(";\n");
            }

            await RunAsync(db, sql.ToString(), cancel);
        }
    }

    /// <summary>
    /// Adds purchases to what is counted of their members, within the caller's transaction, and answers for whom. Refused, by the statement itself, are
    /// members with a purchase before the last purchase day counted: whether its day counts already only the orders can tell.
    /// </summary>
    public virtual async Task<IReadOnlySet<long>> AddAsync(LoyaltyDbContext db, IReadOnlyList<PurchaseAddition> additions, CancellationToken cancel)
    {
        var taken = new HashSet<long>();
        if (additions.Count == 0)
        {
            return taken;
        }

        await using (var command = Command(db))
        {
            Set(command, AddedSummaries(Rows(command, summaryColumns, [.. additions.Select(a => new object?[] { a.MemberId, a.Orders, a.Days, a.FirstOn, a.LastOn, a.LastPosOn, a.LastOnlineOn, a.Revenue, a.PosRevenue, a.OnlineRevenue })])));
            await using var reader = await command.ExecuteReaderAsync(cancel);
            while (await reader.ReadAsync(cancel))
            {
                taken.Add(reader.GetInt64(0));
            }
        }

        if (taken.Count > 0)
        {
            await using var command = Command(db);
            Set(command, AddedMonths(Rows(command, monthColumns, [.. additions.Where(a => taken.Contains(a.MemberId)).SelectMany(a => a.Months).Select(m => new object?[] { m.MemberId, m.Month, m.OrderCount, m.Revenue, m.PosRevenue })])));
            await command.ExecuteNonQueryAsync(cancel);
        }

        return taken;
    }

    private string AddedSummaries(string rows)
    {
        const string Days = "(s.\"PurchaseDays\" + excluded.\"PurchaseDays\" - CASE WHEN excluded.\"FirstOn\" = s.\"LastOn\" THEN 1 ELSE 0 END)";
        const string First = "COALESCE(s.\"FirstOn\", excluded.\"FirstOn\")";
        const string Last = "COALESCE(excluded.\"LastOn\", s.\"LastOn\")";

        return $"""
            WITH d({Names(summaryColumns)}) AS ({rows})
            INSERT INTO "PurchaseSummaries" AS s ({SummaryColumns})
            SELECT d.*, CASE WHEN d."PurchaseDays" > 1 THEN {Expected("d.\"FirstOn\"", "d.\"LastOn\"", "d.\"PurchaseDays\"")} END FROM d WHERE true
            ON CONFLICT ("MemberId") DO UPDATE SET "OrderCount" = s."OrderCount" + excluded."OrderCount", "PurchaseDays" = {Days}, "FirstOn" = {First}, "LastOn" = {Last},
                "LastPosOn" = COALESCE(excluded."LastPosOn", s."LastPosOn"), "LastOnlineOn" = COALESCE(excluded."LastOnlineOn", s."LastOnlineOn"),
                "Revenue" = s."Revenue" + excluded."Revenue", "PosRevenue" = s."PosRevenue" + excluded."PosRevenue", "OnlineRevenue" = s."OnlineRevenue" + excluded."OnlineRevenue",
                "ExpectedOn" = CASE WHEN {Days} > 1 THEN {Expected(First, Last, Days)} END
            WHERE excluded."FirstOn" IS NULL OR s."LastOn" IS NULL OR excluded."FirstOn" >= s."LastOn"
            RETURNING "MemberId"
            """;
    }

    private static string AddedMonths(string rows) =>
        $"""
        WITH d({Names(monthColumns)}) AS ({rows})
        INSERT INTO "PurchaseMonths" AS s ({MonthColumns})
        SELECT d.* FROM d WHERE true
        ON CONFLICT ("MemberId", "Month") DO UPDATE SET "OrderCount" = s."OrderCount" + excluded."OrderCount", "Revenue" = s."Revenue" + excluded."Revenue", "PosRevenue" = s."PosRevenue" + excluded."PosRevenue"
        """;

    private static string Names(IEnumerable<BulkColumn> columns) => string.Join(", ", columns.Select(column => $"\"{column.Name}\""));

    /// <summary>Inserts what the query gives and changes the rows that are there already under the same key.</summary>
    protected virtual string Put(string table, string columns, string key, string query)
    {
        var set = string.Join(", ", columns.Split(", ").Where(column => !key.Contains(column, StringComparison.Ordinal)).Select(column => $"{column} = excluded.{column}"));

        return $"INSERT INTO \"{table}\" ({columns})\n{query}\nON CONFLICT ({key}) DO UPDATE SET {set}";
    }

    private string OneMonth(int month, string members)
    {
        var first = new DateOnly(month / 100, month % 100, 1);

        return string.Create(CultureInfo.InvariantCulture,
            $"""
            SELECT "MemberId", {month} AS "Month", CAST(COUNT(*) AS int) AS "OrderCount", SUM("GroupRevenue") AS "Revenue", SUM(CASE WHEN "Channel" = 'Pos' THEN "GroupRevenue" ELSE 0 END) AS "PosRevenue"
            FROM "Orders" WHERE {members} AND "BusinessDay" >= '{first:yyyy-MM-dd}' AND "BusinessDay" < '{first.AddMonths(1):yyyy-MM-dd}' AND {IsPurchase} GROUP BY "MemberId"
            """);
    }

    private static string Among(IEnumerable<long> ids) => $"\"MemberId\" IN ({string.Join(", ", ids.Select(id => id.ToString(CultureInfo.InvariantCulture)))})";

    private static async Task RunAsync(LoyaltyDbContext db, string sql, CancellationToken cancel)
    {
        await using var command = Command(db);
        Set(command, sql);
        await command.ExecuteNonQueryAsync(cancel);
    }

    private static DbCommand Command(LoyaltyDbContext db)
    {
        var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = db.Database.CurrentTransaction?.GetDbTransaction() ?? throw new InvalidOperationException("Summaries are written in the transaction that changes the orders.");
        command.CommandTimeout = db.Database.GetCommandTimeout() ?? command.CommandTimeout;

        return command;
    }

#pragma warning disable CA2100 // Made of constants of this program, numbers and days.
    private static void Set(DbCommand command, string sql) => command.CommandText = sql;
#pragma warning restore CA2100
}
