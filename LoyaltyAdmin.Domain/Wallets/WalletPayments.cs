using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Wallets;

/// <summary>Paying with a wallet and giving a payment back: what tills and online stores do.</summary>
public sealed class WalletPayments(LoyaltyDatabase database, Ledger.Ledger ledger, AccessControl access, WalletAccounts wallets, WalletRules rules, MessageSwitches switches, Reversals reversals)
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
                News = await switches.IsOnAsync(MessageScenario.WalletPayment, cancel)
                    ? WalletNews.Paid(wallet.Account.MemberId!.Value, wallet.Currency, wallet.Minor, wallet.Store.Name, Inputs.Clean(payment.OrderNumber))
                    : null,
            }, cancel: cancel);
        }, cancel);

        return await MovedAsync(posted, cancel);
    }

    /// <summary>Gives a payment back to the lots it came from, wholly or partly, never more than it took; also to a frozen wallet.</summary>
    /// <param name="amount">Major units; null: all that is left to give back.</param>
    [Requires(ApiScope.WalletsRefund)]
    public async Task<WalletMoved> RefundAsync(Actor actor, long paymentId, decimal? amount, string idempotencyKey, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, permission: null, ApiScope.WalletsRefund, cancel);
        var operation = Operation.For(actor, idempotencyKey, "wallet refund", paymentId, amount);
        var posted = await ledger.RepeatableAsync(operation, () => reversals.GiveBackAsync(grant, operation, AccountKind.Wallet, paymentId, amount, cancel), cancel);

        return await MovedAsync(posted, cancel);
    }

    /// <summary>What a transaction moved, as its caller learns it; a refused one throws.</summary>
    internal async Task<WalletMoved> MovedAsync(Posted posted, CancellationToken cancel)
    {
        var transaction = posted.Transaction;
        if (transaction.Refusal is { } refusal)
        {
            throw Refusals.Exception(refusal, transaction.BalanceAfter, transaction.Currency, AccountKind.Wallet);
        }

        var currency = Currency.Of(transaction.Currency);
        if (posted.Principal is { } known && transaction.Type == TransactionType.Consumption)
        {
            return Moved(known, transaction.BalanceAfter);
        }

        await using var db = await database.ReadAsync(cancel);
        var principal = await (from movement in db.LedgerLotMovements
                               where movement.TransactionId == transaction.Id
                               join lot in db.LedgerLots on movement.LotId equals lot.Id
                               where lot.Kind == LotKind.Principal
                               select (long?)movement.Amount).SumAsync(cancel) ?? 0;

        return Moved(principal, await MemberTransfers.BalanceAfterAsync(db, transaction, cancel));

        WalletMoved Moved(long principal, long balance) =>
            new(transaction.Id, currency.ToMajor(Math.Abs(transaction.Amount)), currency.ToMajor(Math.Abs(principal)), currency.ToMajor(balance), transaction.Currency);
    }
}
