using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Coupons;

/// <summary>Random sequences of what can be done with coupons, beside a model that fits on a page.</summary>
public abstract class CouponModelTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private const int Stock = 14;
    private const int PerMember = 4;

    private readonly List<Held> model = [];
    private Coupon coupon = null!;
    private Store store = null!;

    public sealed class OnSqlite() : CouponModelTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : CouponModelTests(DatabaseKind.PostgreSql);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Whatever_is_done_the_database_says_what_the_model_says(int seed)
    {
        var random = new Random(seed);
        (coupon, store) = (await A.Coupon().WithStock(Stock).PerMember(PerMember).With(r => r with { Validity = new RelativeValidity(3, DelayDays: 1) }).SaveToAsync(Db), await A.Store().SaveToAsync(Db));
        Member[] members = [await A.Member().SaveToAsync(Db), await A.Member().SaveToAsync(Db), await A.Member().SaveToAsync(Db), await A.Member().SaveToAsync(Db)];

        for (var step = 0; step < 70; step++)
        {
            switch (random.Next(8))
            {
                case 0 or 1 or 2:
                    await IssueAsync(members[random.Next(members.Length)], random.Next(1, 3));
                    break;
                case 3 or 4 when model.Count > 0:
                    await RedeemAsync(model[random.Next(model.Count)]);
                    break;
                case 5 when model.Count > 0:
                    await ReverseAsync(model[random.Next(model.Count)]);
                    break;
                case 6 when model.Count > 0:
                    await VoidAsync(model[random.Next(model.Count)]);
                    break;
                default:
                    Clock.Advance(TimeSpan.FromHours(random.Next(1, 20)));
                    await Db.Get<CouponExpiry>().RunAsync();
                    break;
            }

            await AgreesAsync(seed, step);
        }

        model.Select(held => held.Status).Distinct().Count().ShouldBeGreaterThan(2);
    }

    private async Task IssueAsync(Member member, int quantity)
    {
        var counting = model.Count(held => held.MemberId == member.Id && held.Status != MemberCouponStatus.Voided);
        var expected = counting + quantity > PerMember ? "member_limit_reached" : model.Count + quantity > Stock ? "out_of_stock" : null;
        IReadOnlyList<IssuedCoupon> issued = [];
        (await OutcomeAsync(async () => issued = await Db.Database.WriteAsync(Actor.System, db => Db.Get<CouponIssuing>().IssueOneAsync(db, member.Id, new CouponOrder { CouponId = coupon.Id, Quantity = quantity, Source = A.Unique("model:"), Origin = CouponOrigin.Hand })))).ShouldBe(expected);
        model.AddRange(issued.Select(row => new Held(row.Id, member.Id, Clock.Now.AddDays(1), Clock.Now.AddDays(4))));
    }

    private async Task RedeemAsync(Held held)
    {
        var expected = held.StatusAt(Clock.Now) switch
        {
            MemberCouponStatus.Redeemed => "coupon_redeemed",
            MemberCouponStatus.Voided => "coupon_voided",
            MemberCouponStatus.Expired => "coupon_expired",
            _ => Clock.Now < held.From ? "coupon_not_yet_usable" : null,
        };
        var code = await Db.ReadAsync(db => db.MemberCoupons.Where(c => c.Id == held.Id).Select(c => c.SealedCode!).SingleAsync());
        var use = new CouponUse { Code = Db.Get<CouponCodes>().Open(code), StoreCode = store.Code, Channel = Channel.Pos, Currency = "USD", Lines = [new CouponLine("A", 1, 30)] };
        (await OutcomeAsync(async () => held.RedemptionId = (await Db.Get<CouponRedeeming>().RedeemAsync(Actor.System, use, New())).RedemptionId)).ShouldBe(expected);
        held.Status = expected is null ? MemberCouponStatus.Redeemed : held.Status;
    }

    private async Task ReverseAsync(Held held)
    {
        if (held.RedemptionId is not { } id)
        {
            return;
        }

        var expected = held.Status == MemberCouponStatus.Redeemed ? null : "already_reversed";
        (await OutcomeAsync(() => Db.Get<CouponRedeeming>().ReverseAsync(Actor.System, id, null, New()))).ShouldBe(expected);
        held.Status = expected is null ? MemberCouponStatus.Active : held.Status;
    }

    private async Task VoidAsync(Held held)
    {
        var expected = held.StatusAt(Clock.Now) == MemberCouponStatus.Active ? null : "coupon_not_active";
        (await OutcomeAsync(() => Db.Get<MemberCoupons>().VoidAsync(Actor.System, held.Id, "Model"))).ShouldBe(expected);
        held.Status = expected is null ? MemberCouponStatus.Voided : held.Status;
    }

    private async Task AgreesAsync(int seed, int step)
    {
        var rows = await Db.ReadAsync(db => db.MemberCoupons.OrderBy(c => c.Id).Select(c => new { c.Id, c.Status, c.UsableUntil }).ToListAsync());
        rows.Select(row => (row.Id, MemberCouponStatuses.Of(row.Status, row.UsableUntil, Clock.Now))).ShouldBe(model.Select(held => (held.Id, held.StatusAt(Clock.Now))), $"seed {seed}, step {step}");
        (await Db.ReadAsync(db => db.CouponStocks.SingleAsync())).Issued.ShouldBe(model.Count);
        (await Db.ReadAsync(db => db.CouponRedemptions.SumAsync(r => r.Sign))).ShouldBe(model.Count(held => held.Status == MemberCouponStatus.Redeemed));
    }

    private static async Task<string?> OutcomeAsync(Func<Task> work)
    {
        try
        {
            await work();

            return null;
        }
        catch (RuleViolationException refused)
        {
            return refused.Code;
        }
    }

    private static Operation New() => Operation.For(Actor.System, Guid.NewGuid().ToString("N"), "model");

    private sealed class Held(long id, long memberId, DateTimeOffset from, DateTimeOffset until)
    {
        public long Id => id;

        public long MemberId => memberId;

        public DateTimeOffset From => from;

        public MemberCouponStatus Status { get; set; }

        public long? RedemptionId { get; set; }

        public MemberCouponStatus StatusAt(DateTimeOffset now) => Status == MemberCouponStatus.Active && now >= until ? MemberCouponStatus.Expired : Status;
    }
}
