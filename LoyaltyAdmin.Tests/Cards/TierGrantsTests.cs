using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Webhooks;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Cards;

public abstract class TierGrantsTests(DatabaseKind kind) : CardTest(kind)
{
    public sealed class OnSqlite() : TierGrantsTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : TierGrantsTests(DatabaseKind.PostgreSql);

    private TierGrants Grants => Db.Get<TierGrants>();

    [Fact]
    public async Task A_granted_tier_shows_until_its_last_day_and_then_the_earned_one_again()
    {
        var card = await IssueAsync();
        await Grants.GrantTierAsync(Staff, card.Id, Tiers[2].Id, new DateOnly(2026, 3, 31), "Apology", "op-1");
        (await TierAsync()).ShouldBe("Gold");
        (await CardAsync()).EarnedTierId.ShouldBe(Tiers[0].Id);

        Clock.Now = new DateTimeOffset(2026, 3, 31, 23, 59, 59, TimeSpan.Zero);
        (await Grants.RunAsync()).ShouldBe(0);
        (await TierAsync()).ShouldBe("Gold");
        Clock.Advance(TimeSpan.FromSeconds(1));
        (await Grants.RunAsync()).ShouldBe(1);
        (await Grants.RunAsync()).ShouldBe(0);

        (await TierAsync()).ShouldBe("Member");
        (await HistoryAsync()).ShouldBe(["- > Member: Issued", "Member > Gold: Granted", "Gold > Member: GrantEnded"]);
    }

    [Fact]
    public async Task What_is_earned_during_a_grant_stays_when_it_ends()
    {
        var card = await IssueAsync();
        await Grants.GrantTierAsync(Staff, card.Id, Tiers[2].Id, new DateOnly(2026, 3, 31), "Launch", "op-1");
        await BuyAsync(600);
        (await TierAsync()).ShouldBe("Gold");

        Clock.Advance(TimeSpan.FromDays(40));
        await Grants.RunAsync();

        (await TierAsync()).ShouldBe("Silver");
        (await HistoryAsync())[^1].ShouldBe("Gold > Silver: GrantEnded");
    }

    [Fact]
    public async Task One_key_grants_once_however_often_it_is_sent()
    {
        var card = await IssueAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Grants.GrantTierAsync(Staff, card.Id, Tiers[1].Id, new DateOnly(2026, 3, 31), "Launch", "op-1"))));

        (await Db.ReadAsync(db => db.TierGrants.CountAsync())).ShouldBe(1);
        (await HistoryAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_higher_of_two_grants_shows_and_a_grant_can_be_taken_back()
    {
        var card = await IssueAsync();
        await Grants.GrantTierAsync(Staff, card.Id, Tiers[1].Id, new DateOnly(2026, 5, 31), "Long", "op-1");
        await Grants.GrantTierAsync(Staff, card.Id, Tiers[2].Id, new DateOnly(2026, 4, 30), "Short", "op-2");
        var cards = await Db.Get<MemberCardReader>().OfMemberAsync(Staff, Member.Number);
        cards[0].Grants.Select(grant => grant.Tier).ShouldBe(["Gold", "Silver"]);

        await Grants.EndAsync(Staff, cards[0].Grants[0].Id);
        (await TierAsync()).ShouldBe("Silver");

        await Grants.EndAsync(Staff, cards[0].Grants[1].Id);
        (await TierAsync()).ShouldBe("Member");
    }

    [Fact]
    public async Task A_tier_of_another_plan_cannot_be_granted()
    {
        var card = await IssueAsync();
        var (_, others) = await A.CardPlan("OTHER").SaveToAsync(Db);

        (await Should.ThrowAsync<RuleViolationException>(() => Grants.GrantTierAsync(Staff, card.Id, others[1].Id, new DateOnly(2026, 3, 31), "Launch", "op-1"))).Code.ShouldBe("other_plan");
    }

    [Fact]
    public async Task Endpoints_hear_of_every_change_of_the_tier_a_member_has()
    {
        await Db.AddAsync(new WebhookEndpoint { Name = "Shop", Url = "https://shop.example/hook", Events = [WebhookEvents.TierChanged], SealedSecret = [1], CreatedAt = Clock.Now });
        var card = await IssueAsync();
        await Grants.GrantTierAsync(Staff, card.Id, Tiers[2].Id, new DateOnly(2026, 3, 31), "Launch", "op-1");
        // Silver is earned underneath the granted Gold: nobody sees a change.
        await BuyAsync(600);

        var delivery = await Db.ReadAsync(db => db.WebhookDeliveries.SingleAsync());

        delivery.Body.ShouldContain($"\"member\":\"{Member.Number}\",\"plan\":\"MAIN\",\"from\":\"Member\",\"to\":\"Gold\",\"reason\":\"Granted\"");
    }
}
