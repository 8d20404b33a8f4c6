using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Wallets;

/// <summary>A lot with something in it. Major units.</summary>
public sealed record WalletLotView(LotKind Kind, decimal Remaining, DateTimeOffset? UsableFrom, DateTimeOffset? ExpiresAt);

/// <summary>A member's wallet in one currency. Major units.</summary>
/// <param name="Usable">What can be paid with now: without what is not usable yet or over.</param>
/// <param name="Held">Set aside by open holds; no longer in the balance.</param>
public sealed record WalletView(long AccountId, string Currency, AccountStatus Status, decimal Balance, decimal Usable, decimal Principal, decimal Bonus, decimal Held, IReadOnlyList<WalletLotView> Lots);

/// <summary>A top-up in a member's wallet. Major units.</summary>
/// <param name="PrincipalLeft">What of the principal is left: only that can be paid out.</param>
public sealed record WalletTopUpRow(long Id, DateTimeOffset At, string Currency, decimal Principal, decimal Bonus, decimal Paid, decimal Left, decimal PrincipalLeft, string Source, string Store, Channel Channel);

/// <summary>Reads wallets: for staff who see the member, and for tills by number.</summary>
public sealed class WalletDirectory(LoyaltyDatabase database, AccessControl access, TimeProvider clock)
{
    private const int MostTopUps = 100;

    /// <summary>The wallets of a member, by currency.</summary>
    [Requires(Permission.WalletsRead)]
    public async Task<IReadOnlyList<WalletView>> OfAsync(Actor actor, long memberId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.WalletsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        if (!await MemberQueries.Members(db, grant).AnyAsync(m => m.Id == memberId, cancel))
        {
            throw new NotFoundException("The member");
        }

        return await OfAsync(db, memberId, cancel);
    }

    /// <summary>The wallets of the member with this number; any store may ask, as any store may be paid (ADR-011).</summary>
    [Requires(ApiScope.WalletsRead)]
    public async Task<IReadOnlyList<WalletView>> OfNumberAsync(Actor actor, string memberNumber, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, permission: null, ApiScope.WalletsRead, cancel);
        await using var db = await database.ReadAsync(cancel);
        var member = await MemberLookups.ResolveAsync(db, new MemberSought(Number: memberNumber), cancel);

        return member is { Status: MemberStatus.Active or MemberStatus.Frozen } ? await OfAsync(db, member.Id, cancel) : throw new NotFoundException("The member");
    }

    /// <summary>The latest top-ups of a member, newest first, with what is left of each.</summary>
    [Requires(Permission.WalletsRead)]
    public async Task<IReadOnlyList<WalletTopUpRow>> TopUpsAsync(Actor actor, long memberId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.WalletsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        if (!await MemberQueries.Members(db, grant).AnyAsync(m => m.Id == memberId, cancel))
        {
            throw new NotFoundException("The member");
        }

        var found = await (from topUp in InStores(db.WalletTopUps, grant)
                           join account in db.LedgerAccounts on topUp.AccountId equals account.Id
                           where account.MemberId == memberId
                           join store in db.Stores on topUp.StoreId equals store.Id
                           orderby topUp.Id descending
                           select new
                           {
                               TopUp = topUp,
                               account.Currency,
                               Store = store.Name,
                               // From its movements to their lots, each opened by it: the other way round every lot of every member is looked at.
                               Left = (from m in db.LedgerLotMovements where m.TransactionId == topUp.TransactionId join lot in db.LedgerLots on m.LotId equals lot.Id select lot.Remaining).Sum(),
                               PrincipalLeft = (from m in db.LedgerLotMovements where m.TransactionId == topUp.TransactionId join lot in db.LedgerLots on m.LotId equals lot.Id where lot.Kind == LotKind.Principal select lot.Remaining).Sum(),
                           }).Take(MostTopUps).ToListAsync(cancel);

        return [.. found.Select(row =>
        {
            var currency = Currency.Of(row.Currency);

            return new WalletTopUpRow(row.TopUp.Id, row.TopUp.At, row.Currency, currency.ToMajor(row.TopUp.Principal), currency.ToMajor(row.TopUp.Bonus), currency.ToMajor(row.TopUp.Paid), currency.ToMajor(row.Left), currency.ToMajor(row.PrincipalLeft), row.TopUp.Source, row.Store, row.TopUp.Channel);
        })];
    }

    private static IQueryable<WalletTopUp> InStores(IQueryable<WalletTopUp> topUps, Grant grant)
    {
        var ids = grant.Stores.StoreIds.ToArray();

        return grant.Stores.Kind switch
        {
            StoreScopeKind.Included => topUps.Where(t => ids.Contains(t.StoreId)),
            StoreScopeKind.Excluded => topUps.Where(t => !ids.Contains(t.StoreId)),
            _ => topUps,
        };
    }

    /// <summary>The wallets of a member the caller was let to.</summary>
    internal async Task<IReadOnlyList<WalletView>> OfAsync(LoyaltyDbContext db, long memberId, CancellationToken cancel)
    {
        var accounts = await db.LedgerAccounts.Where(a => a.MemberId == memberId && a.Kind == AccountKind.Wallet).OrderBy(a => a.Currency).ToListAsync(cancel);
        var ids = accounts.ConvertAll(a => a.Id);
        var lots = (await db.LedgerLots.Where(lot => ids.Contains(lot.AccountId) && lot.Remaining > 0).ToListAsync(cancel)).ToLookup(lot => lot.AccountId);
        var held = await db.WalletHolds.Where(h => ids.Contains(h.AccountId) && h.Status == WalletHoldStatus.Open).GroupBy(h => h.AccountId).Select(g => new { g.Key, Sum = g.Sum(h => h.Amount) }).ToDictionaryAsync(g => g.Key, g => g.Sum, cancel);
        var now = clock.GetUtcNow();

        return [.. accounts.Select(account =>
        {
            var currency = Currency.Of(account.Currency);
            var open = lots[account.Id].OrderBy(lot => lot.Kind).ThenBy(lot => lot.ExpiresAt ?? DateTimeOffset.MaxValue).ToList();
            decimal Sum(Func<LedgerLot, bool> of) => currency.ToMajor(open.Where(of).Sum(lot => lot.Remaining));

            return new WalletView(account.Id, account.Currency, account.Status, currency.ToMajor(account.Balance),
                Sum(lot => (lot.UsableFrom is null || lot.UsableFrom <= now) && !(lot.ExpiresAt <= now)), Sum(lot => lot.Kind == LotKind.Principal), Sum(lot => lot.Kind == LotKind.Bonus),
                currency.ToMajor(held.GetValueOrDefault(account.Id)), [.. open.Select(lot => new WalletLotView(lot.Kind, currency.ToMajor(lot.Remaining), lot.UsableFrom, lot.ExpiresAt))]);
        })];
    }
}
