using LoyaltyAdmin.Domain.Ledger;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace LoyaltyAdmin.Domain.Data.PostgreSql;

/// <summary>PostgreSQL under READ COMMITTED: a conditional UPDATE looks again at the newest row after waiting for it.</summary>
public sealed class PostgreSqlProvider : DatabaseProvider
{
    public override string Name => "PostgreSql";

    internal override LedgerSql LedgerSql { get; } = new PostgreSqlLedgerSql();

    internal override async Task<PostingRow> PostAloneAsync(LoyaltyDatabase database, Posting posting, IReadOnlyList<(long AccountId, long Amount)> legs, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        if (posting.ReversesId is not null)
        {
            return await LedgerSql.PostWithCaptureAsync(db, posting, legs, cancel);
        }

        await db.Database.OpenConnectionAsync(cancel);

        return await LedgerSql.PostAsync(db.Database.GetDbConnection(), transaction: null, posting, legs, cancel);
    }

    public override bool IsTransient(Exception exception) => Any(exception, e => e is PostgresException { SqlState: "40P01" or "40001" } || IsConnectionLoss(e));

    public override bool IsUniqueViolation(Exception exception) => Any(exception, e => e is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation });

    public override bool IsUnavailable(Exception exception) => Any(exception, e => IsConnectionLoss(e) || e is PostgresException { SqlState: "53100" or "53200" or "53300" });

    private static bool IsConnectionLoss(Exception e) => e switch
    {
        PostgresException postgres => postgres.SqlState is "57P01" or "57P02" or "57P03" || postgres.SqlState.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException => true,
        _ => false,
    };

    public override IQueryable<long> SearchGiftCards(LoyaltyDbContext db, string text)
    {
        var pattern = $"%{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";

        return db.GiftCards.Where(card => EF.Functions.Like(card.SearchText, pattern)).Select(card => card.Id);
    }
}
