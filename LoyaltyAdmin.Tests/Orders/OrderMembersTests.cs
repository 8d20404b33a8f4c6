using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Orders;

/// <summary>Whom an order means, and whom it makes.</summary>
public abstract class OrderMembersTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private Store store = null!;
    private Member member = null!;
    private Actor shop = null!;

    public sealed class OnSqlite() : OrderMembersTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : OrderMembersTests(DatabaseKind.PostgreSql);

    private OrderIngest Ingest => Db.Get<OrderIngest>();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        store = await A.Store("NYC").SaveToAsync(Db);
        member = await A.Member().Where(m => (m.Phone, m.Email) = ("+12125550100", "ada@example.com")).SaveToAsync(Db);
        shop = await A.ApiClient().With(ApiScope.OrdersWrite).SaveToAsync(Db);
    }

    public override async Task DisposeAsync()
    {
        (await IndependentCount.StoredAsync(Db)).ShouldBe(await IndependentCount.ExpectedAsync(Db));
        await base.DisposeAsync();
    }

    [Theory]
    [InlineData("+1 (212) 555-0100", null, null)]
    [InlineData(null, "ADA@example.com", null)]
    [InlineData(null, null, "2012345678901230")]
    [InlineData("+12125550100", "ada@example.com", "2012345678901230")]
    public async Task A_member_is_found_by_phone_email_or_card(string? phone, string? email, string? card)
    {
        await GiveCardAsync("2012345678901230");

        await Ingest.PutAsync(shop, Buy(10) with { Member = new MemberReference(Phone: phone, Email: email, CardNumber: card) });

        (await Db.ReadAsync(db => db.Orders.SingleAsync())).MemberId.ShouldBe(member.Id);
    }

    [Fact]
    public async Task A_merged_duplicate_means_the_member_it_was_merged_into()
    {
        var middle = await A.Member().Where(m => (m.Status, m.MergedIntoId) = (MemberStatus.Merged, member.Id)).SaveToAsync(Db);
        var duplicate = await A.Member().Where(m => (m.Status, m.MergedIntoId) = (MemberStatus.Merged, middle.Id)).SaveToAsync(Db);

        await Ingest.PutAsync(shop, Buy(10, member: duplicate.Number));

        (await Db.ReadAsync(db => db.Orders.SingleAsync())).MemberId.ShouldBe(member.Id);
    }

    [Fact]
    public async Task An_unknown_member_is_refused_unless_the_order_says_create()
    {
        var order = Buy(10, member: "900");
        var refused = await Should.ThrowAsync<RuleViolationException>(Ingest.PutAsync(shop, order));
        (refused.Code, refused.Field).ShouldBe(("unknown_member", "Member.Number"));

        await Ingest.PutAsync(shop, order with { Member = new MemberReference("900", Phone: "+12125550199", CreateUnknown: true) });

        var made = await Db.ReadAsync(db => db.Members.SingleAsync(m => m.Number == "900"));
        (made.RegisteredThrough, made.RegisteredOn, made.HomeStoreId, made.Phone).ShouldBe((RegistrationSource.Order, store.Zone.DayOf(order.PlacedAt), store.Id, "+12125550199"));
        (await Db.ReadAsync(db => db.AuditEntries.CountAsync(entry => entry.Action == "Member.Create" && entry.Subject == "900"))).ShouldBe(1);
    }

    [Fact]
    public async Task Names_that_mean_different_members_are_refused()
    {
        var other = await A.Member().SaveToAsync(Db);

        (await Should.ThrowAsync<RuleViolationException>(Ingest.PutAsync(shop, Buy(10) with { Member = new MemberReference(other.Number, Phone: "+12125550100") }))).Field.ShouldBe("Member");
    }

    [Fact]
    public async Task Orders_of_one_new_member_and_product_at_once_make_each_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(() => Ingest.PutAsync(shop, Buy(1) with
        {
            Lines = [new DeliveredLine { ProductCode = "NEW", CategoryCode = "NEW", UnitPrice = 1 }],
            Member = new MemberReference("NOBODY", CreateUnknown: true),
        }))));

        var summary = await Db.ReadAsync(db => db.PurchaseSummaries.SingleAsync());
        summary.OrderCount.ShouldBe(12);
        (await Db.ReadAsync(db => db.Members.CountAsync(m => m.Number == "NOBODY"))).ShouldBe(1);
    }

    [Fact]
    public async Task A_member_made_by_an_order_has_the_cards_that_registration_gives()
    {
        var (plan, _) = await A.CardPlan().Where(p => p.IsIssuedOnRegistration = true).SaveToAsync(Db);

        await Ingest.PutManyAsync(shop, [.. Enumerable.Range(0, 3).Select(i => Buy(10) with { Member = new MemberReference($"N{i % 2}", CreateUnknown: true) })]);
        await Ingest.PutAsync(shop, Buy(10));

        var holders = await Db.ReadAsync(db => db.LoyaltyCards.Where(card => card.PlanId == plan.Id).Join(db.Members, card => card.MemberId, m => m.Id, (_, m) => m.Number).OrderBy(number => number).ToListAsync());
        holders.ShouldBe(["N0", "N1"]);
    }

    private OrderDelivery Buy(decimal total, string? number = null, string? member = null) => Purchases.Of(store, total, number, member ?? this.member.Number);

    private async Task GiveCardAsync(string number)
    {
        var (plan, tiers) = await A.CardPlan().SaveToAsync(Db);
        var today = DateOnly.FromDateTime(Clock.Now.UtcDateTime);
        await Db.AddAsync(new Domain.Cards.LoyaltyCard
        {
            MemberId = member.Id,
            PlanId = plan.Id,
            Number = number,
            TierId = tiers[0].Id,
            EarnedTierId = tiers[0].Id,
            TierSince = today,
            PeriodStart = today,
            PeriodEnd = today.AddYears(1),
            IssuedAt = Clock.Now,
            IssuedOn = today,
        });
    }
}
