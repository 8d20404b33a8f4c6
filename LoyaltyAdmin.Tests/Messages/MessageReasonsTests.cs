using System.Text.Json;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Points;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Wallets;
using LoyaltyAdmin.Tests.Orders;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Messages;

/// <summary>What members are told: once for each thing that happened, in its save.</summary>
public abstract class MessageReasonsTests(DatabaseKind kind) : DatabaseTest(kind)
{
    public sealed class OnSqlite() : MessageReasonsTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : MessageReasonsTests(DatabaseKind.PostgreSql);

    private Store store = null!;
    private Member member = null!;
    private Actor shop = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        store = await A.Store().SaveToAsync(Db);
        member = await A.Member().In(store).Where(m => m.Email = "ada@example.com").SaveToAsync(Db);
        shop = await A.ApiClient().With(ApiScope.PointsWrite, ApiScope.WalletsPay, ApiScope.CouponsIssue, ApiScope.OrdersWrite, ApiScope.GiftCardsRecharge).SaveToAsync(Db);
    }

    [Fact]
    public async Task A_wallet_payment_is_told_once_where_the_scenario_is_switched_on_and_a_top_up_always()
    {
        var clerk = await A.StaffUser().With(Permission.WalletsTopUp).SaveToAsync(Db);
        for (var repeat = 0; repeat < 2; repeat++)
        {
            await Db.Get<WalletTopUps>().TopUpAsync(clerk, member.Number, 50, "USD", store.Code, orderNumber: null, "top-up");
            await Db.Get<WalletPayments>().PayAsync(shop, Payment(5), "silent");
        }

        await Db.AddAsync(new MessageScenarioSettings { Id = MessageScenario.WalletPayment, IsOn = true, Channels = Scenarios.DefaultChannels });
        Clock.Advance(TimeSpan.FromSeconds(6));
        for (var repeat = 0; repeat < 2; repeat++)
        {
            await Db.Get<WalletPayments>().PayAsync(shop, Payment(12.4m) with { OrderNumber = "R-1" }, "told");
            await Should.ThrowAsync<InsufficientBalanceException>(() => Db.Get<WalletPayments>().PayAsync(shop, Payment(500), "refused"));
        }

        var hold = await Db.Get<WalletHolds>().HoldAsync(shop, Payment(10), minutes: null, "hold");
        await Db.Get<WalletHolds>().CaptureAsync(shop, hold.HoldId, 4, "R-2", "capture");

        (await ToldAsync()).ShouldBe(
        [
            (MessageScenario.TopUp, "amount=USD 50.00 balance=USD 50.00 store=" + store.Name),
            (MessageScenario.WalletPayment, $"amount=USD 12.40 balance=USD 32.60 order=R-1 store={store.Name}"),
            (MessageScenario.WalletPayment, "amount=USD 4.00 balance=USD 28.60 order=R-2"),
        ]);
    }

    [Fact]
    public async Task Points_are_told_once_for_each_order_and_gift_and_history_brought_in_is_not_told()
    {
        await Db.AddAsync(new PointSettings { IsActive = true, ActiveSince = Clock.Now.AddDays(-30), DefaultRate = 0.1m });
        foreach (var (number, daysAgo) in new[] { ("O-1", 1), ("O-2", 9) })
        {
            var order = Purchases.Of(store, 1234, number, member.Number) with { PlacedAt = Clock.Now.AddDays(-daysAgo), PaidAt = Clock.Now.AddDays(-daysAgo) };
            await Db.Get<OrderIngest>().PutAsync(shop, order);
            await Db.Get<OrderIngest>().PutAsync(shop, order);
        }

        await Db.Get<PointsEarning>().RunOnceAsync();
        await Db.Get<PointsEarning>().RunOnceAsync();
        for (var repeat = 0; repeat < 2; repeat++)
        {
            await Db.Get<PointsSpending>().GrantAsync(shop, new PointsGift(member.Number, 1000, "Welcome", store.Code), "gift");
        }

        (await ToldAsync()).ShouldBe([(MessageScenario.PointsEarned, "balance=123.4 points=123.4 reason=Order O-1"), (MessageScenario.PointsEarned, "balance=1,246.8 points=1,000 reason=Welcome")]);
    }

    [Fact]
    public async Task Points_that_expire_soon_are_told_once_as_many_days_before_as_the_settings_say()
    {
        await Db.AddAsync(new PointSettings { IsActive = true, ActiveSince = Clock.Now.AddDays(-30), Expiry = PointExpiry.RollingMonths, Months = 1, NoticeDays = 7 });
        await Db.Get<PointsSpending>().GrantAsync(shop, new PointsGift(member.Number, 30, "One", store.Code), "one");
        Clock.Advance(TimeSpan.FromDays(2));
        await Db.Get<PointsSpending>().GrantAsync(shop, new PointsGift(member.Number, 12, "Two", store.Code), "two");
        await Db.Database.WriteAsync(Actor.System, db => db.Messages.ExecuteDeleteAsync());
        var notices = Db.Get<PointsExpiryNotices>();

        (await notices.RunAsync()).ShouldBe(0);
        var last = (await Db.ReadAsync(db => db.LedgerLots.OrderBy(lot => lot.Id).Select(lot => lot.ExpiresAt).FirstAsync()))!.Value;
        Clock.Advance(last - Clock.Now - TimeSpan.FromDays(6.5));
        (await notices.RunAsync()).ShouldBe(1);
        (await notices.RunAsync()).ShouldBe(0);
        await Db.Database.WriteAsync(Actor.System, db => db.PointSettings.ExecuteUpdateAsync(set => set.SetProperty(s => s.NoticeDays, 0)));
        Clock.Advance(TimeSpan.FromDays(5));
        (await notices.RunAsync()).ShouldBe(0);

        var told = await Db.ReadAsync(db => db.Messages.SingleAsync());
        (told.Scenario, Words(told.Variables), told.NotAfter).ShouldBe((MessageScenario.PointsExpiring, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"balance=42 expiresOn={last.AddTicks(-1).UtcDateTime:d MMM yyyy} points=30"), last));
    }

    [Fact]
    public async Task Coupons_are_told_once_to_each_member_whether_issued_claimed_as_a_package_or_to_an_audience()
    {
        var (coupon, universal) = (await A.Coupon().SaveToAsync(Db), await A.Coupon().Universal("HELLO").SaveToAsync(Db));
        var editor = await A.StaffUser().With(Permission.CouponsEdit, Permission.CouponsIssue).SaveToAsync(Db);
        await Db.Get<CouponPackages>().SaveAsync(editor, new CouponPackageForm { Name = "Welcome package", Items = [new() { CouponId = coupon.Id, Quantity = 2 }, new() { CouponId = universal.Id }] });
        var package = await Db.ReadAsync(db => db.CouponPackages.Select(p => p.Code).SingleAsync());
        foreach (var (wish, key) in new[] { (new CouponWish(CouponCode: coupon.Code, Quantity: 3, Reason: "Thank you"), "a"), (new CouponWish(Code: "HELLO"), "b"), (new CouponWish(PackageCode: package), "c") })
        {
            for (var repeat = 0; repeat < 2; repeat++)
            {
                await Db.Get<MemberCoupons>().IssueAsync(shop, member.Number, wish, Operation.For(shop, key, "issue", wish));
            }
        }

        await Db.Get<CouponIssues>().AskAsync(editor, new CouponIssueForm { CouponId = coupon.Id, Quantity = 1, Audience = AudienceScope.Everybody, Reason = "Anniversary", OperationId = "ask" });
        await Db.Get<CouponIssueWork>().RunOnceAsync();

        var until = Clock.Now.AddDays(30).AddTicks(-1).UtcDateTime.ToString("d MMM yyyy", System.Globalization.CultureInfo.InvariantCulture);
        (await ToldAsync()).ShouldBe(
        [
            (MessageScenario.CouponArrival, $"coupon={coupon.Name} quantity=3 source=Thank you validUntil={until}"),
            (MessageScenario.CouponArrival, $"coupon={universal.Name} quantity=1 validUntil={until}"),
            (MessageScenario.CouponArrival, $"coupon=Welcome package quantity=3 validUntil={until}"),
            (MessageScenario.CouponArrival, $"coupon={coupon.Name} quantity=1 source=Anniversary validUntil={until}"),
        ]);
    }

    [Fact]
    public async Task A_recharge_is_told_to_the_member_who_bought_the_card()
    {
        var plan = await A.GiftCardPlan().With(r => r with { PosRecharge = true }).SaveToAsync(Db);
        var clerk = await A.StaffUser().With(Permission.GiftCardsSell).SaveToAsync(Db);
        var sale = new GiftCardSale { PlanCode = plan.Code, Amount = 100, Currency = "USD", StoreCode = store.Code, Channel = Channel.Pos, BuyerName = "Ada", BuyerEmail = "Ada@example.com" };
        var (hers, theirs) = (await Db.Get<GiftCardSales>().SellAsync(clerk, sale, "sale-1"), await Db.Get<GiftCardSales>().SellAsync(clerk, sale with { BuyerEmail = "no-member@example.com" }, "sale-2"));
        foreach (var card in new[] { hers, hers, theirs })
        {
            await Db.Get<GiftCardPayments>().RechargeAsync(shop, new GiftCardMovement { CardNumber = card.CardNumber, Amount = 20, Currency = "USD", StoreCode = store.Code, Channel = Channel.Pos }, $"recharge-{card.CardNumber}");
        }

        (await ToldAsync())[1..].ShouldBe([(MessageScenario.GiftCard, $"amount=USD 120.00 cardEnding={hers.CardNumber[^4..]} plan={plan.Name} recharged=USD 20.00 store={store.Name}")]);
    }

    private WalletMovement Payment(decimal amount) => new() { MemberNumber = member.Number, Amount = amount, Currency = "USD", StoreCode = store.Code, Channel = Channel.Pos };

    private async Task<List<(MessageScenario Scenario, string Variables)>> ToldAsync()
    {
        var told = await Db.ReadAsync(db => db.Messages.OrderBy(m => m.Id).ToListAsync());
        told.ShouldAllBe(m => m.MemberId == member.Id && m.Status == MessageStatus.Waiting && m.NextAt == m.CreatedAt);

        return told.ConvertAll(m => (m.Scenario, Words(m.Variables)));
    }

    private static string Words(string variables) => string.Join(' ', JsonSerializer.Deserialize<SortedDictionary<string, string?>>(variables)!.Where(pair => pair.Value is not null).Select(pair => $"{pair.Key}={pair.Value}"));
}
