using System.Data.Common;
using System.Globalization;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Ledger;
using Microsoft.Data.Sqlite;

namespace LoyaltyAdmin.Domain.Data.Sqlite;

/// <summary>Synchronous on purpose: SQLite's asynchronous calls are synchronous inside, and the caller holds the one write gate.</summary>
internal sealed class SqliteLedgerSql : LedgerSql
{
    private const string InsertTransaction =
        $"INSERT INTO \"LedgerTransactions\" ({TransactionColumns}) VALUES ({TransactionValues}, @BalanceAfter, @Sequence) RETURNING \"Id\"";

    private const string InsertEntry = "INSERT INTO \"LedgerEntries\" (\"TransactionId\", \"AccountId\", \"Amount\") VALUES (@Transaction, @Account, @Amount)";

    private const string InsertRedemption = $"INSERT INTO \"CouponRedemptions\" ({RedemptionColumns}) VALUES ({RedemptionValues}) RETURNING \"Id\"";

    private const string InsertPlace = $"INSERT INTO \"CouponOrderUses\" ({PlaceColumns}) VALUES (@StoreId, @OrderNumber, @Place, @Stacking, @Redemption)";

    private const string InsertCapture = "INSERT INTO \"LedgerCaptures\" (\"TransactionId\", \"Remaining\") VALUES (@Id, @Captured) ON CONFLICT DO NOTHING";

    private const string TakeFromCapture = "UPDATE \"LedgerCaptures\" SET \"Remaining\" = \"Remaining\" - @Amount WHERE \"TransactionId\" = @Id AND \"Remaining\" >= @Amount";

    public override Task<PostingRow> PostAsync(DbConnection connection, DbTransaction? transaction, Posting posting, IReadOnlyList<(long AccountId, long Amount)> legs, CancellationToken cancel)
    {
        using var statements = new SqliteStatements((SqliteConnection)connection, (SqliteTransaction?)transaction);

        return Task.FromResult(Post(statements, posting, legs));
    }

    public override Task<bool> TakeCaptureAsync(DbConnection connection, DbTransaction? transaction, long transactionId, long captured, long amount, CancellationToken cancel)
    {
        using var statements = new SqliteStatements((SqliteConnection)connection, (SqliteTransaction?)transaction);

        return Task.FromResult(TakeCapture(statements, transactionId, captured, amount));
    }

    /// <summary>As <see cref="LedgerSql.PostAndCaptureAsync"/>, with statements that stay prepared.</summary>
    public PostingRow PostAndCapture(SqliteStatements statements, Posting posting, IReadOnlyList<(long AccountId, long Amount)> legs)
    {
        var row = Post(statements, posting, legs);
        if (row.TransactionId > 0 && posting.Lots is { } change)
        {
            // Completed when it returns: see above.
            row = row with { Principal = MoveLotsAsync(statements.Prepare, posting, change, row, CancellationToken.None).GetAwaiter().GetResult() };
        }

        if (row.TransactionId > 0 && posting.News is { } news)
        {
            TellAsync(statements.Prepare, posting, news, row, CancellationToken.None).GetAwaiter().GetResult();
        }

        if (row.TransactionId > 0 && posting.ReversesId is { } reversed && !TakeCapture(statements, reversed, posting.ReversibleAmount, Math.Abs(posting.Amount)))
        {
            throw Refusals.Exception(Refusals.ExceedsCapture, row.BalanceAfter, posting.Currency, posting.AccountKind);
        }

        return row;
    }

    /// <summary>The new redemption; 0: the coupon is not to be had.</summary>
    public long RedeemCoupon(SqliteStatements statements, CouponRedemption redemption, CouponPlace? place)
    {
        var use = statements.Prepare(UseCoupon);
        Add(use, "@Id", redemption.MemberCouponId);
        Add(use, "@At", Instant(redemption.At));
        if (use.ExecuteNonQuery() != 1)
        {
            return 0;
        }

        var insert = statements.Prepare(InsertRedemption);
        AddRedemption(insert, redemption);
        var id = (long)insert.ExecuteScalar()!;
        if (place is not null)
        {
            var taken = statements.Prepare(InsertPlace);
            Add(taken, "@StoreId", redemption.StoreId);
            Add(taken, "@OrderNumber", redemption.OrderNumber);
            Add(taken, "@Place", place.Place);
            Add(taken, "@Stacking", place.Stacking.ToString());
            Add(taken, "@Redemption", id);
            taken.ExecuteNonQuery();
        }

        return id;
    }

    private PostingRow Post(SqliteStatements statements, Posting posting, IReadOnlyList<(long AccountId, long Amount)> legs)
    {
        var update = statements.Prepare($"{UpdateAccount(posting)} {Guard(posting)} RETURNING \"Balance\", \"LastSequence\"");
        AddAccount(update, posting);
        AddChange(update, posting);
        long balance, sequence;
        using (var reader = update.ExecuteReader())
        {
            if (!reader.Read())
            {
                return default;
            }

            (balance, sequence) = (reader.GetInt64(0), reader.GetInt64(1));
        }

        var insert = statements.Prepare(InsertTransaction);
        AddAccount(insert, posting);
        AddTransaction(insert, posting);
        Add(insert, "@BalanceAfter", balance);
        Add(insert, "@Sequence", sequence);
        var id = (long)insert.ExecuteScalar()!;

        foreach (var (accountId, amount) in legs)
        {
            var entry = statements.Prepare(InsertEntry);
            Add(entry, "@Transaction", id);
            Add(entry, "@Account", accountId);
            Add(entry, "@Amount", amount);
            entry.ExecuteNonQuery();
        }

        return new PostingRow(id, balance, sequence);
    }

    private static bool TakeCapture(SqliteStatements statements, long transactionId, long captured, long amount)
    {
        var insert = statements.Prepare(InsertCapture);
        Add(insert, "@Id", transactionId);
        Add(insert, "@Captured", captured);
        insert.ExecuteNonQuery();

        var take = statements.Prepare(TakeFromCapture);
        Add(take, "@Id", transactionId);
        Add(take, "@Amount", amount);

        return take.ExecuteNonQuery() == 1;
    }

    public override DateTimeOffset ReadInstant(DbDataReader reader, int column) => new(reader.GetInt64(column), TimeSpan.Zero);

    protected override object Instant(DateTimeOffset at) => at.UtcTicks;

    protected override object Exact(decimal amount) => (long)(amount * 10_000m);

    protected override object Key(Guid id) => id.ToString().ToUpperInvariant();

    protected override object Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
