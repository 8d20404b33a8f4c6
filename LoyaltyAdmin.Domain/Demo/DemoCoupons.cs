using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Domain.Demo;

/// <summary>The demo company's coupons: every week some members get one, and some of those held are used.</summary>
internal sealed class DemoCoupons(IServiceProvider services, IReadOnlyList<Store> stores)
{
    private const int MembersPerWeek = 14;
    private const string Amount = "USD 5 off USD 25";
    private const string Percent = "20 % off for friends";
    private const string Voucher = "A coffee on the house";

    private readonly Random random = new(20_27);
    private readonly LoyaltyDatabase database = services.GetRequiredService<LoyaltyDatabase>();
    private readonly CouponDefinitions coupons = services.GetRequiredService<CouponDefinitions>();
    private readonly MemberCoupons members = services.GetRequiredService<MemberCoupons>();
    private readonly CouponRedeeming redeeming = services.GetRequiredService<CouponRedeeming>();

    /// <summary>One week: what is not there yet is made, some coupons are given, some used, one is given back.</summary>
    public async Task WeekAsync(int week, CancellationToken cancel)
    {
        await CreateAsync(cancel);
        await using var db = await database.ReadAsync(cancel);
        var codes = await db.Coupons.ToDictionaryAsync(c => c.Name, c => c.Code, cancel);
        var numbers = await db.Members.Where(m => m.Status == Members.MemberStatus.Active).OrderBy(m => m.Id).Select(m => m.Number).ToListAsync(cancel);
        if (numbers.Count == 0)
        {
            return;
        }

        for (var i = 0; i < MembersPerWeek; i++)
        {
            var (member, coupon) = (numbers[random.Next(numbers.Count)], i % 3 == 0 ? Voucher : Amount);
            await TryAsync(() => members.IssueAsync(Actor.System, member, new CouponWish(codes[coupon], Reason: "Thank you"), Key(week, i, "give"), cancel));
            await TryAsync(() => UseAsync(member, i % 2 == 0 ? "AURORA20" : null, Key(week, i, "use"), giveBack: i == 7, cancel));
        }

        await services.GetRequiredService<CouponExpiry>().RunAsync(cancel);
    }

    private static Operation Key(int week, int number, string verb) => Operation.For(Actor.System, string.Create(CultureInfo.InvariantCulture, $"demo-coupon:{verb}:{week}:{number}"), verb);

    // A demo told twice meets its own limits; that is no fault.
    private static async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (RuleViolationException)
        {
        }
    }

    private async Task UseAsync(string member, string? universal, Operation operation, bool giveBack, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        var own = await db.MemberCoupons.Where(c => c.Status == MemberCouponStatus.Active && c.SealedCode != null && db.Members.Any(m => m.Id == c.MemberId && m.Number == member)).OrderBy(c => c.Id).Select(c => c.SealedCode!).FirstOrDefaultAsync(cancel);
        if ((universal ?? (own is null ? null : services.GetRequiredService<CouponCodes>().Open(own))) is not { } code)
        {
            return;
        }

        var store = stores[random.Next(stores.Count)];
        var done = await redeeming.RedeemAsync(Actor.System, new CouponUse
        {
            Code = code,
            MemberNumber = member,
            StoreCode = store.Code,
            Channel = store.Code.StartsWith("WEB", StringComparison.Ordinal) ? Channel.Online : Channel.Pos,
            Currency = "USD",
            OrderNumber = $"C-{operation.Key["demo-coupon:use:".Length..].Replace(':', '-')}",
            Lines = [new CouponLine("BEANS-01", random.Next(1, 4), 14.50m), new CouponLine("CAKE-01", 1, 4.80m)],
        }, operation, cancel);
        if (giveBack)
        {
            await redeeming.ReverseAsync(Actor.System, done.RedemptionId, "Order returned", operation with { Key = $"{operation.Key}:back" }, cancel);
        }
    }

    private async Task CreateAsync(CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        if (await db.Coupons.AnyAsync(c => c.Name == Amount, cancel))
        {
            return;
        }

        var amount = await coupons.SaveAsync(Actor.System, new CouponForm { Name = Amount, Currency = "USD", Amount = 5, Threshold = 25, PerMemberLimit = 6, Description = "Once per visit, not together with other coupons." }, cancel: cancel);
        await coupons.SaveAsync(Actor.System, new CouponForm { Name = Percent, Type = CouponType.PercentOff, Currency = "USD", Percent = 20, MaximumDiscount = 10, PerMemberLimit = 2, Stock = 500, CodeKind = CouponCodeKind.Universal, UniversalCode = "AURORA20", Stacking = CouponStacking.WithOtherCoupons, Validity = new RelativeValidity(14) }, cancel: cancel);
        var voucher = await coupons.SaveAsync(Actor.System, new CouponForm { Name = Voucher, Type = CouponType.GiftVoucher, Currency = "USD", Gift = "1 coffee", Cost = 0.9m, Online = false, Stacking = CouponStacking.WithOtherCoupons, Validity = new RelativeValidity(30, DelayDays: 1) }, cancel: cancel);
        await coupons.SaveAsync(Actor.System, new CouponForm { Name = "Partner flyer", Currency = "USD", Amount = 3, CodeKind = CouponCodeKind.Imported, Description = "Takes the codes printed on the partner’s flyers." }, asDraft: true, cancel);
        await services.GetRequiredService<CouponPackages>().SaveAsync(Actor.System, new CouponPackageForm { Name = "Welcome package", Description = "For new members.", Items = [new() { CouponId = amount }, new() { CouponId = voucher, Quantity = 2 }] }, cancel: cancel);
    }
}
