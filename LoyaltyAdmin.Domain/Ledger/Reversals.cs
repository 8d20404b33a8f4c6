using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Ledger;

/// <summary>
/// Gives back what was paid with a card, a wallet or points: to the account and the lots it came from, wholly or partly, never more than was taken.
/// An account whose member was merged meanwhile passes it on to the survivor in the same transaction: nothing may lie where nobody can reach it.
/// </summary>
public sealed class Reversals(LoyaltyDatabase database, Ledger ledger, IEnumerable<MemberTransfers> transfers, GiftCardCatalog catalog, TimeProvider clock)
{
    /// <param name="grant">The caller's: the payment must have happened in its stores.</param>
    /// <param name="operation">The key under which it happens once.</param>
    /// <param name="kind">What was paid with.</param>
    /// <param name="paymentId">The transaction to give back.</param>
    /// <param name="amount">Major units; null: all that is left to give back.</param>
    internal async Task<Posted> GiveBackAsync(Grant grant, Operation operation, AccountKind kind, long paymentId, decimal? amount, CancellationToken cancel)
    {
        var posting = await PrepareAsync(grant, operation, kind, paymentId, amount, cancel);
        if (kind == AccountKind.GiftCard)
        {
            return await ledger.PostAsync(posting, cancel: cancel);
        }

        if (await MergedAsync(posting.AccountId, cancel))
        {
            return await ledger.OnceAsync(operation, db => PassOnAsync(db, posting, cancel), cancel);
        }

        // A refusal is not kept: an account closed by a merge between here and there answers differently a moment later.
        var posted = await ledger.PostAsync(posting, keepRefusal: false, cancel);

        return posted.Transaction.Refusal == Refusals.Closed && await MergedAsync(posting.AccountId, cancel)
            ? await ledger.OnceAsync(operation, db => PassOnAsync(db, posting, cancel), cancel)
            : posted;
    }

    private async Task<Posting> PrepareAsync(Grant grant, Operation operation, AccountKind kind, long paymentId, decimal? amount, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        var original = await db.LedgerTransactions.FirstOrDefaultAsync(t => t.Id == paymentId && t.AccountKind == kind && t.Type == TransactionType.Consumption && t.Refusal == null, cancel);
        if (original is null || !grant.Sees(original.StoreId))
        {
            throw new NotFoundException(kind == AccountKind.Wallet ? "The payment" : "The transaction");
        }

        var currency = Currency.Of(original.Currency);
        var taken = -original.Amount;
        var left = await db.LedgerCaptures.Where(c => c.TransactionId == paymentId).Select(c => (long?)c.Remaining).FirstOrDefaultAsync(cancel) ?? taken;
        var (field, rule) = kind == AccountKind.Points ? ("points", "Points must be above 0 and have at most two decimals.") : ("amount", "The amount must be above 0 and have no more decimals than the currency.");
        new FieldErrors().Require(amount is null || (amount > 0 && currency.Fits(amount.Value)), field, rule).ThrowIfAny();
        var back = amount is { } part ? currency.ToMinor(part) : left;
        if (back > left || back == 0)
        {
            throw Refusals.Exception(Refusals.ExceedsCapture, 0, original.Currency, kind);
        }

        var (store, now) = (await catalog.StoreAsync(original.StoreId, cancel), clock.GetUtcNow());

        return new Posting
        {
            Operation = operation,
            Type = TransactionType.ConsumptionReversal,
            AccountKind = kind,
            AccountId = original.AccountId,
            Currency = original.Currency,
            Amount = back,
            House = [new HouseLeg(House.Redemptions, -back)],
            HomeStoreId = original.HomeStoreId,
            StoreId = original.StoreId,
            Channel = original.Channel,
            BusinessDay = store.Zone.DayOf(now),
            At = now,
            OrderNumber = original.OrderNumber,
            ReversesId = original.Id,
            ReversibleAmount = taken,
            From = kind == AccountKind.GiftCard ? [AccountStatus.Open, AccountStatus.Blocked, AccountStatus.Expired] : [AccountStatus.Open, AccountStatus.Blocked],
            OnlyWhileUsable = false,
            Lots = kind == AccountKind.GiftCard ? null : new LotChange.GiveBack(original.Id),
        };
    }

    private async Task<bool> MergedAsync(long accountId, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);

        return await db.LedgerAccounts.AnyAsync(a => a.Id == accountId && db.Members.Any(m => m.Id == a.MemberId && m.MergedIntoId != null), cancel);
    }

    private async Task<LedgerTransaction> PassOnAsync(LoyaltyDbContext db, Posting posting, CancellationToken cancel)
    {
        var fromId = await db.LedgerAccounts.Where(a => a.Id == posting.AccountId).Select(a => a.MemberId!.Value).SingleAsync(cancel);
        // Held, so that a survivor that is merged further itself takes what comes here along, or is not the survivor any more.
        await database.Provider.LockRowsAsync(db, "Members", [fromId], cancel);
        var from = await db.Members.AsNoTracking().SingleAsync(m => m.Id == fromId, cancel);
        var back = await ledger.PostAsync(db, posting with { From = [.. posting.From, AccountStatus.Closed] }, cancel);
        if (from.MergedIntoId is { } intoId)
        {
            var into = await db.Members.Where(m => m.Id == intoId).Select(m => m.Number).SingleAsync(cancel);
            await transfers.Single(t => t.Kind == posting.AccountKind).MoveAsync(db, fromId, intoId, $"Given back to {from.Number}, merged into {into}", cancel);
        }

        return back;
    }
}
