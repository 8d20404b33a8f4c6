using System.Data.Common;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Ledger;
using Npgsql;
using NpgsqlTypes;

namespace LoyaltyAdmin.Domain.Data.PostgreSql;

internal sealed class PostgreSqlLedgerSql : LedgerSql
{
    private const string AccountWithLots =
        """
        SELECT a."LastSequence", l."Id", l."Kind", l."Remaining", l."UsableFrom", l."ExpiresAt" FROM "LedgerAccounts" a
        LEFT JOIN "LedgerLots" l ON l."AccountId" = a."Id" AND l."Remaining" > 0 WHERE a."Id" = @Account
        """;

    private const string TakeFromLots =
        """
        , part AS (SELECT posted."Id" AS transaction, lot.id, lot.x, lot.place FROM posted, unnest(@Lots, @Taken) WITH ORDINALITY AS lot(id, x, place)),
        lots AS (UPDATE "LedgerLots" l SET "Remaining" = l."Remaining" - part.x FROM part WHERE l."Id" = part.id),
        movements AS (INSERT INTO "LedgerLotMovements" ("TransactionId", "LotId", "Amount") SELECT transaction, id, -x FROM part ORDER BY place)
        """;

    /// <summary>One statement, one round trip: the row lock is held no longer than the statement runs.</summary>
    public override Task<PostingRow> PostAsync(DbConnection connection, DbTransaction? transaction, Posting posting, IReadOnlyList<(long AccountId, long Amount)> legs, CancellationToken cancel) =>
        PostAsync(connection, transaction, posting, legs, parts: [], cancel);

    /// <summary>
    /// A payment from lots in two round trips: the lots are read and chosen before, and the one statement that posts holds only if the account did not
    /// move since (every move of a lot counts up its account's sequence). Null: the lots do not cover it; then they are to be looked at while the account is held.
    /// </summary>
    public async Task<ChosenLots?> ChooseAsync(DbConnection connection, Posting posting, LotChange.Take take, CancellationToken cancel)
    {
        var (sequence, lots) = await ReadLotsAsync(connection, posting.AccountId, cancel);
        var parts = LotAllocation.Take(lots, take, -posting.Amount, posting.At, new HashSet<long>());

        return parts.Sum(part => part.Amount) == -posting.Amount && (posting.ExpectedSequence ?? sequence) == sequence
            ? new ChosenLots(posting with { ExpectedSequence = sequence }, parts, PrincipalOf(lots, parts))
            : null;
    }

    private async Task<(long Sequence, List<OpenLot> Lots)> ReadLotsAsync(DbConnection connection, long account, CancellationToken cancel)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = AccountWithLots;
        Add(command, "@Account", account);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var (sequence, lots) = (0L, new List<OpenLot>());
        while (await reader.ReadAsync(cancel))
        {
            sequence = reader.GetInt64(0);
            if (!reader.IsDBNull(1))
            {
                lots.Add(ReadLot(reader, 1));
            }
        }

