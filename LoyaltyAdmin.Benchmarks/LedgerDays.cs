using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>
/// What moved on which business day of which owing store, added up from the cards' ledger entries by one hand-written statement: the reports
/// are held against it. They read transactions; this reads the entries, and the store from the account.
/// </summary>
internal sealed class LedgerDays
{
    private const string Sums =
        """
        SELECT a."Currency", a."StoreId", t."BusinessDay", t."Type", SUM(e."Amount")
        FROM "LedgerTransactions" t JOIN "LedgerEntries" e ON e."TransactionId" = t."Id" JOIN "LedgerAccounts" a ON a."Id" = e."AccountId"
        WHERE a."Kind" = 'GiftCard' GROUP BY a."Currency", a."StoreId", t."BusinessDay", t."Type"
        """;

    private const string Balances = """SELECT "Currency", "StoreId", SUM("Balance") FROM "LedgerAccounts" WHERE "Kind" = 'GiftCard' GROUP BY "Currency", "StoreId" """;

    private readonly Dictionary<(string Currency, long Store), SortedDictionary<DateOnly, Dictionary<string, long>>> moved = [];
    private readonly Dictionary<(string Currency, long Store), long> balances = [];

    public IEnumerable<(string Currency, long Store)> Owing => moved.Keys;

    public DateOnly First => moved.Values.Min(days => days.Keys.First());

    public DateOnly Last => moved.Values.Max(days => days.Keys.Last());

    public static async Task<LedgerDays> ReadAsync(LoyaltyDatabase database)
    {
        var read = new LedgerDays();
        await using var db = await database.ReadAsync();
        await EachAsync(db, Sums, row =>
        {
            var key = (row.GetString(0), row.GetInt64(1));
            if (!read.moved.TryGetValue(key, out var days))
            {
                read.moved[key] = days = [];
            }

            var day = row.GetFieldValue<DateOnly>(2);
            days.TryAdd(day, []);
            days[day][row.GetString(3)] = Convert.ToInt64(row.GetValue(4), null);
        });
        await EachAsync(db, Balances, row => read.balances[(row.GetString(0), row.GetInt64(1))] = Convert.ToInt64(row.GetValue(2), null));

        return read;
    }

    /// <summary>The cards' balances now, from their accounts.</summary>
    public long Balance((string Currency, long Store) owing) => balances.GetValueOrDefault(owing);

    /// <summary>What was owed before a day.</summary>
    public long Before((string Currency, long Store) owing, DateOnly day) => Between(owing, DateOnly.MinValue, day.AddDays(-1)).Values.Sum();

    /// <summary>Days of the range on which something happened.</summary>
    public IEnumerable<DateOnly> Days((string Currency, long Store) owing, DateOnly from, DateOnly to) =>
        moved[owing].Where(day => day.Key >= from && day.Key <= to && day.Value.Values.Any(amount => amount != 0)).Select(day => day.Key);

    public LiabilityMovements Movements((string Currency, long Store) owing, DateOnly from, DateOnly to)
    {
        var sums = Between(owing, from, to);

        return new(Of(TransactionType.Activation), Of(TransactionType.ImportOpening) + Of(TransactionType.ImportRollback), Of(TransactionType.Recharge), Of(TransactionType.Consumption),
            Of(TransactionType.ConsumptionReversal), Of(TransactionType.Refund), Of(TransactionType.Expiry) + Of(TransactionType.ExpiryReversal), Of(TransactionType.Adjustment));

        long Of(TransactionType type) => sums.GetValueOrDefault(type.ToString());
    }

    private Dictionary<string, long> Between((string Currency, long Store) owing, DateOnly from, DateOnly to) =>
        moved[owing].Where(day => day.Key >= from && day.Key <= to).SelectMany(day => day.Value).GroupBy(type => type.Key, StringComparer.Ordinal).ToDictionary(type => type.Key, type => type.Sum(t => t.Value), StringComparer.Ordinal);

    private static async Task EachAsync(LoyaltyDbContext db, string sql, Action<System.Data.Common.DbDataReader> take)
    {
        await db.Database.OpenConnectionAsync();
        await using var command = db.Database.GetDbConnection().CreateCommand();
        (command.CommandText, command.CommandTimeout) = (sql, 1_800);
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            take(rows);
        }
    }
}
