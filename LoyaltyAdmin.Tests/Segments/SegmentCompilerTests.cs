using System.Reflection;
using System.Text.Json.Serialization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Data.SqlServer;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Segments;

public abstract class SegmentCompilerTests(DatabaseKind kind) : DatabaseTest(kind)
{
    public sealed class OnSqlite() : SegmentCompilerTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : SegmentCompilerTests(DatabaseKind.PostgreSql);

    // Another year each: leap year, the day before and after 29 February, the end of a month that is longer than the one before.
    [Theory]
    [InlineData("2026-03-31", 1)]
    [InlineData("2028-02-28", 2)]
    [InlineData("2028-02-29", 3)]
    [InlineData("2027-02-28", 4)]
    public async Task Random_rules_find_whom_plain_loops_find(string day, int seed)
    {
        Clock.Now = new DateTimeOffset(DateTime.Parse(day, System.Globalization.CultureInfo.InvariantCulture).AddHours(15), TimeSpan.Zero);
        var random = new Random(seed);
        var population = await Population.CreateAsync(Db, 250, random);
        // Balances without movements: the rules ask for nothing else.
        LedgerMustTieOut = false;
        var rules = new RandomRules(population, random);
        var plain = new PlainRules(population);
        await AddRuleSegmentsAsync(population, rules);

        foreach (var rule in Enumerable.Range(0, rules.KindCount).SelectMany(kind => Enumerable.Range(0, 4).Select(_ => SegmentRule.All(rules.Condition(kind)))).Concat(Enumerable.Range(0, 30).Select(_ => rules.Rule())))
        {
            await using var db = await Db.ReadAsync();
            var expected = plain.Find(rule);

            (await Db.Get<SegmentCompiler>().CountAsync(db, rule)).ShouldBe(expected.Count, Said(rule));
            (await (await Db.Get<SegmentCompiler>().MemberIdsAsync(db, rule)).OrderBy(id => id).ToListAsync()).ShouldBe(expected, Said(rule));
            (await (await Db.Get<SegmentCompiler>().MembersAsync(db, rule)).Select(m => m.Id).OrderBy(id => id).ToListAsync()).ShouldBe(expected, Said(rule));
            (await db.Members.Where(await Db.Get<SegmentCompiler>().CompileAsync(db, rule, forOne: true)).Select(m => m.Id).OrderBy(id => id).ToListAsync()).ShouldBe(expected, Said(rule));
        }
    }

    [Fact]
    public async Task A_sixty_day_buyer_lapses_on_day_68_and_not_on_day_67()
    {
        var today = DateOnly.FromDateTime(Clock.Now.UtcDateTime);
        var member = await A.Member().SaveToAsync(Db);
        await Db.AddAsync(new Domain.Orders.PurchaseSummary { MemberId = member.Id, OrderCount = 2, PurchaseDays = 2, Revenue = 2, PosRevenue = 2, OnlineRevenue = 0, FirstOn = today.AddDays(-60), LastOn = today, ExpectedOn = today.AddDays(60) });

        (await CountAsync(SegmentRule.All(new LapsingCondition(AsOf: today.AddDays(67))))).ShouldBe(0);
        (await CountAsync(SegmentRule.All(new LapsingCondition(AsOf: today.AddDays(68))))).ShouldBe(1);
    }

    [Fact]
    public async Task A_segment_that_leads_back_to_itself_is_refused()
    {
        var one = new Segment { Name = "One", Kind = SegmentKind.Rule, Rule = SegmentRule.Everybody, CreatedAt = Clock.Now };
        await Db.AddAsync(one);
        var two = new Segment { Name = "Two", Kind = SegmentKind.Rule, Rule = SegmentRule.All(new SegmentMembership(one.Id)), CreatedAt = Clock.Now };
        await Db.AddAsync(two);
        await Db.Database.WriteAsync(Actor.System, async db => (await db.Segments.SingleAsync(s => s.Id == one.Id)).Rule = SegmentRule.All(new SegmentMembership(two.Id)));

        (await Should.ThrowAsync<RuleViolationException>(() => CountAsync(two.Rule))).Code.ShouldBe("segment_cycle");
    }

    [Fact]
    public async Task Every_rule_is_one_statement_of_sql_server_too()
    {
        var random = new Random(5);
        var population = await Population.CreateAsync(Db, 5, random);
        // Balances without movements: the rules ask for nothing else.
        LedgerMustTieOut = false;
        var rules = new RandomRules(population, random);
        await using var db = new SqlServerLoyaltyDbContext(new DbContextOptionsBuilder<SqlServerLoyaltyDbContext>().UseSqlServer("Server=none").Options);
        var compiler = new SegmentCompiler(new SqlServerProvider(), Db.Get<GroupCalendar>());
        var day = new GroupDay(population.Today, population.Now, TimeZoneInfo.Utc, "USD");
        var all = Enumerable.Range(0, rules.KindCount).SelectMany(kind => Enumerable.Range(0, 10).Select(_ => SegmentRule.All(rules.Condition(kind)))).Concat(Enumerable.Range(0, 40).Select(_ => rules.Rule()));

        foreach (var rule in all.Where(rule => !SegmentCompiler.ConditionsOf(rule).OfType<SegmentMembership>().Any()))
        {
            compiler.Members(db, rule, day).ToQueryString().ShouldContain("FROM [Members]", customMessage: Said(rule));
        }
    }

    private Task<int> CountAsync(SegmentRule rule) => Db.ReadAsync(async db => await (await Db.Get<SegmentCompiler>().MembersAsync(db, rule)).CountAsync());

    // Segments of segments: each may ask for those before it.
    private async Task AddRuleSegmentsAsync(Population population, RandomRules rules)
    {
        foreach (var i in Enumerable.Range(0, 3))
        {
            var segment = new Segment { Name = $"rule{i}", Kind = SegmentKind.Rule, Rule = rules.Rule(depth: 1), CreatedAt = Clock.Now };
            await Db.AddAsync(segment);
            population.Segments.Add(segment);
        }
    }

    private static string Said(SegmentRule rule) => System.Text.Json.JsonSerializer.Serialize(rule);
}

public sealed class SegmentConditionKindsTests
{
    public static IEnumerable<Type> Kinds => typeof(SegmentCondition).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(attribute => attribute.DerivedType);

    [Fact]
    public void Every_kind_is_stored_under_a_name_of_its_own() =>
        typeof(SegmentCondition).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(SegmentCondition))).ShouldBe(Kinds, ignoreOrder: true);

    [Fact]
    public async Task Random_rules_know_every_kind()
    {
        await using var db = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        var random = new Random(6);
        var rules = new RandomRules(await Population.CreateAsync(db, 3, random), random);

        Enumerable.Range(0, rules.KindCount).Select(kind => rules.Condition(kind).GetType()).Distinct().ShouldBe(Kinds, ignoreOrder: true);
    }

    [Fact]
    public async Task Every_kind_has_a_sentence_for_people()
    {
        await using var db = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        var random = new Random(8);
        var population = await Population.CreateAsync(db, 3, random);
        var rules = new RandomRules(population, random);
        var names = await db.Get<SegmentService>().NamesAsync(Actor.System);

        foreach (var condition in Enumerable.Range(0, rules.KindCount).SelectMany(kind => Enumerable.Range(0, 10).Select(_ => rules.Condition(kind))))
        {
            SegmentSentences.Of(condition, names).ShouldNotContain("(gone)");
        }
    }
}
