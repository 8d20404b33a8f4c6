using System.Linq.Expressions;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Points;

/// <summary>Points that share their dates.</summary>
/// <param name="UsableFrom">UTC; null: already.</param>
/// <param name="ExpiresAt">UTC, exclusive; null: never.</param>
public sealed record PointsLot(decimal Points, DateTimeOffset? UsableFrom, DateTimeOffset? ExpiresAt);

/// <summary>What a member has of points.</summary>
/// <param name="Balance">Below zero: points taken back after they were spent.</param>
/// <param name="Usable">What can be spent now.</param>
/// <param name="Later">What can be spent from a later day on.</param>
/// <param name="Earned">For orders and as gifts in all, less what was taken back for refunds.</param>
/// <param name="Spent">In all, less what was given back.</param>
/// <param name="Expired">In all.</param>
/// <param name="Lots">What is there, the soonest to expire first.</param>
/// <param name="TimeZone">The group's, for the dates.</param>
public sealed record PointsSummary(decimal Balance, decimal Usable, decimal Later, decimal Earned, decimal Spent, decimal Expired, IReadOnlyList<PointsLot> Lots, string TimeZone)
{
    /// <summary>The next points to run out.</summary>
    public PointsLot? Expiring => Lots.FirstOrDefault(lot => lot.ExpiresAt is not null);
}

/// <summary>What the transactions of points are filtered by; null or empty: not filtered.</summary>
public sealed record PointsTransactionFilter
{
    /// <summary>A member by number, phone, e-mail or loyalty card number.</summary>
    public string? Member { get; init; }

    public long? MemberId { get; init; }
    public TransactionType? Type { get; init; }
    public long? StoreId { get; init; }

    /// <summary>Business days, inclusive.</summary>
    public DateOnly? From { get; init; }

    public DateOnly? To { get; init; }
    public string? OrderNumber { get; init; }
}

/// <summary>One movement of points and the member's balance after it.</summary>
public sealed record PointsTransactionRow(
    long Id, DateTimeOffset At, DateOnly BusinessDay, TransactionType Type, long MemberId, string MemberNumber, long AmountMinor, long BalanceAfterMinor,
    string StoreName, string StoreCode, string TimeZone, Channel Channel, string? OrderNumber, string ActorName, string? Reason, long? ReversesId)
{
    public decimal Points => Currency.Points.ToMajor(AmountMinor);

    public decimal BalanceAfter => Currency.Points.ToMajor(BalanceAfterMinor);
}

/// <summary>Members' points: what they have, and every movement in the caller's stores.</summary>
public sealed class PointsAccounts(LoyaltyDatabase database, AccessControl access, GroupCalendar calendar)
{
    /// <summary>What moves points, in the order of the filter.</summary>
    public static IReadOnlyList<TransactionType> Types { get; } =
    [
        TransactionType.Earning, TransactionType.EarningReversal, TransactionType.Grant, TransactionType.Consumption, TransactionType.ConsumptionReversal, TransactionType.Expiry,
        TransactionType.Adjustment, TransactionType.Transfer,
    ];

    public static SortColumns<LedgerTransaction> Sorts { get; } = new SortColumns<LedgerTransaction>(t => t.Id).By("BusinessDay", t => t.BusinessDay);

    /// <summary>What a member has.</summary>
    /// <exception cref="NotFoundException">No such member in the caller's stores.</exception>
    [Requires(Permission.PointsRead)]
    public async Task<PointsSummary> SummaryAsync(Actor actor, long memberId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.PointsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await MemberQueries.Members(db, grant).AnyAsync(m => m.Id == memberId, cancel) ? await SummaryAsync(db, memberId, cancel) : throw new NotFoundException("The member");
    }

    /// <summary>What the member with this number has; a merged duplicate's number leads to its survivor. Over the whole group, as every till must know.</summary>
    [Requires(ApiScope.PointsRead)]
    public async Task<PointsSummary> FindAsync(Actor actor, string memberNumber, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, permission: null, ApiScope.PointsRead, cancel);
        await using var db = await database.ReadAsync(cancel);

