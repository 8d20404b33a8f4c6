using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.GiftCards;

/// <summary>Reliability 2.1, V4: whatever a client sends again under its key is done once and answered alike, however many come at once and whatever happened since.</summary>
public abstract class GiftCardRepeatTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private Store store = null!;
    private Actor till = null!;
    private GiftCardPlan plan = null!;

    public sealed class OnSqlite() : GiftCardRepeatTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : GiftCardRepeatTests(DatabaseKind.PostgreSql);

    private GiftCardPayments Payments => Db.Get<GiftCardPayments>();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        store = await A.Store().SaveToAsync(Db);
        till = await A.ApiClient().With(Enum.GetValues<ApiScope>()).SaveToAsync(Db);
        plan = await A.GiftCardPlan().With(rules => rules with { PosRecharge = true }).SaveToAsync(Db);
    }

    [Fact]
    public async Task A_sale_sent_64_times_at_once_is_one_card()
    {
        var answers = await AtOnceAsync(() => SellAsync("sale"));

        answers.Distinct().Count().ShouldBe(1);
        (await Db.ReadAsync(db => db.GiftCards.CountAsync())).ShouldBe(1);
    }

    [Fact]
    public async Task A_sale_whose_answer_was_lost_is_found_by_its_seller_under_its_key()
    {
        var seller = await A.StaffUser().With(Permission.GiftCardsSell).In(store).SaveToAsync(Db);
        var other = await A.StaffUser().With(Permission.GiftCardsSell).In(store).SaveToAsync(Db);
        var sales = Db.Get<GiftCardSales>();

        (await sales.FindAsync(seller, "sale")).ShouldBeNull();
        var sold = await sales.SellAsync(seller, new GiftCardSale { PlanCode = plan.Code, Amount = 100, Currency = "USD", StoreCode = store.Code, Channel = Channel.Pos }, "sale");

        (await sales.FindAsync(seller, "sale")).ShouldBe(new FoundSale(sold, plan.Name, store.Name));
        (await sales.FindAsync(seller, "another")).ShouldBeNull();
        (await sales.FindAsync(other, "sale")).ShouldBeNull();
    }

    [Fact]
    public async Task A_recharge_sent_64_times_at_once_is_one_recharge()
    {
        var card = await SellAsync("sale");

        var answers = await AtOnceAsync(() => Payments.RechargeAsync(till, Movement(card, 20), "recharge"));

        answers.Distinct().ShouldHaveSingleItem().Balance.ShouldBe(120);
    }

    [Fact]
    public async Task A_partial_redemption_sent_64_times_at_once_takes_what_is_there_once()
    {
        var card = await SellAsync("sale");

        var answers = await AtOnceAsync(() => Payments.RedeemAsync(till, Movement(card, 250) with { AllowPartial = true }, "order"));

        answers.Distinct().ShouldHaveSingleItem().Amount.ShouldBe(100);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(60)]
    public async Task A_reversal_sent_64_times_at_once_is_one_reversal(int? amount)
    {
        var card = await SellAsync("sale");
        var paid = await Payments.RedeemAsync(till, Movement(card, 60), "order");

        var answers = await AtOnceAsync(() => Payments.ReverseAsync(till, paid.TransactionId, amount, "back"));

        answers.Distinct().ShouldHaveSingleItem().Balance.ShouldBe(100);
    }

    [Fact]
    public async Task A_closed_store_still_repeats_its_answers()
    {
        var card = await SellAsync("sale");
        var paid = await Payments.RedeemAsync(till, Movement(card, 60), "order");
        var recharged = await Payments.RechargeAsync(till, Movement(card, 20), "recharge");
        await Db.Database.WriteAsync(Actor.System, async db => (await db.Stores.SingleAsync(s => s.Id == store.Id)).IsOpen = false);
        Clock.Advance(TimeSpan.FromMinutes(5));

        (await Payments.RedeemAsync(till, Movement(card, 60), "order")).ShouldBe(paid);
        (await Payments.RechargeAsync(till, Movement(card, 20), "recharge")).ShouldBe(recharged);
        (await SellAsync("sale")).ShouldBe(card);
        await Should.ThrowAsync<RuleViolationException>(() => Payments.RedeemAsync(till, Movement(card, 1), "another"));
    }

    [Fact]
    public async Task A_card_whose_code_was_tried_too_often_still_repeats_its_answers()
    {
        var card = await SellAsync("sale");
        var payment = Movement(card, 60) with { Channel = Channel.Online, SecurityCode = card.SecurityCode };
        var paid = await Payments.RedeemAsync(till, payment, "order");
        var stranger = await A.ApiClient().With(ApiScope.GiftCardsRedeem).SaveToAsync(Db);
        for (var i = 0; i < 5; i++)
        {
            await Should.ThrowAsync<CardNotAcceptedException>(() => Payments.RedeemAsync(stranger, payment with { SecurityCode = "WRONG" }, $"guess-{i}"));
        }

        (await Payments.RedeemAsync(till, payment, "order")).ShouldBe(paid);
        await Should.ThrowAsync<CardNotAcceptedException>(() => Payments.RedeemAsync(till, payment, "another"));
    }

    [Fact]
    public async Task An_amount_written_differently_is_the_same_request()
    {
        var card = await SellAsync("sale");
        var paid = await Payments.RedeemAsync(till, Movement(card, 5m), "order");

        (await Payments.RedeemAsync(till, Movement(card, 5.00m), "order")).ShouldBe(paid);
    }

    private static Task<T[]> AtOnceAsync<T>(Func<Task<T>> send) => Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(send)));

    private Task<SoldGiftCard> SellAsync(string key) =>
        Db.Get<GiftCardSales>().SellAsync(till, new GiftCardSale { PlanCode = plan.Code, Amount = 100, Currency = "USD", StoreCode = store.Code, Channel = Channel.Pos }, key);

    private GiftCardMovement Movement(SoldGiftCard card, decimal amount) =>
        new() { CardNumber = card.CardNumber, Amount = amount, Currency = "USD", StoreCode = store.Code, Channel = Channel.Pos };
}
