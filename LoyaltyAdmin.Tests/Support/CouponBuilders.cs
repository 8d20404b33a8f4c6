using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Tests.Support;

/// <summary>An active coupon with codes of its own: $20 off, everywhere, 30 days after claiming.</summary>
public sealed class CouponBuilder(string name)
{
    private CouponRules rules = new() { Value = new AmountOff(20), Validity = new RelativeValidity(30) };
    private CouponCodeKind codeKind = CouponCodeKind.Individual;
    private string? universalCode;
    private int? stock;
    private int? perMember;
    private bool isActive = true;

    /// <summary>Changes the rules, e.g. <c>r => r with { Threshold = 100 }</c>.</summary>
    public CouponBuilder With(Func<CouponRules, CouponRules> change)
    {
        rules = change(rules);

        return this;
    }

    public CouponBuilder WithStock(int count)
    {
        stock = count;

        return this;
    }

    public CouponBuilder PerMember(int limit)
    {
        perMember = limit;

        return this;
    }

    public CouponBuilder Universal(string code)
    {
        (codeKind, universalCode) = (CouponCodeKind.Universal, code);

        return this;
    }

    public CouponBuilder WithImportedCodes()
    {
        codeKind = CouponCodeKind.Imported;

        return this;
    }

    public CouponBuilder Draft()
    {
        isActive = false;

        return this;
    }

    public async Task<Coupon> SaveToAsync(TestDatabase database)
    {
        var coupon = new Coupon
        {
            Code = A.Unique("CN-"),
            Name = name,
            Type = rules.Value.Type,
            Currency = "USD",
            CodeKind = codeKind,
            UniversalCode = universalCode,
            CodeHash = universalCode is null ? null : database.Get<CouponCodes>().Hash(universalCode),
            Rules = rules,
            Stock = stock,
            PerMemberLimit = perMember,
            CreatedAt = database.Clock.Now,
        };
        if (isActive)
        {
            coupon.Activate(database.Clock.Now, TimeZoneInfo.Utc);
        }

        await database.Database.WriteAsync(Actor.System, async db =>
        {
            db.Add(coupon);
            await db.SaveChangesAsync();
            db.Add(new CouponStock { CouponId = coupon.Id, Limit = stock });
            var terms = new CouponTerms { CouponId = coupon.Id, Number = 1, Rules = rules, Since = database.Clock.Now };
            db.Add(terms);
            await db.SaveChangesAsync();
            coupon.TermsId = terms.Id;
        });

        return coupon;
    }

    /// <summary>Issues one of this coupon to a member.</summary>
    public async Task<MemberCoupon> IssuedTo(Member member, TestDatabase database) => await Issue(await SaveToAsync(database), member, database);

    /// <summary>A coupon that was used once, put there directly.</summary>
    public async Task<CouponRedemption> Redeemed(Member member, TestDatabase database)
    {
        var coupon = await IssuedTo(member, database);
        var store = await A.Store().SaveToAsync(database);
        var redemption = new CouponRedemption
        {
            MemberCouponId = coupon.Id,
            CouponId = coupon.CouponId,
            Sign = 1,
            Currency = "USD",
            BasketAmount = 100,
            Eligible = 100,
            Discount = 20,
            Cost = 20,
            StoreId = store.Id,
            Channel = Channel.Pos,
            At = database.Clock.Now,
            BusinessDay = store.Zone.DayOf(database.Clock.Now),
            Source = "test",
            IdempotencyKey = Guid.NewGuid().ToString("N"),
            RequestHash = "x",
            Answer = "{}",
            ActorName = "x",
        };
        await database.AddAsync(redemption);

        return redemption;
    }

    /// <summary>Issues one of a stored coupon to a member.</summary>
    public static async Task<MemberCoupon> Issue(Coupon coupon, Member member, TestDatabase database)
    {
        var order = new CouponOrder { CouponId = coupon.Id, Source = A.Unique("test:"), Origin = CouponOrigin.Hand };
        var id = (await database.Database.WriteAsync(Actor.System, db => database.Get<CouponIssuing>().IssueOneAsync(db, member.Id, order)))[0].Id;

        return await database.ReadAsync(async db => (await db.MemberCoupons.FindAsync(id))!);
    }
}
