using LoyaltyAdmin.Domain.Demo;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Demo;

[Long]
public sealed class DemoMembersTests() : DatabaseTest(DatabaseKind.Sqlite)
{
    [Fact]
    public async Task The_story_fills_every_list_and_is_told_once()
    {
        await Db.Get<DemoAccess>().EnsureRolesAsync(withTwoFactor: false);
        await Db.Get<DemoAccess>().CreateCompanyAsync();

        (await Db.Get<DemoMembers>().LoadAsync()).ShouldBeTrue();
        (await Db.Get<DemoMembers>().LoadAsync()).ShouldBeFalse();

        await using var db = await Db.ReadAsync();
        (await db.Members.CountAsync()).ShouldBe(DemoMembers.Count);
        (await db.Orders.CountAsync()).ShouldBeGreaterThan(2_000);
        (await db.Orders.AnyAsync(order => order.MemberId == null)).ShouldBeTrue();
        (await db.OrderRefunds.AnyAsync()).ShouldBeTrue();
        (await db.Products.CountAsync(product => product.CategoryId != null)).ShouldBeGreaterThan(10);
        (await db.LoyaltyCards.CountAsync()).ShouldBe(DemoMembers.Count);
        (await db.LoyaltyCards.Select(card => card.TierId).Distinct().CountAsync()).ShouldBeGreaterThan(2);
        (await db.MemberConsents.AnyAsync()).ShouldBeTrue();
        (await db.MemberTags.Select(tag => tag.TagId).Distinct().CountAsync()).ShouldBeGreaterThan(4);
        (await db.Segments.AllAsync(segment => segment.Size > 0)).ShouldBeTrue();
        (await db.SegmentSnapshots.CountAsync()).ShouldBeGreaterThanOrEqualTo(6 * 8);
        (await Db.Get<PurchaseRecount>().RunAsync()).Differences.ShouldBeEmpty();
    }
}
