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

    /// <summary>The orders that count (<see cref="Order.IsPurchase"/>).</summary>
    protected abstract string IsPurchase { get; }

    /// <summary>Year × 100 + month of a day.</summary>
    protected abstract string Month(string day);

    /// <summary><paramref name="last"/> plus the average gap of <paramref name="days"/> (two or more) days from <paramref name="first"/> on, rounded up to a whole day.</summary>
    protected abstract string Expected(string first, string last, string days);

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
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = db.Database.CurrentTransaction?.GetDbTransaction() ?? throw new InvalidOperationException("Summaries are written in the transaction that changes the orders.");
        command.CommandTimeout = db.Database.GetCommandTimeout() ?? command.CommandTimeout;
        Set(command, sql);
        await command.ExecuteNonQueryAsync(cancel);
    }

#pragma warning disable CA2100 // Made of constants of this program and whole numbers.
    private static void Set(DbCommand command, string sql) => command.CommandText = sql;
#pragma warning restore CA2100
}
