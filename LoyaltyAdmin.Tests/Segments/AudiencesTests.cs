using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Segments;

public abstract class AudiencesTests(DatabaseKind kind) : DatabaseTest(kind)
{
    public sealed class OnSqlite() : AudiencesTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : AudiencesTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task Random_audiences_mean_the_same_as_a_set_for_one_member_and_in_plain_loops()
    {
        var random = new Random(7);
        var all = await Population.CreateAsync(Db, 120, random);
        // Balances without movements: the rules ask for nothing else.
        LedgerMustTieOut = false;
        var plain = new PlainRules(all);
        var audiences = Db.Get<Audiences>();
        T[] some<T>(IEnumerable<T> items) => [.. items.Where(_ => random.Next(3) == 0)];
        foreach (var _ in Enumerable.Range(0, 30))
        {
            var scope = new AudienceScope(random.Next(8) == 0, [.. some(all.Plans).Select(p => p.Id)], [.. some(all.Tiers).Select(t => new TierChoice(t.Id, random.Next(2) == 0))],
                [.. some(all.Segments).Select(s => s.Id)], [.. some(all.Tags).Select(t => t.Id)], random.Next(2) == 0);
            var expected = plain.Find(PlainRuleOf(scope, all));
            await using var db = await Db.ReadAsync();

            (await (await audiences.MembersAsync(db, scope)).Select(m => m.Id).OrderBy(id => id).ToListAsync()).ShouldBe(expected);
            (await audiences.SizeAsync(Actor.System, scope)).ShouldBe(expected.Count);
            foreach (var person in all.People.Take(15))
            {
                (await audiences.ExplainAsync(db, scope, person.Member.Id)).IsIn.ShouldBe(expected.Contains(person.Member.Id));
            }
        }
    }

    [Fact]
    public async Task An_explanation_names_what_speaks_for_and_against()
    {
        var member = await A.Member().SaveToAsync(Db);
        var (plan, tiers) = await A.CardPlan().Where(p => p.Name = "Main").SaveToAsync(Db);
        var vip = new Domain.Tags.Tag { Name = "VIP", Kind = Domain.Tags.TagKind.Manual, CreatedAt = Clock.Now };
        await Db.AddAsync(vip, new Domain.Cards.LoyaltyCard { MemberId = member.Id, PlanId = plan.Id, Number = "1", TierId = tiers[2].Id, EarnedTierId = tiers[2].Id, TierSince = default, PeriodStart = default, PeriodEnd = default, IssuedAt = Clock.Now, IssuedOn = default });
        await using var db = await Db.ReadAsync();
        var scope = new AudienceScope(false, [], [new(tiers[2].Id, AndAbove: false)], [], [vip.Id]);

        var any = await Db.Get<Audiences>().ExplainAsync(db, scope, member.Id);
        var every = await Db.Get<Audiences>().ExplainAsync(db, scope with { MatchesEvery = true }, member.Id);

        (any.IsIn, any.ToString()).ShouldBe((true, "in: tier Gold of plan Main; not in: tag VIP"));
        every.IsIn.ShouldBeFalse();
    }

    [Fact]
    public async Task Silver_and_above_follows_a_tier_that_is_added_later()
    {
        var member = await A.Member().SaveToAsync(Db);
        var (plan, tiers) = await A.CardPlan().SaveToAsync(Db);
        var scope = new AudienceScope(false, [], [new(tiers[1].Id, AndAbove: true)], [], []);
        var platinum = new Domain.Cards.CardTier { PlanId = plan.Id, Rank = 4, Name = "Platinum" };
        await Db.AddAsync(platinum);
        await Db.AddAsync(new Domain.Cards.LoyaltyCard { MemberId = member.Id, PlanId = plan.Id, Number = "1", TierId = platinum.Id, EarnedTierId = platinum.Id, TierSince = default, PeriodStart = default, PeriodEnd = default, IssuedAt = Clock.Now, IssuedOn = default });

        (await Db.Get<Audiences>().SizeAsync(Actor.System, scope)).ShouldBe(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_audience_nothing_was_chosen_for_is_nobody(bool every)
    {
        await A.Member().SaveToAsync(Db);

        (await Db.Get<Audiences>().SizeAsync(Actor.System, AudienceScope.Nobody with { MatchesEvery = every })).ShouldBe(0);
        (await Db.Get<Audiences>().SizeAsync(Actor.System, AudienceScope.Everybody)).ShouldBe(1);
    }

    private static SegmentRule PlainRuleOf(AudienceScope scope, Population all)
    {
        if (scope.AllUsers)
        {
            return SegmentRule.Everybody;
        }

        List<SegmentRule> groups = [];
        void add(IEnumerable<SegmentCondition> conditions)
        {
            var group = SegmentRule.Any([.. conditions]);
            if (!group.Conditions.IsEmpty)
            {
                groups.Add(group);
            }
        }

        add(scope.CardPlanIds.Select(id => new CardCondition(id)));
        add(scope.Tiers.Select(t => new CardCondition(all.Tiers.Single(x => x.Id == t.TierId).PlanId, t.TierId, t.AndAbove)));
        add(scope.SegmentIds.Select(id => new SegmentMembership(id)));
        add(scope.TagIds.Select(id => new TagCondition(id)));

        return new SegmentRule(scope.MatchesEvery && groups.Count > 0 ? Match.All : Match.Any, [], [.. groups]);
    }
}
