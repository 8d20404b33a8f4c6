using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Gifts;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Domain.Demo;

/// <summary>The demo company's gift campaigns: one finished, one of which something is still to come, one with a failed delivery, one still a draft.</summary>
public sealed class DemoGifts(LoyaltyDatabase database, SecretKeys keys, TimeProvider clock) : DemoStory(database, keys, clock)
{
    private protected override string Job => "Demo gifts";

    private protected override async Task<string> TellAsync(LoyaltyDbContext db, IServiceProvider services, SimulatedClock simulated, DateTimeOffset until, CancellationToken cancel)
    {
        var coupon = await db.Coupons.Where(c => c.Status == CouponStatus.Active && c.CodeKind == CouponCodeKind.Individual).OrderBy(c => c.Id).Select(c => (long?)c.Id).FirstOrDefaultAsync(cancel);
        var tags = await db.Tags.Where(t => t.Name == "VIP" || t.Name == "Coffee club").ToDictionaryAsync(t => t.Name, t => t.Id, cancel);
        if (coupon is not { } give || tags.Count < 2)
        {
            return "No gifts: there are no coupons or tags";
        }

        var (vip, club) = (AudienceScope.Nobody with { TagIds = [tags["VIP"]] }, AudienceScope.Nobody with { TagIds = [tags["Coffee club"]] });
        simulated.Now = Morning(until, 21);
        await RunAsync(services, "demo-gift-thanks", "Autumn thank you", new GiftSpec(5, [], []), vip, cancel);

        simulated.Now = Morning(until, 3);
        await RunAsync(services, "demo-gift-tasting", "Tasting evenings", new GiftSpec(2,
        [
            new GiftCoupon(give, 1, DistributionRule.Instant, new RelativeValidity(14)),
            new GiftCoupon(give, 1, new DailyDelayedDistribution(10, new TimeOnly(9, 0)), new RelativeValidity(14)),
        ], []), club, cancel);

        simulated.Now = Morning(until, 2);
        await RunAsync(services, "demo-gift-mug", "Ten years of Aurora", new GiftSpec(0, [new GiftCoupon(await MugAsync(db, services, vip, cancel), 1, new HourlyDelayedDistribution(3), new RelativeValidity(60))], []), vip, cancel);
        simulated.Now = simulated.Now.AddHours(3);
        await services.GetRequiredService<GiftDeliveryWork>().RunOnceAsync(cancel);
        await services.GetRequiredService<MessageSender>().RunOnceAsync(cancel);

        simulated.Now = until;
        await services.GetRequiredService<GiftCampaigns>().SaveAsync(Actor.System, Form("demo-gift-draft", "Holiday surprise", new GiftSpec(10, [], []), AudienceScope.Everybody), asDraft: true, cancel);

        var gifts = await db.GiftGrants.CountAsync(cancel);

        return $"4 gift campaigns, {gifts} gifts";
    }

    private static async Task RunAsync(IServiceProvider services, string key, string name, GiftSpec gift, AudienceScope audience, CancellationToken cancel)
    {
        await services.GetRequiredService<GiftCampaigns>().SaveAsync(Actor.System, Form(key, name, gift, audience), cancel: cancel);
        await services.GetRequiredService<GiftCampaignWork>().RunOnceAsync(cancel);
        await services.GetRequiredService<MessageSender>().RunOnceAsync(cancel);
    }

    // One mug fewer than there are members to give one to.
    private static async Task<long> MugAsync(LoyaltyDbContext db, IServiceProvider services, AudienceScope audience, CancellationToken cancel)
    {
        var members = await (await services.GetRequiredService<Audiences>().MembersAsync(db, audience, cancel)).CountAsync(cancel);

        return await services.GetRequiredService<CouponDefinitions>().SaveAsync(Actor.System, new CouponForm
        {
            OperationId = "demo-gift-mug-coupon",
            Name = "Anniversary mug",
            Type = CouponType.GiftVoucher,
            Currency = "USD",
            Gift = "1 mug",
            Cost = 4,
            Online = false,
            Stock = Math.Max(1, members - 1),
            Validity = new RelativeValidity(60),
        }, cancel: cancel);
    }

    private static GiftCampaignForm Form(string key, string name, GiftSpec gift, AudienceScope audience) => new() { OperationId = key, Name = name, Gift = gift, Audience = audience };

    private static DateTimeOffset Morning(DateTimeOffset until, int daysAgo) => new(until.UtcDateTime.Date.AddDays(-daysAgo).AddHours(15), TimeSpan.Zero);
}
