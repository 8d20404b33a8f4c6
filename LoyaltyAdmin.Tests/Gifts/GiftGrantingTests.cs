using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Gifts;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Gifts;

/// <summary>Reliability 3.3, V9, T1: a reason gives once, whoever meets it and however often.</summary>
public abstract class GiftGrantingTests(DatabaseKind kind) : GiftTest(kind)
{
    public sealed class OnSqlite() : GiftGrantingTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : GiftGrantingTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task Points_coupons_and_packages_come_at_once_and_the_member_is_told()
    {
        var (ten, free, packed) = (await A.Coupon("Ten off").SaveToAsync(Db), await A.Coupon("Free coffee").SaveToAsync(Db), await A.Coupon("Packed").SaveToAsync(Db));
        var package = new CouponPackage { Code = "CP-1", Name = "Box", Items = [new CouponPackageItem(packed.Id, 2)], CreatedAt = Clock.Now };
        package.Activate();
        await Db.AddAsync(package);
        var member = (await MembersAsync(1))[0];

        (await GrantAsync(Order(Gift(100.5m, Now(ten, 2), Later(free)) with { Packages = [new GiftPackage(package.Id, 1, DistributionRule.Instant)] }), member)).Members.ShouldBe([member]);

        (await PointsAsync(member)).ShouldBe(100.5m);
        (await Db.ReadAsync(db => db.MemberCoupons.OrderBy(c => c.Id).Select(c => new { c.CouponId, c.Origin, c.PackageId, c.Reason }).ToListAsync())).Select(c => (c.CouponId, c.Origin, c.PackageId, c.Reason))
            .ShouldBe([(ten.Id, CouponOrigin.Gift, null, "Welcome"), (ten.Id, CouponOrigin.Gift, null, "Welcome"), (packed.Id, CouponOrigin.Gift, package.Id, "Welcome"), (packed.Id, CouponOrigin.Gift, package.Id, "Welcome")]);
        (await ItemsAsync()).Select(i => (i.Line, i.Kind, i.Status, i.NextAt)).ShouldBe([
            (0, GiftItemKind.Points, GiftItemStatus.Delivered, null), (1, GiftItemKind.Coupon, GiftItemStatus.Delivered, null),
            (2, GiftItemKind.Coupon, GiftItemStatus.Pending, Clock.Now.AddHours(3)), (3, GiftItemKind.Package, GiftItemStatus.Delivered, null)]);
        var messages = await MessagesAsync();
        messages.Select(m => m.Scenario).ShouldBe([MessageScenario.PointsEarned, MessageScenario.CouponArrival]);
        messages[0].Variables.ShouldContain("100.5");
        messages[1].Variables.ShouldContain("2 \\u00D7 Ten off, 2 \\u00D7 Packed");
        messages[1].Variables.ShouldContain("9 Mar 2026 / 1 Apr 2026");
    }

    [Fact]
    public async Task However_often_and_to_whomever_one_reason_gives_once()
    {
        var (coupon, random) = (await A.Coupon().SaveToAsync(Db), new Random(20261123));
        var members = await MembersAsync(6);
        var model = new HashSet<(long Source, long Member, string Episode)>();
        for (var round = 0; round < 25; round++)
        {
            var (source, episode) = (random.Next(1, 3), $"e{random.Next(1, 3)}");
            long[] some = [.. members.Where(_ => random.Next(2) == 0)];

            var granted = await GrantAsync(Order(Gift(1, Now(coupon)), episode, source), some);

            granted.Members.ShouldBe(some.Where(member => model.Add((source, member, episode))), ignoreOrder: true);
            granted.Earlier.ShouldBe(some.Length - granted.Members.Count);
        }

        (await Db.ReadAsync(db => db.GiftGrants.Select(g => new { g.SourceId, g.MemberId, g.Episode }).ToListAsync())).Select(g => (g.SourceId, g.MemberId, g.Episode)).ShouldBe(model, ignoreOrder: true);
        (await CouponsAsync()).ShouldBe(model.Count);
        (await MessagesAsync()).Count.ShouldBe(2 * model.Count);
        foreach (var member in members)
        {
            (await PointsAsync(member)).ShouldBe(model.Count(grant => grant.Member == member));
        }
    }

