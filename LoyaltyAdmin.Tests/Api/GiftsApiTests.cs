using System.Net;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Gifts;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;

namespace LoyaltyAdmin.Tests.Api;

public sealed class GiftsApiTests() : ApiTest(DatabaseKind.Sqlite)
{
    [Fact]
    public async Task A_members_gifts_are_listed_newest_first_with_what_is_still_to_come()
    {
        var (member, coupon) = (await A.Member().SaveToAsync(Db), await A.Coupon("Coffee").SaveToAsync(Db));
        var order = new GiftOrder { SourceKind = GiftSourceKind.Campaign, SourceId = 1, SourceName = "Welcome", Gift = new GiftSpec(5, [new GiftCoupon(coupon.Id, 2, new HourlyDelayedDistribution(3), new RelativeValidity(7))], []) };
        await Db.Database.WriteAsync(Actor.System, db => Db.Get<GiftGranting>().GrantAsync(db, member.Id, order));

        var gifts = (await Till.GetAsync($"/members/{member.Number}/gifts")).ShouldBeDone(HttpStatusCode.OK).Json;

        gifts.GetArrayLength().ShouldBe(2);
        (gifts[0].GetProperty("kind").GetString(), gifts[0].GetProperty("name").GetString(), gifts[0].GetProperty("quantity").GetInt32(), gifts[0].GetProperty("status").GetString()).ShouldBe(("COUPON", "Coffee", 2, "PENDING"));
        (gifts[1].GetProperty("source").GetString(), gifts[1].GetProperty("points").GetDecimal(), gifts[1].GetProperty("status").GetString()).ShouldBe(("Welcome", 5m, "DELIVERED"));
        (await Till.GetAsync("/members/nobody/gifts")).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
    }
}