        return await SummaryAsync(db, await IdOfAsync(db, memberNumber, cancel), cancel);
    }

    /// <summary>One page of movements, newest first.</summary>
    [Requires(Permission.PointsRead)]
    public async Task<Page<PointsTransactionRow>> ListAsync(Actor actor, PointsTransactionFilter filter, PageRequest page, long? storeView = null, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.PointsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await (await FilteredAsync(db, grant, filter, storeView, cancel)).ToPageAsync(page, Sorts, Row(db), cancel);
    }

    [Requires(Permission.PointsRead)]
    public async Task<BoundedCount> CountAsync(Actor actor, PointsTransactionFilter filter, long? storeView = null, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.PointsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await (await FilteredAsync(db, grant, filter, storeView, cancel)).BoundedCountAsync(cancel: cancel);
    }

    /// <summary>One page of a member's movements in the key's stores, newest first.</summary>
    [Requires(ApiScope.PointsRead)]
    public async Task<Page<PointsTransactionRow>> OfMemberAsync(Actor actor, string memberNumber, PageRequest page, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, permission: null, ApiScope.PointsRead, cancel);
        await using var db = await database.ReadAsync(cancel);
        var filter = new PointsTransactionFilter { MemberId = await IdOfAsync(db, memberNumber, cancel) };

        return await (await FilteredAsync(db, grant, filter, storeView: null, cancel)).ToPageAsync(page, Sorts, Row(db), cancel);
    }

    /// <summary>The movements a filter finds, as list, count and export see them.</summary>
    internal static async Task<IQueryable<LedgerTransaction>> FilteredAsync(LoyaltyDbContext db, Grant grant, PointsTransactionFilter filter, long? storeView, CancellationToken cancel)
    {
        var order = Inputs.Clean(filter.OrderNumber);
        var found = Visible(db, grant)
            .Where(t => storeView == null || t.StoreId == storeView)
            .Where(t => filter.StoreId == null || t.StoreId == filter.StoreId)
            .Where(t => filter.Type == null || t.Type == filter.Type)
            .Where(t => filter.From == null || t.BusinessDay >= filter.From)
            .Where(t => filter.To == null || t.BusinessDay <= filter.To)
            .Where(t => order == null || t.OrderNumber == order);
        var members = filter.MemberId is { } one ? [one] : Inputs.Clean(filter.Member) is { } who ? await OrderDirectory.MembersAsync(db, who, cancel) : null;
        if (members is not null)
        {
            // What a merged duplicate did is its survivor's past.
            var merged = db.Members.Where(m => m.MergedIntoId != null && members.Contains(m.MergedIntoId.Value)).Select(m => m.Id);
            var accounts = await db.LedgerAccounts.Where(a => a.Kind == AccountKind.Points && a.MemberId != null && (members.Contains(a.MemberId.Value) || merged.Contains(a.MemberId.Value))).Select(a => a.Id).ToArrayAsync(cancel);
            found = found.Where(t => accounts.Contains(t.AccountId));
        }

        return found;
    }

    internal static Expression<Func<LedgerTransaction, PointsTransactionRow>> Row(LoyaltyDbContext db) => t => new PointsTransactionRow(
        t.Id, t.At, t.BusinessDay, t.Type,
        db.LedgerAccounts.Where(a => a.Id == t.AccountId).Select(a => db.Members.Where(m => m.Id == a.MemberId).Select(m => m.MergedIntoId ?? m.Id).First()).First(),
        db.Members.Where(m => db.LedgerAccounts.Any(a => a.Id == t.AccountId && a.MemberId == m.Id)).Select(m => m.Number).First(),
        t.Amount, t.BalanceAfter,
        db.Stores.Where(s => s.Id == t.StoreId).Select(s => s.Name).First(), db.Stores.Where(s => s.Id == t.StoreId).Select(s => s.Code).First(), db.Stores.Where(s => s.Id == t.StoreId).Select(s => s.TimeZone).First(),
        t.Channel, t.OrderNumber, t.ActorName, t.Reason, t.ReversesId);

    private static IQueryable<LedgerTransaction> Visible(LoyaltyDbContext db, Grant grant)
    {
        var ids = grant.Stores.StoreIds.ToArray();
        // “Not a gift card” is said as well: it is the condition of the index.
        var points = db.LedgerTransactions.Where(t => t.AccountKind != AccountKind.GiftCard && t.AccountKind == AccountKind.Points && t.Refusal == null);

        return grant.Stores.Kind switch
        {
            StoreScopeKind.Included => points.Where(t => ids.Contains(t.StoreId)),
            StoreScopeKind.Excluded => points.Where(t => !ids.Contains(t.StoreId)),
            _ => points,
        };
    }

    private static async Task<long> IdOfAsync(LoyaltyDbContext db, string memberNumber, CancellationToken cancel) =>
        await MemberLookups.ResolveAsync(db, new MemberSought(Number: memberNumber), cancel) is { Status: MemberStatus.Active or MemberStatus.Frozen } member ? member.Id : throw new NotFoundException("The member");

    /// <summary>What a member the caller was let to has.</summary>
    internal async Task<PointsSummary> SummaryAsync(LoyaltyDbContext db, long memberId, CancellationToken cancel)
    {
        var day = await calendar.TodayAsync(db, cancel);
        if (await MemberAccounts.FindAsync(db, memberId, AccountKind.Points, Currency.Points.Code, cancel) is not { } account)
        {
            return new PointsSummary(0, 0, 0, 0, 0, 0, [], day.Zone.Id);
        }

        var lots = await db.LedgerLots.AsNoTracking().Where(lot => lot.AccountId == account.Id && lot.Remaining > 0).ToListAsync(cancel);
        var moved = await db.LedgerTransactions.Where(t => t.AccountId == account.Id && t.Refusal == null).GroupBy(t => t.Type).Select(g => new { Type = g.Key, Sum = g.Sum(t => t.Amount) }).ToListAsync(cancel);
        decimal Sum(params TransactionType[] types) => Currency.Points.ToMajor(moved.Where(m => types.Contains(m.Type)).Sum(m => m.Sum));
        // What is over is gone for the member, also in the minutes before the job posts it.
        var there = lots.Where(lot => !(lot.ExpiresAt <= day.Now)).ToList();

        return new PointsSummary(
            Currency.Points.ToMajor(account.Balance),
            Currency.Points.ToMajor(there.Where(lot => !(lot.UsableFrom > day.Now)).Sum(lot => lot.Remaining)),
            Currency.Points.ToMajor(there.Where(lot => lot.UsableFrom > day.Now).Sum(lot => lot.Remaining)),
            Sum(TransactionType.Earning, TransactionType.EarningReversal, TransactionType.Grant),
            -Sum(TransactionType.Consumption, TransactionType.ConsumptionReversal),
            -Sum(TransactionType.Expiry),
            [.. there.OrderBy(lot => lot.ExpiresAt ?? DateTimeOffset.MaxValue).ThenBy(lot => lot.UsableFrom).Select(lot => new PointsLot(Currency.Points.ToMajor(lot.Remaining), lot.UsableFrom > day.Now ? lot.UsableFrom : null, lot.ExpiresAt))],
            day.Zone.Id);
    }
}
