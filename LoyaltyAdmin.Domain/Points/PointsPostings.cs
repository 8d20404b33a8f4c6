using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Points;

/// <summary>A member's points account with what a posting on it needs.</summary>
/// <param name="Account">As read; its balance may have moved since.</param>
internal sealed record PointsAccount(LedgerAccount Account, GroupDay Group)
{
    /// <summary>A posting on the account, without its change.</summary>
    public Posting Posting(Operation operation, TransactionType type, Store? store = null, Channel channel = Channel.Pos) => new()
    {
        Operation = operation,
        Type = type,
        AccountKind = AccountKind.Points,
        AccountId = Account.Id,
        Currency = Currency.Points.Code,
        HomeStoreId = Account.StoreId,
        StoreId = store?.Id ?? Account.StoreId,
        Channel = channel,
        BusinessDay = (store?.Zone ?? Group.Zone).DayOf(Group.Now),
        At = Group.Now,
        OnlyWhileUsable = false,
    };
}

/// <summary>
/// The one door for points: what orders earn, what gifts and people give, what is taken back. Amounts are points with two decimals, rounded once,
/// half away from zero (domain rules 3).
/// </summary>
public sealed class PointsPostings(Ledger.Ledger ledger, MemberAccounts accounts, GroupCalendar calendar)
{
    /// <summary>Gives points within the caller's transaction; the operation's key makes it happen once.</summary>
    /// <param name="reason">Why, as the member reads it in the transactions.</param>
    /// <exception cref="RuleViolationException">The member's points are frozen, or the key was used for something else.</exception>
    internal async Task<LedgerTransaction> GrantAsync(LoyaltyDbContext db, Operation operation, long memberId, decimal points, string reason, CancellationToken cancel)
    {
        var account = await AccountAsync(db, memberId, storeId: null, cancel);
        var settings = await SettingsAsync(db, cancel);

        return await ledger.PostAsync(db, Given(account, settings, account.Posting(operation, TransactionType.Grant), Currency.Points.ToMinor(Rounded(points)), usableFrom: null) with { Reason = Inputs.Clean(reason) }, cancel);
    }

    /// <summary>A posting that puts points into the account, with the expiry of today's policy.</summary>
    internal static Posting Given(PointsAccount account, PointSettings settings, Posting posting, long minor, DateTimeOffset? usableFrom, DateTimeOffset? earnedAt = null) => posting with
    {
        Amount = minor,
        House = [new HouseLeg(House.PromotionCost, -minor)],
        Lots = new LotChange.Open([new NewLot(LotKind.Points, minor, usableFrom, settings.ExpiresAt(earnedAt ?? posting.At, account.Group.Zone))]),
    };

    internal static decimal Rounded(decimal points) => Currency.Points.Round(points);

    /// <summary>The account, opened if need be.</summary>
    /// <param name="storeId">The store that opens it; null: the member's home store, else the group's first.</param>
    internal async Task<PointsAccount> AccountAsync(LoyaltyDbContext db, long memberId, long? storeId, CancellationToken cancel)
    {
        var account = await MemberAccounts.FindAsync(db, memberId, AccountKind.Points, Currency.Points.Code, cancel)
            ?? await accounts.OpenAsync(db, memberId, AccountKind.Points, Currency.Points.Code, storeId ?? await HomeAsync(db, memberId, cancel), cancel);

        return new PointsAccount(account, await calendar.TodayAsync(db, cancel));
    }

    internal static async Task<PointSettings> SettingsAsync(LoyaltyDbContext db, CancellationToken cancel) =>
        await db.PointSettings.AsNoTracking().FirstOrDefaultAsync(cancel) ?? new PointSettings();

    internal static async Task<long> HomeAsync(LoyaltyDbContext db, long memberId, CancellationToken cancel) =>
        await db.Members.Where(m => m.Id == memberId).Select(m => m.HomeStoreId).FirstOrDefaultAsync(cancel)
        ?? await db.Stores.OrderBy(s => s.Id).Select(s => (long?)s.Id).FirstOrDefaultAsync(cancel)
        ?? throw new RuleViolationException("no_store", "Set up a store first: every balance is owed by one.");
}
