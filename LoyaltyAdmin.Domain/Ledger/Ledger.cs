using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace LoyaltyAdmin.Domain.Ledger;

/// <summary>
/// The only place where value moves. A posting is one guarded statement group: the account changes if its state, validity and balance allow,
/// the transaction and its legs are written, or nothing is. The operation's key is unique for ever; a repeat finds what the first one did.
/// </summary>
public sealed class Ledger(LoyaltyDatabase database)
{
    private const int PostAttempts = 5;

    /// <summary>
    /// Posts in a transaction of its own: the fast path of tills. A refusal is kept too, so that a repeat gets the same answer,
    /// except where the account merely moved since it was read (<see cref="Posting.ExpectedSequence"/>).
    /// </summary>
    /// <exception cref="DatabaseUnavailableException">Nothing is known to be written; repeat with the same key.</exception>
    public async Task<Posted> PostAsync(Posting posting, bool keepRefusal = true, CancellationToken cancel = default)
    {
        database.DemandNoWriteUnderWay();
        var legs = Legs(posting);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var posted = await TryPostAsync(posting, legs, keepRefusal, cancel);

                if (!IsGone(posted.Transaction.Refusal, posting) || attempt == PostAttempts)
                {
                    return posted;
                }
            }
            catch (Exception exception) when (exception is not DatabaseUnavailableException && database.Provider.IsTransient(exception) && attempt < PostAttempts)
            {
                // Also after a commit of unknown outcome: the key makes the repeat safe.
                await Task.Delay(Random.Shared.Next(10, 200), cancel);
            }
            catch (Exception exception) when (exception is not DatabaseUnavailableException && (database.Provider.IsUnavailable(exception) || database.Provider.IsTransient(exception)))
            {
                throw new DatabaseUnavailableException(exception);
            }
        }
    }

    /// <summary>Posts within the caller's transaction (<see cref="OnceAsync"/>); a refusal throws and undoes all of it.</summary>
    /// <exception cref="RuleViolationException">The account's state, validity or balance does not allow it.</exception>
    public async Task<LedgerTransaction> PostAsync(LoyaltyDbContext db, Posting posting, CancellationToken cancel = default)
    {
        var connection = db.Database.GetDbConnection();
        var transaction = db.Database.CurrentTransaction?.GetDbTransaction() ?? throw new InvalidOperationException("A posting needs a transaction.");
        for (var attempt = 1; ; attempt++)
        {
            var row = await database.Provider.LedgerSql.PostAndCaptureAsync(connection, transaction, posting, Legs(posting), cancel);
            if (row.TransactionId > 0)
            {
                return Row(posting, row);
            }

            var account = await db.LedgerAccounts.AsNoTracking().FirstOrDefaultAsync(a => a.Id == posting.AccountId, cancel);
            var refusal = Refusals.Diagnose(account, posting);
            if (!IsGone(refusal, posting) || attempt == PostAttempts)
            {
                throw Refusals.Exception(refusal, await UsableAsync(db, account, posting, cancel), posting.Currency, posting.AccountKind);
            }
        }
    }

    /// <summary>Does a piece of work that ends in one posting exactly once per operation key; a repeat returns the first one's transaction.</summary>
    public async Task<Posted> OnceAsync(Operation operation, Func<LoyaltyDbContext, Task<LedgerTransaction>> work, CancellationToken cancel = default)
    {
        if (await FindAsync(operation, cancel) is { } earlier)
        {
            return new Posted(earlier, WasRepeated: true);
        }

        try
        {
            return new Posted(await database.WriteAsync(operation.Actor, work, cancel), WasRepeated: false);
        }
        catch (Exception exception) when (database.Provider.IsUniqueViolation(exception))
        {
            if (await FindAsync(operation, cancel) is { } first)
            {
                return new Posted(first, WasRepeated: true);
            }

            throw;
        }
        catch (RuleViolationException)
        {
            // The first request under this key may have won the race for the very state this one needed.
            if (await FindAsync(operation, cancel) is { } first)
            {
                return new Posted(first, WasRepeated: true);
            }

            throw;
        }
    }

    /// <summary>
    /// Runs everything a request needs before and for its posting. If any of it refuses, a request that was done before still gets its first
    /// answer: what has changed since (a closed store, a locked card, nothing left to give back) concerns new requests only.
    /// </summary>
    public async Task<Posted> RepeatableAsync(Operation operation, Func<Task<Posted>> work, CancellationToken cancel = default)
    {
        try
        {
            return await work();
        }
        catch (RuleViolationException)
        {
            if (await FindAsync(operation, cancel) is { } first)
            {
                return new Posted(first, WasRepeated: true);
            }

            throw;
        }
    }

    /// <summary>The transaction this operation's key already produced, or null.</summary>
    /// <exception cref="RuleViolationException">The key was used for a different request.</exception>
    public async Task<LedgerTransaction?> FindAsync(Operation operation, CancellationToken cancel = default)
    {
        var found = await ReadAsync(db => db.LedgerTransactions.FirstOrDefaultAsync(t => t.Source == operation.Source && t.IdempotencyKey == operation.Key, cancel), cancel);
        // SQL Server compares keys without regard to case; another key is another request.
        if (found is not null && (found.RequestHash != operation.RequestHash || found.IdempotencyKey != operation.Key))
        {
            throw new RuleViolationException("idempotency_key_reused", "This idempotency key was already used for a different request. Use a new key for a new request.");
        }

        return found;
    }

    // What stood in the way may be gone when one looks for it: a recharge came between. Then the posting is simply tried again.
    private static bool IsGone(string? refusal, Posting posting) => refusal == Refusals.Changed && posting.ExpectedSequence is null;

    private async Task<Posted> TryPostAsync(Posting posting, IReadOnlyList<(long AccountId, long Amount)> legs, bool keepRefusal, CancellationToken cancel)
    {
        try
        {
            var row = await database.Provider.PostAloneAsync(database, posting, legs, cancel);

            return row.TransactionId > 0 ? new Posted(Row(posting, row), WasRepeated: false) { Principal = row.Principal } : await RefusedAsync(posting, keepRefusal, cancel);
        }
        catch (InsufficientBalanceException)
        {
            // The balance covers it, what is usable of it does not.
            return await RefusedAsync(posting, keepRefusal, cancel, Refusals.InsufficientBalance);
        }
        catch (Exception exception) when (database.Provider.IsUniqueViolation(exception))
        {
            // The key was used before, or two requests raced on it: the first one's answer stands.
            if (await FindAsync(posting.Operation, cancel) is { } first)
            {
                return new Posted(first, WasRepeated: true);
            }

            throw;
        }
    }

    private async Task<Posted> RefusedAsync(Posting posting, bool keep, CancellationToken cancel, string? because = null)
    {
        if (await FindAsync(posting.Operation, cancel) is { } first)
        {
            return new Posted(first, WasRepeated: true);
        }

        var (account, usable) = await ReadAsync(async db =>
        {
            var found = await db.LedgerAccounts.FirstOrDefaultAsync(a => a.Id == posting.AccountId, cancel);

            return (found, await UsableAsync(db, found, posting, cancel));
        }, cancel);
        var refusal = Row(posting, new PostingRow(0, usable, 0), because ?? Refusals.Diagnose(account, posting));
        if (!keep || refusal.Refusal == Refusals.Changed)
        {
            return new Posted(refusal, WasRepeated: false);
        }

        try
        {
            await database.WriteAsync(posting.Operation.Actor, d =>
            {
                d.LedgerTransactions.Add(refusal);

                return Task.CompletedTask;
            }, cancel);

            return new Posted(refusal, WasRepeated: false);
        }
        catch (Exception exception) when (database.Provider.IsUniqueViolation(exception))
        {
            return new Posted(await FindAsync(posting.Operation, cancel) ?? refusal, WasRepeated: true);
        }
    }

    /// <summary>What a refused posting could have taken: where it takes from lots, what is not usable yet or over does not count.</summary>
    private static async Task<long> UsableAsync(LoyaltyDbContext db, LedgerAccount? account, Posting posting, CancellationToken cancel)
    {
        if (account is null || posting.Lots is not LotChange.Take take)
        {
            return account?.Balance ?? 0;
        }

        var lots = await db.LedgerLots.AsNoTracking().Where(lot => lot.AccountId == account.Id && lot.Remaining > 0).ToListAsync(cancel);
        var first = take.FirstOf is { } moving ? await db.LedgerLotMovements.Where(m => m.TransactionId == moving).Select(m => m.LotId).ToArrayAsync(cancel) : [];

        return LotAllocation.Usable([.. lots.Select(lot => new OpenLot(lot.Id, lot.Kind, lot.Remaining, lot.UsableFrom, lot.ExpiresAt))], take, posting.At, first.ToHashSet()).Sum(lot => lot.Remaining);
    }

    private async Task<T> ReadAsync<T>(Func<LoyaltyDbContext, Task<T>> query, CancellationToken cancel)
    {
        try
        {
            await using var db = await database.ReadAsync(cancel);

            return await query(db);
        }
        catch (Exception exception) when (database.Provider.IsUnavailable(exception) || database.Provider.IsTransient(exception))
        {
            throw new DatabaseUnavailableException(exception);
        }
    }

    private static List<(long AccountId, long Amount)> Legs(Posting posting)
    {
        if (posting.Amount is > Posting.MostAmount or < -Posting.MostAmount)
        {
            throw new InvalidOperationException($"A {posting.Type} of {posting.Amount} is beyond what one posting may move.");
        }

        if (posting.House.Sum(leg => leg.Amount) != -posting.Amount)
        {
            throw new InvalidOperationException($"A {posting.Type} of {posting.Amount} does not balance.");
        }

        var legs = new List<(long, long)>(3);
        if (posting.Amount != 0)
        {
            legs.Add((posting.AccountId, posting.Amount));
        }

        foreach (var leg in posting.House)
        {
            if (leg.Amount != 0)
            {
                legs.Add((HouseAccount.Id(leg.Account, posting.Currency), leg.Amount));
            }
        }

        return legs;
    }

    private static LedgerTransaction Row(Posting posting, PostingRow row, string? refusal = null) => new()
    {
        Id = row.TransactionId,
        Type = posting.Type,
        AccountKind = posting.AccountKind,
        AccountId = posting.AccountId,
        Currency = posting.Currency,
        Amount = refusal is null ? posting.Amount : 0,
        BalanceAfter = row.BalanceAfter,
        Sequence = refusal is null ? row.Sequence : null,
        Refusal = refusal,
        HomeStoreId = posting.HomeStoreId,
        StoreId = posting.StoreId,
        Channel = posting.Channel,
        BusinessDay = posting.BusinessDay,
        At = posting.At,
        Source = posting.Operation.Source,
        IdempotencyKey = posting.Operation.Key,
        RequestHash = posting.Operation.RequestHash,
        ReversesId = posting.ReversesId,
        OrderNumber = posting.OrderNumber,
        ActorKey = posting.Operation.Actor.Key,
        ActorName = posting.Operation.Actor.Name,
        Reason = posting.Reason,
        SealedAnswer = posting.SealedAnswer,
    };
}
