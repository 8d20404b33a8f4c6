using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Wallets;

/// <summary>Paying with a wallet and giving a payment back: what tills and online stores do.</summary>
public sealed class WalletPayments(LoyaltyDatabase database, Ledger.Ledger ledger, AccessControl access, WalletAccounts wallets, WalletRules rules, GiftCardCatalog catalog, TimeProvider clock)
{
    /// <summary>Pays: at most what is usable now, exactly once per key. Which lots paid stands in their movements.</summary>
    /// <exception cref="InsufficientBalanceException">What is usable does not cover the amount; nothing was taken.</exception>
    [Requires(ApiScope.WalletsPay)]
    public async Task<WalletMoved> PayAsync(Actor actor, WalletMovement payment, string idempotencyKey, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, permission: null, ApiScope.WalletsPay, cancel);
        var operation = Operation.For(actor, idempotencyKey, "wallet payment", payment);
        var posted = await ledger.RepeatableAsync(operation, async () =>
        {
            var order = await rules.SpendOrderAsync(cancel);
            var wallet = await wallets.PrepareAsync(grant, payment, cancel);

            return await ledger.PostAsync(wallet.Posting(operation, TransactionType.Consumption, payment) with
            {
                Amount = -wallet.Minor,
                House = [new HouseLeg(House.Redemptions, wallet.Minor)],
                Lots = new LotChange.Take { Order = order },
            }, cancel: cancel);
        }, cancel);

        return await MovedAsync(posted.Transaction, cancel);
    }

    /// <summary>Gives a payment back to the lots it came from, wholly or partly, never more than it took; also to a frozen wallet.</summary>
    /// <param name="amount">Major units; null: all that is left to give back.</param>
    [Requires(ApiScope.WalletsRefund)]
    public async Task<WalletMoved> RefundAsync(Actor actor, long paymentId, decimal? amount, string idempotencyKey, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, permission: null, ApiScope.WalletsRefund, cancel);
        var operation = Operation.For(actor, idempotencyKey, "wallet refund", paymentId, amount);
        var posted = await ledger.RepeatableAsync(operation, () => RefundAsync(grant, operation, paymentId, amount, cancel), cancel);

        return await MovedAsync(posted.Transaction, cancel);
    }

    /// <summary>What a transaction moved, as its caller learns it; a refused one throws.</summary>
    internal async Task<WalletMoved> MovedAsync(LedgerTransaction transaction, CancellationToken cancel)
    {
        if (transaction.Refusal is { } refusal)
        {
            throw Refusals.Exception(refusal, transaction.BalanceAfter, transaction.Currency, AccountKind.Wallet);
        }

        await using var db = await database.ReadAsync(cancel);
        var principal = await (from movement in db.LedgerLotMovements
                               where movement.TransactionId == transaction.Id
                               join lot in db.LedgerLots on movement.LotId equals lot.Id
                               where lot.Kind == LotKind.Principal
                               select (long?)movement.Amount).SumAsync(cancel) ?? 0;
        var currency = Currency.Of(transaction.Currency);

        return new WalletMoved(transaction.Id, currency.ToMajor(Math.Abs(transaction.Amount)), currency.ToMajor(Math.Abs(principal)), currency.ToMajor(transaction.BalanceAfter), transaction.Currency);
    }

    private async Task<Posted> RefundAsync(Grant grant, Operation operation, long paymentId, decimal? amount, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        var original = await db.LedgerTransactions.FirstOrDefaultAsync(t => t.Id == paymentId && t.AccountKind == AccountKind.Wallet && t.Type == TransactionType.Consumption && t.Refusal == null, cancel);
        if (original is null || !grant.Sees(original.StoreId))
        {
            throw new NotFoundException("The payment");
        }

        var currency = Currency.Of(original.Currency);
        var taken = -original.Amount;
        var left = await db.LedgerCaptures.Where(c => c.TransactionId == paymentId).Select(c => (long?)c.Remaining).FirstOrDefaultAsync(cancel) ?? taken;
        new FieldErrors().Require(amount is null || (amount > 0 && currency.Fits(amount.Value)), "amount", "The amount must be above 0 and have no more decimals than the currency.").ThrowIfAny();
        var back = amount is { } part ? currency.ToMinor(part) : left;
        if (back > left || back == 0)
        {
            throw Refusals.Exception(Refusals.ExceedsCapture, 0, original.Currency, AccountKind.Wallet);
        }

        var (store, now) = (await catalog.StoreAsync(original.StoreId, cancel), clock.GetUtcNow());

        return await ledger.PostAsync(new Posting
        {
            Operation = operation,
            Type = TransactionType.ConsumptionReversal,
            AccountKind = AccountKind.Wallet,
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
            From = [AccountStatus.Open, AccountStatus.Blocked],
            OnlyWhileUsable = false,
            Lots = new LotChange.GiveBack(original.Id),
        }, cancel: cancel);
    }
}
