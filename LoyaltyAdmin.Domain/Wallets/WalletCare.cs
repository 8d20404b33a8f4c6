using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Wallets;

/// <summary>Freezes and restores wallets.</summary>
public sealed class WalletCare(LoyaltyDatabase database, Ledger.Ledger ledger, AccessControl access, GiftCardCatalog catalog, TimeProvider clock)
{
    /// <summary>Once this returns, nothing is paid, set aside or paid out; refunds of payments still come back.</summary>
    [Requires(Permission.WalletsFreeze)]
    public async Task FreezeAsync(Actor actor, long accountId, string reason, string operationId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.WalletsFreeze, cancel: cancel);
        await PostAsync(grant, accountId, TransactionType.Freeze, AccountStatus.Open, AccountStatus.Blocked, reason, operationId, cancel);
    }

    [Requires(Permission.WalletsFreeze)]
    public async Task RestoreAsync(Actor actor, long accountId, string reason, string operationId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.WalletsFreeze, cancel: cancel);
        await PostAsync(grant, accountId, TransactionType.Restore, AccountStatus.Blocked, AccountStatus.Open, reason, operationId, cancel);
    }

    private async Task PostAsync(Grant grant, long accountId, TransactionType type, AccountStatus from, AccountStatus to, string reason, string operationId, CancellationToken cancel)
    {
        new FieldErrors().Text(nameof(reason), "Reason", reason, 1000, required: true).ThrowIfAny();
        await using var db = await database.ReadAsync(cancel);
        var members = MemberQueries.Members(db, grant);
        var account = await db.LedgerAccounts.FirstOrDefaultAsync(a => a.Id == accountId && a.Kind == AccountKind.Wallet && members.Any(m => m.Id == a.MemberId), cancel) ?? throw new NotFoundException("The wallet");
        var (store, now) = (await catalog.StoreAsync(account.StoreId, cancel), clock.GetUtcNow());
        var posted = await ledger.PostAsync(new Posting
        {
            Operation = Operation.For(grant.Actor, operationId, type, accountId),
            Type = type,
            AccountKind = AccountKind.Wallet,
            AccountId = account.Id,
            Currency = account.Currency,
            HomeStoreId = account.StoreId,
            StoreId = account.StoreId,
            Channel = Channel.Pos,
            BusinessDay = store.Zone.DayOf(now),
            At = now,
            Reason = Inputs.Clean(reason),
            From = [from],
            To = to,
            OnlyWhileUsable = false,
        }, keepRefusal: false, cancel);
        if (posted.Transaction.Refusal is { } refusal)
        {
            throw Refusals.Exception(refusal, posted.Transaction.BalanceAfter, account.Currency, AccountKind.Wallet);
        }
    }
}
