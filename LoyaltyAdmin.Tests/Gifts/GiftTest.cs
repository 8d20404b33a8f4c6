using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Gifts;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Gifts;

/// <summary>What the tests of gifts share: a store, gifts and what became of them.</summary>
public abstract class GiftTest(DatabaseKind kind) : DatabaseTest(kind)
{
    protected Actor Manager { get; private set; } = Actor.System;

    protected GiftCampaigns Campaigns => Db.Get<GiftCampaigns>();

    protected GrantedGifts Granted => Db.Get<GrantedGifts>();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await A.Store().SaveToAsync(Db);
        Manager = await A.StaffUser().With(Permission.GiftsRead, Permission.GiftsManage, Permission.TransactionsExport, Permission.MembersErase, Permission.MembersRead).SaveToAsync(Db);
    }

    protected static GiftCoupon Now(Coupon coupon, int quantity = 1) => new(coupon.Id, quantity, DistributionRule.Instant, new RelativeValidity(7));

    protected static GiftCoupon Later(Coupon coupon, int hours = 3) => new(coupon.Id, 1, new HourlyDelayedDistribution(hours), new RelativeValidity(7));

    protected static GiftSpec Gift(decimal points, params GiftCoupon[] coupons) => new(points, [.. coupons], []);

    protected static GiftOrder Order(GiftSpec gift, string episode = "once", long source = 77) => new() { SourceKind = GiftSourceKind.Campaign, SourceId = source, SourceName = "Welcome", Gift = gift, Episode = episode };

    protected async Task<long[]> MembersAsync(int count)
    {
        var members = Enumerable.Range(0, count).Select(_ => A.Member().Build(Clock.Now)).ToArray();
        await Db.AddAsync([.. members]);

        return [.. members.Select(member => member.Id)];
    }

    protected Task<GiftsGranted> GrantAsync(GiftOrder order, params long[] members) => GrantAsync(Db, order, members);

    protected static Task<GiftsGranted> GrantAsync(TestDatabase database, GiftOrder order, params long[] members) =>
        database.Database.WriteAsync(Actor.System, db => database.Get<GiftGranting>().GrantAsync(db, members, order));

    protected Task<List<GiftItem>> ItemsAsync() => Db.ReadAsync(db => db.GiftItems.OrderBy(i => i.Id).ToListAsync());

    protected Task<int> CouponsAsync() => Db.ReadAsync(db => db.MemberCoupons.CountAsync());

    protected Task<List<Message>> MessagesAsync() => Db.ReadAsync(db => db.Messages.OrderBy(m => m.Id).ToListAsync());

    /// <summary>The points of a member, in points.</summary>
    protected async Task<decimal> PointsAsync(long member) => await Db.ReadAsync(db => db.LedgerAccounts.Where(a => a.MemberId == member).SumAsync(a => a.Balance)) / 100m;

    protected static async Task WorkAsync(TestDatabase database)
    {
        while (await database.Get<GiftCampaignWork>().RunOnceAsync() is not null)
        {
            // Until nobody waits.
        }

        while (await database.Get<GiftDeliveryWork>().RunOnceAsync() is not null)
        {
            // Until nothing is due.
        }
    }

    protected Task WorkAsync() => WorkAsync(Db);

    protected Task SetAsync(long member, MemberStatus status) => Db.Database.WriteAsync(Actor.System, db => db.Members.Where(m => m.Id == member).ExecuteUpdateAsync(set => set.SetProperty(m => m.Status, status)));
}