    [Fact]
    public async Task Members_can_have_reasons_of_their_own()
    {
        var coupon = await A.Coupon().SaveToAsync(Db);
        var members = await MembersAsync(2);
        var order = Order(Gift(0, Now(coupon))) with { Episodes = new Dictionary<long, string> { [members[0]] = "order-1", [members[1]] = "order-2" } };
        await GrantAsync(order, members);

        var again = await GrantAsync(order with { Episodes = new Dictionary<long, string> { [members[0]] = "order-3", [members[1]] = "order-2" } }, members);

        again.Members.ShouldBe([members[0]]);
        (await CouponsAsync()).ShouldBe(3);
    }

    [Fact]
    public async Task Granters_on_two_nodes_that_meet_the_same_members_give_once()
    {
        var coupon = await A.Coupon().WithStock(1_000).SaveToAsync(Db);
        var members = await MembersAsync(30);
        await using var other = Db.OpenAgain();
        var order = Order(Gift(10, Now(coupon), Later(coupon)));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => GrantAsync(i % 2 == 0 ? Db : other, order, [.. members.Skip(i * 2).Concat(members.Take(i * 2))]))));

        (await Db.ReadAsync(db => db.GiftGrants.CountAsync())).ShouldBe(members.Length);
        (await CouponsAsync()).ShouldBe(members.Length);
        (await Db.ReadAsync(db => db.LedgerTransactions.CountAsync())).ShouldBe(members.Length);
        (await MessagesAsync()).Count.ShouldBe(2 * members.Length);
    }

    /// <summary>What the race above is for: who asks first and gives afterwards gives several times.</summary>
    [Fact]
    public async Task A_naive_granter_that_asks_first_fails_the_race()
    {
        var coupon = await A.Coupon().SaveToAsync(Db);
        var member = (await MembersAsync(1))[0];
        await using var other = Db.OpenAgain();
        using var allHaveAsked = new CountdownEvent(8);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            var database = i % 2 == 0 ? Db : other;
            var has = await database.ReadAsync(db => db.MemberCoupons.AnyAsync(c => c.MemberId == member));
            allHaveAsked.Signal();
            allHaveAsked.Wait();
            if (!has)
            {
                var order = new CouponOrder { CouponId = coupon.Id, Source = A.Unique("naive:"), Origin = CouponOrigin.Gift };
                await database.Database.WriteAsync(Actor.System, db => database.Get<CouponIssuing>().IssueOneAsync(db, member, order));
            }
        })));

        (await CouponsAsync()).ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task A_write_that_fails_afterwards_leaves_nothing_of_the_gift()
    {
        var coupon = await A.Coupon().WithStock(5).SaveToAsync(Db);
        var member = (await MembersAsync(1))[0];

        await Should.ThrowAsync<InvalidOperationException>(() => Db.Database.WriteAsync(Actor.System, async db =>
        {
            (await Db.Get<GiftGranting>().GrantAsync(db, member, Order(Gift(5, Now(coupon))))).ShouldBe(GiftAnswer.Granted);

            throw new InvalidOperationException("The caller's own work failed.");
        }));

        (await ItemsAsync()).ShouldBeEmpty();
        (await MessagesAsync()).ShouldBeEmpty();
        (await Db.ReadAsync(db => db.CouponStocks.Select(s => s.Issued).SingleAsync())).ShouldBe(0);
        (await GrantAsync(Order(Gift(5, Now(coupon))), member)).Members.ShouldBe([member]);
    }

    [Fact]
    public async Task Frozen_and_erased_members_get_nothing_and_a_duplicates_survivor_gets_it_once()
    {
        var coupon = await A.Coupon().SaveToAsync(Db);
        var members = await MembersAsync(4);
        await SetAsync(members[0], MemberStatus.Frozen);
        await SetAsync(members[1], MemberStatus.Erased);
        await Db.Get<MemberMerges>().MergeAsync(Manager, members[3], members[2], "Same person");

        var granted = await GrantAsync(Order(Gift(0, Now(coupon))), members);

        granted.Members.ShouldBe([members[3]]);
        granted.LeftOut.ShouldBe([members[0], members[1]], ignoreOrder: true);
        (await CouponsAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Whoever_races_for_the_last_coupons_the_rest_fails_with_the_reason_and_can_be_tried_again()
    {
        var coupon = await A.Coupon("Rare").WithStock(5).SaveToAsync(Db);
        var members = await MembersAsync(12);
        await using var other = Db.OpenAgain();

        await Task.WhenAll(members.Select((member, i) => Task.Run(() => GrantAsync(i % 2 == 0 ? Db : other, Order(Gift(1, Now(coupon))), member))));

        var failed = (await ItemsAsync()).Where(i => i.Status == GiftItemStatus.Failed).ToList();
        (await CouponsAsync()).ShouldBe(5);
        failed.Count.ShouldBe(7);
        failed.ShouldAllBe(i => i.Kind == GiftItemKind.Coupon && i.Reason == "The stock of the coupon “Rare” is used up.");
        (await Task.WhenAll(members.Select(PointsAsync))).ShouldAllBe(points => points == 1);

        await Db.Database.WriteAsync(Actor.System, db => db.CouponStocks.ExecuteUpdateAsync(set => set.SetProperty(s => s.Limit, 11)));
        (await Granted.RetryAsync(Manager, [.. failed.Select(i => i.Id)])).ShouldBe(7);
        await WorkAsync();

        (await CouponsAsync()).ShouldBe(11);
        (await ItemsAsync()).Count(i => i.Status == GiftItemStatus.Failed).ShouldBe(1);
    }

    [Fact]
    public async Task A_package_of_which_something_is_missing_gives_the_rest_when_it_is_tried_again()
    {
        var (plenty, none) = (await A.Coupon("Plenty").SaveToAsync(Db), await A.Coupon("None").WithStock(1).SaveToAsync(Db));
        var package = new CouponPackage { Code = "CP-1", Name = "Box", Items = [new CouponPackageItem(plenty.Id, 1), new CouponPackageItem(none.Id, 2)], CreatedAt = Clock.Now };
        package.Activate();
        await Db.AddAsync(package);
        var member = (await MembersAsync(1))[0];
        await GrantAsync(Order(GiftSpec.None with { Packages = [new GiftPackage(package.Id, 1, DistributionRule.Instant)] }), member);
        ((await ItemsAsync())[0].Status, await CouponsAsync(), (await MessagesAsync()).Count).ShouldBe((GiftItemStatus.Failed, 1, 0));

        await Db.Database.WriteAsync(Actor.System, db => db.CouponStocks.Where(s => s.CouponId == none.Id).ExecuteUpdateAsync(set => set.SetProperty(s => s.Limit, 2)));
        await Granted.RetryAsync(Manager, [(await ItemsAsync())[0].Id]);
        await WorkAsync();

        ((await ItemsAsync())[0].Status, await CouponsAsync(), (await MessagesAsync()).Count).ShouldBe((GiftItemStatus.Delivered, 3, 1));
    }

    [Fact]
    public async Task Points_for_many_are_the_points_of_the_door_for_one()
    {
        var members = await MembersAsync(6);
        // One has points already, one is frozen, one owes more than comes.
        await PostAsync(members[1], TransactionType.Grant, 20_00, new LotChange.Open([new NewLot(LotKind.Points, 20_00)]));
        await PostAsync(members[2], TransactionType.Freeze, 0, null);
        await PostAsync(members[3], TransactionType.EarningReversal, -5_00, new LotChange.Take());

        await GrantAsync(Order(Gift(3)), members);

        (await Task.WhenAll(members.Select(PointsAsync))).ShouldBe([3, 23, 0, -2, 3, 3]);
        (await ItemsAsync()).Single(i => i.Status == GiftItemStatus.Failed).ShouldSatisfyAllConditions(i => i.MemberId.ShouldBe(members[2]), i => i.Reason.ShouldBe("The member's points are frozen."));
        (await Db.ReadAsync(db => db.LedgerLots.CountAsync(lot => lot.Remaining > 0))).ShouldBe(4);
    }

    private async Task PostAsync(long member, TransactionType type, long amount, LotChange? lots)
    {
        var store = await Db.ReadAsync(db => db.Stores.Select(s => s.Id).FirstAsync());
        var account = await Db.Database.WriteAsync(Actor.System, db => Db.Get<MemberAccounts>().OpenAsync(db, member, AccountKind.Points, Currency.Points.Code, store));
        await Db.Ledger.PostAsync(new Posting
        {
            Operation = Operation.For(Actor.System, A.Unique("t"), "test"),
            Type = type,
            AccountKind = AccountKind.Points,
            AccountId = account.Id,
            Currency = account.Currency,
            Amount = amount,
            House = [new HouseLeg(House.PromotionCost, -amount)],
            HomeStoreId = store,
            StoreId = store,
            Channel = Channel.Pos,
            BusinessDay = new DateOnly(2026, 3, 2),
            At = Clock.Now,
            Lots = lots,
            AllowsDebt = true,
            To = type == TransactionType.Freeze ? AccountStatus.Blocked : null,
        });
    }

    [Fact]
    public async Task A_merge_brings_what_is_to_come_and_nothing_of_what_the_survivor_has()
    {
        var coupon = await A.Coupon().SaveToAsync(Db);
        var members = await MembersAsync(2);
        await GrantAsync(Order(Gift(10, Later(coupon)), source: 1), members);
        await GrantAsync(Order(Gift(0, Later(coupon)), source: 2), members[0]);

        await Db.Get<MemberMerges>().MergeAsync(Manager, members[1], members[0], "Same person");
        (await GrantAsync(Order(Gift(10, Later(coupon)), source: 1), members)).Members.ShouldBeEmpty();
        (await GrantAsync(Order(Gift(0, Later(coupon)), source: 2), members)).Members.ShouldBeEmpty();
        Clock.Advance(TimeSpan.FromHours(4));
        await WorkAsync();

        (await PointsAsync(members[1])).ShouldBe(20);
        (await Db.ReadAsync(db => db.MemberCoupons.Select(c => c.MemberId).ToListAsync())).ShouldBe([members[1], members[1]]);
        var cancelled = (await ItemsAsync()).Single(i => i.Status == GiftItemStatus.Cancelled);
        (cancelled.MemberId, cancelled.Reason).ShouldBe((members[1], "The member was merged with one who has this gift already."));
    }

    [Fact]
    public async Task The_database_itself_refuses_a_second_grant()
    {
        var member = (await MembersAsync(1))[0];
        await GrantAsync(Order(Gift(1)), member);
        var grant = await Db.ReadAsync(db => db.GiftGrants.SingleAsync());

        var refused = await Should.ThrowAsync<Exception>(() => Db.AddAsync(new GiftGrant
        {
            SourceKind = grant.SourceKind,
            SourceId = grant.SourceId,
            SourceName = "Again",
            MemberId = member,
            Episode = grant.Episode,
            GrantedAt = Clock.Now,
            GrantedOn = grant.GrantedOn,
            ActorName = "x",
            MiniProgramIds = [],
        }));
        Db.Database.Provider.IsUniqueViolation(refused).ShouldBeTrue();
    }
}
