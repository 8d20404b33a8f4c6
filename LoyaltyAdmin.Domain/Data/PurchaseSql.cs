using System.Data.Common;
using System.Globalization;
using LoyaltyAdmin.Domain.Orders;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace LoyaltyAdmin.Domain.Data;

/// <summary>What orders add up to per member, in one database's words. The table and column names are the model's.</summary>
internal abstract class PurchaseSql
{
    private const int MostIds = 500;

    /// <summary>The orders that count (<see cref="Order.IsPurchase"/>).</summary>
    protected abstract string IsPurchase { get; }

    /// <summary>Year × 100 + month of a day.</summary>
    protected abstract string Month(string day);

    /// <summary><paramref name="last"/> plus the average gap of <paramref name="days"/> (two or more) days from <paramref name="first"/> on, rounded up to a whole day.</summary>
    protected abstract string Expected(string first, string last, string days);

    /// <summary>Conditions on the member, each for so many identifiers as one statement takes.</summary>
    public static IEnumerable<string> Members(IEnumerable<long> ids) =>
        ids.Chunk(MostIds).Select(chunk => $"\"MemberId\" IN ({string.Join(", ", chunk.Select(id => id.ToString(CultureInfo.InvariantCulture)))})");

    public static string Members(long first, long last) => string.Create(CultureInfo.InvariantCulture, $"\"MemberId\" BETWEEN {first} AND {last}");

    /// <summary>The summaries of the members the condition names, as the orders give them.</summary>
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
        """;

    /// <summary>The months of the members the condition names, as the orders give them.</summary>
    public string Months(string members) =>
        $"""
        SELECT d."MemberId", d."Month", CAST(COUNT(*) AS int) AS "OrderCount", SUM(d."GroupRevenue") AS "Revenue", SUM(CASE WHEN d."Channel" = 'Pos' THEN d."GroupRevenue" ELSE 0 END) AS "PosRevenue"
        FROM (SELECT "MemberId", {Month("\"BusinessDay\"")} AS "Month", "GroupRevenue", "Channel" FROM "Orders" WHERE {members} AND {IsPurchase}) d
        GROUP BY d."MemberId", d."Month"
        """;

    /// <summary>Writes both anew for the members the condition names, within the caller's transaction.</summary>
    public async Task RewriteAsync(LoyaltyDbContext db, string members, CancellationToken cancel)
    {
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = db.Database.CurrentTransaction?.GetDbTransaction() ?? throw new InvalidOperationException("Summaries are written in the transaction that changes the orders.");
        command.CommandTimeout = db.Database.GetCommandTimeout() ?? command.CommandTimeout;
        Set(command,
            $"""
            DELETE FROM "PurchaseMonths" WHERE {members};
            DELETE FROM "PurchaseSummaries" WHERE {members};
            INSERT INTO "PurchaseSummaries" ("MemberId", "OrderCount", "PurchaseDays", "FirstOn", "LastOn", "LastPosOn", "LastOnlineOn", "Revenue", "PosRevenue", "OnlineRevenue", "ExpectedOn")
            {Summaries(members)};
            INSERT INTO "PurchaseMonths" ("MemberId", "Month", "OrderCount", "Revenue", "PosRevenue")
            {Months(members)};
            """);
        await command.ExecuteNonQueryAsync(cancel);
    }

#pragma warning disable CA2100 // Made of constants of this program and whole numbers.
    private static void Set(DbCommand command, string sql) => command.CommandText = sql;
#pragma warning restore CA2100
}
