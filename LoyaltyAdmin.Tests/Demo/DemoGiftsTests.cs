using LoyaltyAdmin.Domain.Demo;
using LoyaltyAdmin.Domain.Gifts;
using LoyaltyAdmin.Domain.Tags;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Demo;

public sealed class DemoGiftsTests() : DatabaseTest(DatabaseKind.Sqlite)
{
    [Fact]
    public async Task Campaigns_have_delivered_partly_delivered_and_failed_to_deliver_told_once()
    {
        await Db.Get<DemoAccess>().EnsureRolesAsync(withTwoFactor: false);
        await Db.Get<DemoAccess>().CreateCompanyAsync();
        await A.Coupon("USD 5 off").SaveToAsync(Db);
        var tags = new[] { "VIP", "Coffee club" }.Select(name => new Tag { Name = name, Kind = TagKind.Manual, CreatedAt = Clock.Now }).ToArray();
        await Db.AddAsync([.. tags]);
        for (var i = 0; i < 4; i++)
        {
            var member = await A.Member().SaveToAsync(Db);
            await Db.AddAsync([.. tags.Select(tag => new MemberTag { MemberId = member.Id, TagId = tag.Id, Source = TagSource.Manual, Since = Clock.Now, ActorName = "x" })]);
        }

        (await Db.Get<DemoGifts>().LoadAsync()).ShouldBeTrue();
        (await Db.Get<DemoGifts>().LoadAsync()).ShouldBeFalse();

        await using var db = await Db.ReadAsync();
        (await db.GiftCampaigns.OrderBy(c => c.Id).Select(c => c.Status).ToListAsync()).ShouldBe([GiftCampaignStatus.Finished, GiftCampaignStatus.Finished, GiftCampaignStatus.Finished, GiftCampaignStatus.Draft]);
        (await db.GiftItems.GroupBy(i => i.Status).Select(g => new { g.Key, Count = g.Count() }).ToListAsync()).Select(g => (g.Key, g.Count))
            .ShouldBe([(GiftItemStatus.Delivered, 15), (GiftItemStatus.Pending, 4), (GiftItemStatus.Failed, 1)], ignoreOrder: true);
        (await db.GiftItems.SingleAsync(i => i.Status == GiftItemStatus.Failed)).Reason.ShouldBe("The stock of the coupon “Anniversary mug” is used up.");
        (await db.GiftGrants.MinAsync(g => g.GrantedOn)).ShouldBe(DateOnly.FromDateTime(Clock.Now.UtcDateTime).AddDays(-21));
    }
}
