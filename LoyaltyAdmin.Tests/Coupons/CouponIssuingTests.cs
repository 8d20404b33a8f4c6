using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Coupons;

public abstract class CouponIssuingTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private const int Stock = 5;

    public sealed class OnSqlite() : CouponIssuingTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : CouponIssuingTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task A_member_gets_coupons_with_codes_and_a_validity_of_their_own()
    {
        var (coupon, member) = (await A.Coupon().SaveToAsync(Db), await A.Member().SaveToAsync(Db));

        var issued = await IssueAsync(Order(coupon, 2), member.Id);

        issued.New.ShouldBe(2);
        var rows = await Db.ReadAsync(db => db.MemberCoupons.OrderBy(c => c.Id).ToListAsync());
        rows.Select(c => (c.MemberId, c.Ordinal, c.SourceItem, c.Status)).ShouldBe([(member.Id, 1, 1, MemberCouponStatus.Active), (member.Id, 2, 2, MemberCouponStatus.Active)]);
        rows.ShouldAllBe(c => c.UsableFrom == Clock.Now && c.UsableUntil == Clock.Now.AddDays(30));
        var codes = rows.Select(c => Db.Get<CouponCodes>().Open(c.SealedCode!)).ToList();
        codes.Distinct().Count().ShouldBe(2);
        codes.ShouldAllBe(code => code.Length == 12);
        rows.Select(c => c.CodeHash!).ShouldBe(codes.Select(code => Db.Get<CouponCodes>().Hash(code)));
    }

    [Fact]
    public async Task The_same_reason_gives_nothing_twice()
    {
        var coupon = await A.Coupon().SaveToAsync(Db);
        long[] members = [(await A.Member().SaveToAsync(Db)).Id, (await A.Member().SaveToAsync(Db)).Id];
        var order = Order(coupon, 2);

        var first = await IssueAsync(order, members[0]);
        var second = await IssueAsync(order, members);

        (first.New, second.New, second.Coupons.Count).ShouldBe((2, 2, 4));
        (await IssueAsync(order, members)).New.ShouldBe(0);
        (await IssuedAsync(coupon)).ShouldBe((4, 4));
    }

    [Fact]
    public async Task The_validity_can_be_given_instead_of_the_coupons_own()
    {
        var (coupon, member) = (await A.Coupon().SaveToAsync(Db), await A.Member().SaveToAsync(Db));

        await IssueAsync(Order(coupon) with { Validity = new RelativeValidity(7, DelayDays: 1) }, member.Id);

        var row = await Db.ReadAsync(db => db.MemberCoupons.SingleAsync());
        (row.UsableFrom, row.UsableUntil).ShouldBe((Clock.Now.AddDays(1), Clock.Now.AddDays(8)));
    }

    [Fact]
    public async Task A_draft_an_inactive_coupon_and_a_window_that_has_passed_issue_nothing()
    {
        var member = await A.Member().SaveToAsync(Db);
        var ended = await A.Coupon().With(r => r with { Validity = new FixedValidity(new DateTime(2026, 3, 1), new DateTime(2026, 3, 3)) }).SaveToAsync(Db);
        var draft = await A.Coupon().Draft().SaveToAsync(Db);
        Clock.Advance(TimeSpan.FromDays(3));

        (await RefusalAsync(Order(draft), member)).ShouldBe("coupon_not_active");
        (await RefusalAsync(Order(ended), member)).ShouldBe("validity_past");
        (await IssuedAsync(ended)).ShouldBe((0, 0));
    }

    [Fact]
    public async Task When_the_stock_does_not_reach_the_first_ones_get_all_or_nothing()
    {
        var coupon = await A.Coupon().WithStock(5).SaveToAsync(Db);
        var members = await MembersAsync(3);

        var issued = await IssueAsync(Order(coupon, 2), members);

        issued.New.ShouldBe(4);
        issued.OutOfStock.ShouldBe([members[2]]);
        (await RefusalAsync(Order(coupon, 2), await A.Member().SaveToAsync(Db))).ShouldBe("out_of_stock");
        (await IssuedAsync(coupon)).ShouldBe((4, 4));
    }

    [Fact]
    public async Task A_member_gets_no_more_than_the_limit_and_a_voided_coupon_does_not_count()
    {
        var coupon = await A.Coupon().PerMember(2).SaveToAsync(Db);
        var member = await A.Member().SaveToAsync(Db);
        var first = (await IssueAsync(Order(coupon), member.Id)).Coupons[0].Id;
        await IssueAsync(Order(coupon), member.Id);

        (await RefusalAsync(Order(coupon), member)).ShouldBe("member_limit_reached");

        await Db.Database.WriteAsync(Actor.System, db => db.MemberCoupons.Where(c => c.Id == first).ExecuteUpdateAsync(set => set.SetProperty(c => c.Status, MemberCouponStatus.Voided)));
        (await IssueAsync(Order(coupon), member.Id)).New.ShouldBe(1);
        (await RefusalAsync(Order(coupon), member)).ShouldBe("member_limit_reached");
    }

    [Fact]
    public async Task Imported_codes_are_given_out_once_each_and_then_none_is_left()
    {
        var coupon = await A.Coupon().WithImportedCodes().SaveToAsync(Db);
        var codes = Db.Get<CouponCodes>();
        await Db.AddAsync([.. new[] { "AAAA1111", "BBBB2222", "CCCC3333" }.Select(code => new CouponCode { CouponId = coupon.Id, CodeHash = codes.Hash(code), SealedCode = codes.Seal(code), LastFour = CouponCodes.LastFour(code) })]);
        var members = await MembersAsync(4);

        var issued = await IssueAsync(Order(coupon), members);

        issued.OutOfStock.ShouldBe([members[3]]);
        (await Db.ReadAsync(db => db.MemberCoupons.OrderBy(c => c.Id).Select(c => c.SealedCode!).ToListAsync())).Select(codes.Open).ShouldBe(["AAAA1111", "BBBB2222", "CCCC3333"]);
        (await Db.ReadAsync(db => db.CouponCodes.OrderBy(c => c.Id).Select(c => c.MemberCouponId).ToListAsync())).ShouldBe(issued.Coupons.Select(c => (long?)c.Id));
    }

    [Fact]
    public async Task Whoever_races_for_the_last_ones_no_more_are_issued_than_there_are()
    {
        var coupon = await A.Coupon().WithStock(Stock).SaveToAsync(Db);
        var members = await MembersAsync(16);

        await RaceAsync(members, (database, member) => database.Database.WriteAsync(Actor.System, db => database.Get<CouponIssuing>().IssueOneAsync(db, member, Order(coupon))));

        (await IssuedAsync(coupon)).ShouldBe((Stock, Stock));
    }

    [Fact]
    public async Task However_often_one_member_is_served_at_once_the_limit_holds()
    {
        var coupon = await A.Coupon().PerMember(2).SaveToAsync(Db);
        var member = await A.Member().SaveToAsync(Db);

        await RaceAsync([.. Enumerable.Repeat(member.Id, 16)], (database, id) => database.Database.WriteAsync(Actor.System, db => database.Get<CouponIssuing>().IssueOneAsync(db, id, Order(coupon))));

        (await IssuedAsync(coupon)).ShouldBe((2, 2));
    }

    /// <summary>What the race above is for: the same race lets a naive issuer, who reads before writing, give too many.</summary>
    [Fact]
    public async Task A_naive_issuer_that_reads_first_fails_the_race()
    {
        var coupon = await A.Coupon().WithStock(Stock).SaveToAsync(Db);
        var members = await MembersAsync(16);
        using var allHaveRead = new CountdownEvent(members.Length);

        await RaceAsync(members, async (database, member) =>
        {
            var stock = await database.ReadAsync(db => db.CouponStocks.SingleAsync(s => s.CouponId == coupon.Id));
            allHaveRead.Signal();
            await Task.Run(allHaveRead.Wait);
            if (stock.Issued >= stock.Limit)
            {
                throw new RuleViolationException("out_of_stock", "None left.");
            }

            await database.Database.WriteAsync(Actor.System, async db =>
            {
                db.MemberCoupons.Add(new MemberCoupon
                {
                    CouponId = coupon.Id,
                    TermsId = coupon.TermsId!.Value,
                    MemberId = member,
                    Ordinal = 1,
                    Source = "naive",
                    SourceItem = 1,
                    Origin = CouponOrigin.Hand,
                    UsableFrom = Clock.Now,
                    UsableUntil = Clock.Now.AddDays(1),
                    IssuedAt = Clock.Now,
                    IssuedOn = new DateOnly(2026, 3, 2),
                    IssuedBy = "naive",
                });
                await db.CouponStocks.Where(s => s.CouponId == coupon.Id).ExecuteUpdateAsync(set => set.SetProperty(s => s.Issued, s => s.Issued + 1));
            });
        });

        (await IssuedAsync(coupon)).Rows.ShouldBeGreaterThan(Stock);
    }

    private static CouponOrder Order(Coupon coupon, int quantity = 1) => new() { CouponId = coupon.Id, Quantity = quantity, Source = A.Unique("test:"), Origin = CouponOrigin.Hand };

    private Task<CouponsIssued> IssueAsync(CouponOrder order, params long[] members) =>
        Db.Database.WriteAsync(Actor.System, db => Db.Get<CouponIssuing>().IssueAsync(db, members, order));

    private async Task<string> RefusalAsync(CouponOrder order, Member member) =>
        (await Should.ThrowAsync<RuleViolationException>(() => Db.Database.WriteAsync(Actor.System, db => Db.Get<CouponIssuing>().IssueOneAsync(db, member.Id, order)))).Code;

    private async Task<long[]> MembersAsync(int count)
    {
        var members = new List<long>();
        for (var i = 0; i < count; i++)
        {
            members.Add((await A.Member().SaveToAsync(Db)).Id);
        }

        return [.. members];
    }

    private Task<(int Counted, int Rows)> IssuedAsync(Coupon coupon) => Db.ReadAsync(async db =>
        (await db.CouponStocks.Where(s => s.CouponId == coupon.Id).Select(s => s.Issued).SingleAsync(), await db.MemberCoupons.CountAsync(c => c.CouponId == coupon.Id)));

    // Half of them on another node.
    private async Task RaceAsync(long[] members, Func<TestDatabase, long, Task> issue)
    {
        await using var other = Db.OpenAgain();
        await Task.WhenAll(members.Select((member, i) => Task.Run(async () =>
        {
            try
            {
                await issue(i % 2 == 0 ? Db : other, member);
            }
            catch (RuleViolationException)
            {
            }
        })));
    }
}
