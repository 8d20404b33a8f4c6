using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Points;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Wallets;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.MemberPortal;

/// <summary>One movement as its member reads it. Major units; who acted and why is the merchant's business.</summary>
public sealed record PortalMovement(DateTimeOffset At, TransactionType Type, decimal Amount, decimal BalanceAfter, string Currency, string Store, string? OrderNumber);

/// <summary>The member's wallets and their latest movements.</summary>
public sealed record PortalWallet(IReadOnlyList<WalletView> Wallets, IReadOnlyList<PortalMovement> Movements);

/// <summary>The member's points and their latest movements.</summary>
public sealed record PortalPoints(PointsSummary Summary, IReadOnlyList<PortalMovement> Movements);

/// <summary>What the member has: wallet, points and coupons.</summary>
public sealed class PortalBalances(LoyaltyDatabase database, AccessControl access, WalletDirectory wallets, PointsAccounts points, MemberCoupons coupons, TimeProvider clock)
{
    /// <summary>How many movements a page shows: it must stay small on a phone.</summary>
    public const int MostMovements = 25;

    /// <summary>How many coupons a page lists.</summary>
    public const int MostCoupons = 60;

    [Requires(ActorKind.Member)]
    public async Task<PortalWallet> WalletAsync(Actor actor, CancellationToken cancel = default)
    {
        var member = await access.DemandMemberAsync(actor, cancel);
        await using var db = await database.ReadAsync(cancel);
        var found = await wallets.OfAsync(db, member.MemberId, cancel);

        return new PortalWallet(found, await MovementsAsync(db, member.MemberId, AccountKind.Wallet, cancel));
    }

    [Requires(ActorKind.Member)]
    public async Task<PortalPoints> PointsAsync(Actor actor, CancellationToken cancel = default)
    {
        var member = await access.DemandMemberAsync(actor, cancel);
        await using var db = await database.ReadAsync(cancel);
        var summary = await points.SummaryAsync(db, member.MemberId, cancel);

        return new PortalPoints(summary, await MovementsAsync(db, member.MemberId, AccountKind.Points, cancel));
    }

    /// <summary>Usable coupons, the soonest to end first, then those of the past, newest first.</summary>
    [Requires(ActorKind.Member)]
    public async Task<IReadOnlyList<HeldCoupon>> CouponsAsync(Actor actor, CancellationToken cancel = default)
    {
        var member = await access.DemandMemberAsync(actor, cancel);
        await using var db = await database.ReadAsync(cancel);
        var now = clock.GetUtcNow();
        var usable = await coupons.HeldAsync(db, db.MemberCoupons.Where(c => c.MemberId == member.MemberId && c.Status == MemberCouponStatus.Active && c.UsableUntil > now).OrderBy(c => c.UsableUntil).Take(MostCoupons), now, cancel);
        var past = await coupons.HeldAsync(db, db.MemberCoupons.Where(c => c.MemberId == member.MemberId && (c.Status != MemberCouponStatus.Active || c.UsableUntil <= now)).OrderByDescending(c => c.Id).Take(Math.Max(0, MostCoupons - usable.Count)), now, cancel);

        return [.. usable.OrderBy(c => c.UsableUntil).ThenBy(c => c.Id), .. past];
    }

    [Requires(ActorKind.Member)]
    public async Task<HeldCoupon> CouponAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        var member = await access.DemandMemberAsync(actor, cancel);
        await using var db = await database.ReadAsync(cancel);

        return (await coupons.HeldAsync(db, db.MemberCoupons.Where(c => c.Id == id && c.MemberId == member.MemberId), clock.GetUtcNow(), cancel)).FirstOrDefault() ?? throw new NotFoundException("The coupon");
    }

    private static async Task<IReadOnlyList<PortalMovement>> MovementsAsync(LoyaltyDbContext db, long memberId, AccountKind kind, CancellationToken cancel)
    {
        var accounts = await db.LedgerAccounts.Where(a => a.MemberId == memberId && a.Kind == kind).Select(a => a.Id).ToArrayAsync(cancel);
        var rows = await db.LedgerTransactions.Where(t => accounts.Contains(t.AccountId) && t.Refusal == null && t.Amount != 0).OrderByDescending(t => t.Id).Take(MostMovements)
            .Select(t => new { t.At, t.Type, t.Amount, t.BalanceAfter, t.Currency, Store = db.Stores.Where(s => s.Id == t.StoreId).Select(s => s.Name).FirstOrDefault(), t.OrderNumber }).ToListAsync(cancel);

        return rows.ConvertAll(t => new PortalMovement(t.At, t.Type, Currency.Of(t.Currency).ToMajor(t.Amount), Currency.Of(t.Currency).ToMajor(t.BalanceAfter), t.Currency, t.Store ?? "", t.OrderNumber));
    }
}
