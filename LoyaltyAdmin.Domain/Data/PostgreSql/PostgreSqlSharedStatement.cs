using LoyaltyAdmin.Domain.Ledger;
using Npgsql;
using NpgsqlTypes;

namespace LoyaltyAdmin.Domain.Data.PostgreSql;

/// <summary>The guarded statement of a posting (<see cref="PostgreSqlLedgerSql"/>) for several at once, at most one of each account.</summary>
internal static class PostgreSqlSharedStatement
{
    // Whose key was used before is left out as if refused: the caller then finds what the first one did.
    private static readonly string text =
        $"""
        WITH wanted AS MATERIALIZED (
            SELECT * FROM unnest(@Account, @Currency, @Amount, @Floor, @Usable, @Expected, @At, @Type, @Kind, @HomeStore, @Store, @Channel, @Day, @Source, @Key, @Hash, @Order, @ActorKey, @ActorName, @Reason, @House)
            AS w(account, currency, amount, least, usable, expected, at, type, kind, home_store, store, channel, day, source, key, hash, order_number, actor_key, actor_name, reason, house)),
        account AS (
            UPDATE "LedgerAccounts" a SET "Balance" = a."Balance" + w.amount, "LastSequence" = a."LastSequence" + 1 FROM wanted w
            WHERE a."Id" = w.account AND a."Currency" = w.currency AND a."Status" = 'Open' AND a."Balance" + w.amount BETWEEN w.least AND {Posting.MostBalance}
            AND (NOT w.usable OR a."UsableUntil" IS NULL OR a."UsableUntil" > w.at) AND (w.expected IS NULL OR a."LastSequence" = w.expected)
            AND NOT EXISTS (SELECT 1 FROM "LedgerTransactions" t WHERE t."Source" = w.source AND t."IdempotencyKey" = w.key)
            RETURNING w.*, a."Balance" AS balance, a."LastSequence" AS sequence),
        posted AS (
            INSERT INTO "LedgerTransactions" ("Type", "AccountKind", "AccountId", "Currency", "Amount", "HomeStoreId", "StoreId", "Channel", "BusinessDay", "At",
                "Source", "IdempotencyKey", "RequestHash", "OrderNumber", "ActorKey", "ActorName", "Reason", "BalanceAfter", "Sequence")
            SELECT type, kind, account, currency, amount, home_store, store, channel, day, at, source, key, hash, order_number, actor_key, actor_name, reason, balance, sequence FROM account
            RETURNING "Id", "AccountId", "BalanceAfter", "Sequence"),
        entries AS (
            INSERT INTO "LedgerEntries" ("TransactionId", "AccountId", "Amount")
            SELECT p."Id", leg.a, leg.x FROM posted p JOIN account w ON w.account = p."AccountId" CROSS JOIN LATERAL (VALUES (w.account, w.amount), (w.house, -w.amount)) AS leg(a, x))
        """;

    private const string TakeFromLots =
        """
        , part AS (
            SELECT p."Id" AS transaction, l.lot, l.x, l.place FROM posted p JOIN unnest(@LotAccount, @Lot, @Taken) WITH ORDINALITY AS l(account, lot, x, place) ON l.account = p."AccountId"),
        lots AS (UPDATE "LedgerLots" l SET "Remaining" = l."Remaining" - part.x FROM part WHERE l."Id" = part.lot),
        movements AS (INSERT INTO "LedgerLotMovements" ("TransactionId", "LotId", "Amount") SELECT transaction, lot, -x FROM part ORDER BY place)
        """;

    private const string Result = " SELECT \"AccountId\", \"Id\", \"BalanceAfter\", \"Sequence\" FROM posted";

    private static readonly string withoutLots = text + Result;
    private static readonly string withLots = text + TakeFromLots + Result;

    /// <summary>What was posted, by account.</summary>
    /// <param name="connection">Without a transaction: the statement is one.</param>
    /// <param name="units">In the order of their accounts, so that two statements do not wait for each other.</param>
    public static async Task<Dictionary<long, PostingRow>> RunAsync(NpgsqlConnection connection, IReadOnlyList<PostgreSqlSharedPostings.Unit> units)
    {
        await using var command = connection.CreateCommand();
        void Add<T>(string name, NpgsqlDbType type, Func<PostgreSqlSharedPostings.Unit, T> value) => command.Parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Array | type) { Value = units.Select(value).ToArray() });
        Add("@Account", NpgsqlDbType.Bigint, u => u.Posting.AccountId);
        Add("@Currency", NpgsqlDbType.Text, u => u.Posting.Currency);
        Add("@Amount", NpgsqlDbType.Bigint, u => u.Posting.Amount);
        Add("@Floor", NpgsqlDbType.Bigint, u => u.Posting.Floor);
        Add("@Usable", NpgsqlDbType.Boolean, u => u.Posting.OnlyWhileUsable);
        Add("@Expected", NpgsqlDbType.Bigint, u => u.Posting.ExpectedSequence);
        Add("@At", NpgsqlDbType.TimestampTz, u => u.Posting.At.UtcDateTime);
        Add("@Type", NpgsqlDbType.Text, u => u.Posting.Type.ToString());
        Add("@Kind", NpgsqlDbType.Text, u => u.Posting.AccountKind.ToString());
        Add("@HomeStore", NpgsqlDbType.Bigint, u => u.Posting.HomeStoreId);
        Add("@Store", NpgsqlDbType.Bigint, u => u.Posting.StoreId);
        Add("@Channel", NpgsqlDbType.Text, u => u.Posting.Channel.ToString());
        Add("@Day", NpgsqlDbType.Date, u => u.Posting.BusinessDay);
        Add("@Source", NpgsqlDbType.Text, u => u.Posting.Operation.Source);
        Add("@Key", NpgsqlDbType.Text, u => u.Posting.Operation.Key);
        Add("@Hash", NpgsqlDbType.Text, u => u.Posting.Operation.RequestHash);
        Add("@Order", NpgsqlDbType.Text, u => u.Posting.OrderNumber);
        Add("@ActorKey", NpgsqlDbType.Text, u => u.Posting.Operation.Actor.Key);
        Add("@ActorName", NpgsqlDbType.Text, u => u.Posting.Operation.Actor.Name);
        Add("@Reason", NpgsqlDbType.Text, u => u.Posting.Reason);
        Add("@House", NpgsqlDbType.Bigint, u => u.House);
        var parts = units.SelectMany(u => u.Parts, (u, part) => (u.Posting.AccountId, part.LotId, part.Amount)).ToList();
        if (parts.Count > 0)
        {
            command.Parameters.Add(new NpgsqlParameter("@LotAccount", parts.Select(part => part.AccountId).ToArray()));
            command.Parameters.Add(new NpgsqlParameter("@Lot", parts.Select(part => part.LotId).ToArray()));
            command.Parameters.Add(new NpgsqlParameter("@Taken", parts.Select(part => part.Amount).ToArray()));
        }

#pragma warning disable CA2100 // Constants of this program.
        command.CommandText = parts.Count > 0 ? withLots : withoutLots;
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new Dictionary<long, PostingRow>(units.Count);
        while (await reader.ReadAsync())
        {
            rows.Add(reader.GetInt64(0), new PostingRow(reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3)));
        }

        return rows;
    }
}