        return (sequence, lots);
    }

    private static async Task<PostingRow> ReadRowAsync(DbCommand command, CancellationToken cancel)
    {
        await using var reader = await command.ExecuteReaderAsync(cancel);

        return await reader.ReadAsync(cancel) ? new PostingRow(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)) : default;
    }

    /// <summary>As above; takes the parts from their lots where there are any.</summary>
    public async Task<PostingRow> PostAsync(DbConnection connection, DbTransaction? transaction, Posting posting, IReadOnlyList<(long AccountId, long Amount)> legs, IReadOnlyList<(long LotId, long Amount)> parts, CancellationToken cancel)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        var entries = legs.Count == 0
            ? ""
            : $"""
               , entries AS (INSERT INTO "LedgerEntries" ("TransactionId", "AccountId", "Amount")
                   SELECT posted."Id", leg.a, leg.x FROM posted, (VALUES {string.Join(", ", legs.Select((_, i) => $"(@LegAccount{i}, @LegAmount{i})"))}) AS leg(a, x))
               """;
        command.CommandText =
            $"""
            WITH account AS ({UpdateAccount(posting)} {Guard(posting)} RETURNING "Balance", "LastSequence"),
            posted AS (INSERT INTO "LedgerTransactions" ({TransactionColumns})
                SELECT {TransactionValues}, account."Balance", account."LastSequence" FROM account RETURNING "Id", "BalanceAfter", "Sequence")
            {entries}
            {(parts.Count == 0 ? "" : TakeFromLots)}
            SELECT "Id", "BalanceAfter", "Sequence" FROM posted
            """;
        AddParameters(command, posting);
        for (var i = 0; i < legs.Count; i++)
        {
            Add(command, $"@LegAccount{i}", legs[i].AccountId);
            Add(command, $"@LegAmount{i}", legs[i].Amount);
        }

        if (parts.Count > 0)
        {
            Add(command, "@Lots", parts.Select(part => part.LotId).ToArray());
            Add(command, "@Taken", parts.Select(part => part.Amount).ToArray());
        }

        return await ReadRowAsync(command, cancel);
    }

    /// <summary>The new redemption; 0: the coupon is not to be had.</summary>
    public async Task<long> RedeemCouponAsync(DbConnection connection, CouponRedemption redemption, CouponPlace? place, CancellationToken cancel)
    {
        await using var command = connection.CreateCommand();
        command.CommandText =
            $"""
            WITH used AS ({UseCoupon} RETURNING "Id"),
            redeemed AS (INSERT INTO "CouponRedemptions" ({RedemptionColumns}) SELECT {RedemptionValues} FROM used RETURNING "Id")
            {(place is null ? "" : $", place AS (INSERT INTO \"CouponOrderUses\" ({PlaceColumns}) SELECT @StoreId, @OrderNumber, @Place, @Stacking, \"Id\" FROM redeemed)")}
            SELECT "Id" FROM redeemed
            """;
        AddRedemption(command, redemption);
        if (place is not null)
        {
            Add(command, "@Place", place.Place);
            Add(command, "@Stacking", place.Stacking.ToString());
        }

        return await command.ExecuteScalarAsync(cancel) is long id ? id : 0;
    }

    public override async Task<bool> TakeCaptureAsync(DbConnection connection, DbTransaction? transaction, long transactionId, long captured, long amount, CancellationToken cancel)
    {
        await using var insert = connection.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = "INSERT INTO \"LedgerCaptures\" (\"TransactionId\", \"Remaining\") VALUES (@Id, @Captured) ON CONFLICT DO NOTHING";
        Add(insert, "@Id", transactionId);
        Add(insert, "@Captured", captured);
        await insert.ExecuteNonQueryAsync(cancel);

        await using var take = connection.CreateCommand();
        take.Transaction = transaction;
        take.CommandText = "UPDATE \"LedgerCaptures\" SET \"Remaining\" = \"Remaining\" - @Amount WHERE \"TransactionId\" = @Id AND \"Remaining\" >= @Amount";
        Add(take, "@Id", transactionId);
        Add(take, "@Amount", amount);

        return await take.ExecuteNonQueryAsync(cancel) == 1;
    }

    // PostgreSQL cannot infer the type of a null inside SELECT.
    protected override void AddNullable<T>(DbCommand command, string name, T value) =>
        command.Parameters.Add(new NpgsqlParameter(name, value switch
        {
            long => NpgsqlDbType.Bigint,
            string => NpgsqlDbType.Text,
            byte[] => NpgsqlDbType.Bytea,
            _ => typeof(T) == typeof(long?) ? NpgsqlDbType.Bigint : typeof(T) == typeof(byte[]) ? NpgsqlDbType.Bytea : NpgsqlDbType.Text,
        })
        { Value = (object?)value ?? DBNull.Value });

    protected override string WhileMembersStay => "FOR SHARE";

    protected override object Instant(DateTimeOffset at) => at.ToUniversalTime();
}

/// <summary>What a payment takes from which lot, chosen before the account is held: the posting's sequence says that it still holds.</summary>
internal sealed record ChosenLots(Posting Posting, IReadOnlyList<(long LotId, long Amount)> Parts, long Principal);
