using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.GiftCards;

public abstract class GiftCardPaymentsTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private Store store = null!;
    private Actor till = null!;

    public sealed class OnSqlite() : GiftCardPaymentsTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : GiftCardPaymentsTests(DatabaseKind.PostgreSql);

    private GiftCardPayments Payments => Db.Get<GiftCardPayments>();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        store = await A.Store().SaveToAsync(Db);
        till = await A.ApiClient().With(Enum.GetValues<ApiScope>()).SaveToAsync(Db);
    }

    [Fact]
    public async Task Sixty_four_tills_spend_a_hundred_dollar_card_exactly_twenty_times_five_dollars()
    {
        var card = await SellAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => TryAsync(() => Payments.RedeemAsync(till, Movement(card, 5), $"till-{i}"))));

        outcomes.Count(refusal => refusal is null).ShouldBe(20);
        outcomes.Where(refusal => refusal is not null).ShouldAllBe(refusal => refusal == Refusals.InsufficientBalance);
        (await BalanceAsync(card)).ShouldBe(0);
    }

    [Fact]
    public async Task The_same_key_pays_once_and_answers_alike()
    {
        var card = await SellAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Payments.RedeemAsync(till, Movement(card, 30), "one-order")));

        answers.Distinct().Count().ShouldBe(1);
        answers[0].Balance.ShouldBe(70);
        (await BalanceAsync(card)).ShouldBe(70_00);
    }

    [Fact]
    public async Task A_refused_request_gets_the_same_refusal_even_after_the_card_was_recharged()
    {
        var card = await SellAsync(rules => rules with { PosRecharge = true });

        (await TryAsync(() => Payments.RedeemAsync(till, Movement(card, 150), "big-order"))).ShouldBe(Refusals.InsufficientBalance);
        await Payments.RechargeAsync(till, Movement(card, 100), "recharge");

        (await TryAsync(() => Payments.RedeemAsync(till, Movement(card, 150), "big-order"))).ShouldBe(Refusals.InsufficientBalance);
        (await Payments.RedeemAsync(till, Movement(card, 150), "big-order-again")).Balance.ShouldBe(50);
    }

    [Fact]
    public async Task A_key_used_for_another_request_is_refused()
    {
        var card = await SellAsync();
        await Payments.RedeemAsync(till, Movement(card, 10), "order-1");

        (await TryAsync(() => Payments.RedeemAsync(till, Movement(card, 11), "order-1"))).ShouldBe("idempotency_key_reused");
        var other = await A.ApiClient().With(ApiScope.GiftCardsRedeem).SaveToAsync(Db);
        (await Payments.RedeemAsync(other, Movement(card, 11), "order-1")).Balance.ShouldBe(79);
    }

    [Fact]
    public async Task A_partial_redemption_takes_what_is_there()
    {
        var card = await SellAsync();

        var paid = await Payments.RedeemAsync(till, Movement(card, 130) with { AllowPartial = true }, "order");

        (paid.Amount, paid.Balance).ShouldBe((100m, 0m));
        (await Payments.RedeemAsync(till, Movement(card, 130) with { AllowPartial = true }, "order")).ShouldBe(paid);
        (await TryAsync(() => Payments.RedeemAsync(till, Movement(card, 1) with { AllowPartial = true }, "next"))).ShouldBe(Refusals.InsufficientBalance);
    }

    [Fact]
    public async Task A_redemption_is_given_back_in_parts_but_never_more_than_it_took()
    {
        var card = await SellAsync();
        var paid = await Payments.RedeemAsync(till, Movement(card, 60), "order");

        (await Payments.ReverseAsync(till, paid.TransactionId, 25, "back-1")).Balance.ShouldBe(65);
        (await TryAsync(() => Payments.ReverseAsync(till, paid.TransactionId, 36, "back-2"))).ShouldBe(Refusals.ExceedsCapture);
        (await Payments.ReverseAsync(till, paid.TransactionId, null, "back-3")).Balance.ShouldBe(100);
        (await TryAsync(() => Payments.ReverseAsync(till, paid.TransactionId, null, "back-4"))).ShouldBe(Refusals.ExceedsCapture);
        (await Payments.ReverseAsync(till, paid.TransactionId, null, "back-3")).Amount.ShouldBe(35);
    }

    [Fact]
    public async Task Concurrent_reversals_give_back_once()
    {
        var card = await SellAsync();
        var paid = await Payments.RedeemAsync(till, Movement(card, 60), "order");

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => TryAsync(() => Payments.ReverseAsync(till, paid.TransactionId, null, $"back-{i}"))));

        outcomes.Count(refusal => refusal is null).ShouldBe(1);
        (await BalanceAsync(card)).ShouldBe(100_00);
    }

    [Fact]
    public async Task A_payment_is_given_back_to_a_frozen_card_which_stays_frozen()
    {
        var card = await SellAsync();
        var paid = await Payments.RedeemAsync(till, Movement(card, 60), "order");
        var clerk = await A.StaffUser().With(Permission.GiftCardsFreeze).SaveToAsync(Db);
        await Db.Get<GiftCardCare>().FreezeAsync(clerk, card.CardId, "Reported lost", "freeze");

        (await Payments.ReverseAsync(till, paid.TransactionId, null, "back")).Balance.ShouldBe(100);
        (await TryAsync(() => Payments.RedeemAsync(till, Movement(card, 1), "next"))).ShouldBe(Refusals.Frozen);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(0.001)]
    [InlineData(1e15)]
    public async Task A_hostile_amount_is_refused_without_effect(double amount)
    {
        var card = await SellAsync();

        (await TryAsync(() => Payments.RedeemAsync(till, Movement(card, (decimal)amount), "order"))).ShouldBe("invalid_input");
        (await BalanceAsync(card)).ShouldBe(100_00);
    }

    [Fact]
    public async Task A_card_is_refused_in_another_currency_store_or_outside_its_stores()
    {
        var card = await SellAsync(rules => rules with { Stores = StoreScope.Only(store.Id) });
        var elsewhere = await A.Store().SaveToAsync(Db);

        (await TryAsync(() => Payments.RedeemAsync(till, Movement(card, 5) with { Currency = "EUR" }, "a"))).ShouldBe("currency_mismatch");
        (await TryAsync(() => Payments.RedeemAsync(till, Movement(card, 5) with { StoreCode = elsewhere.Code }, "b"))).ShouldBe("store_not_applicable");
        var bound = await A.ApiClient().With(ApiScope.GiftCardsRedeem).In(elsewhere).SaveToAsync(Db);
        (await TryAsync(() => Payments.RedeemAsync(bound, Movement(card, 5), "c"))).ShouldBe("not_found");
    }

    [Fact]
    public async Task Online_a_card_needs_its_code_and_everything_wrong_looks_alike()
    {
        var card = await SellAsync(rules => rules with { Stores = StoreScope.Only(store.Id) });
        var online = Movement(card, 5) with { Channel = Channel.Online, SecurityCode = card.SecurityCode };
        var elsewhere = await A.Store().SaveToAsync(Db);
        (await Payments.RedeemAsync(till, online, "right")).Balance.ShouldBe(95);

        List<string?> refusals =
        [
            await TryAsync(() => Payments.RedeemAsync(till, online with { SecurityCode = "WRONG123" }, "wrong-code")),
            await TryAsync(() => Payments.RedeemAsync(till, online with { SecurityCode = null }, "no-code")),
            await TryAsync(() => Payments.RedeemAsync(till, online with { CardNumber = CardNumbers.NewNumber() }, "unknown")),
            await TryAsync(() => Payments.RedeemAsync(till, online with { StoreCode = elsewhere.Code }, "foreign")),
        ];
        var clerk = await A.StaffUser().With(Permission.GiftCardsFreeze).SaveToAsync(Db);
        await Db.Get<GiftCardCare>().FreezeAsync(clerk, card.CardId, "Fraud", "freeze");
        refusals.Add(await TryAsync(() => Payments.RedeemAsync(till, online, "frozen")));

        refusals.ShouldAllBe(code => code == "card_not_accepted");
    }

    [Fact]
    public async Task Five_wrong_codes_lock_the_online_path_for_all_processes_but_not_the_till()
    {
        var card = await SellAsync();
        var online = Movement(card, 5) with { Channel = Channel.Online, SecurityCode = "WRONG123" };
        for (var i = 0; i < 5; i++)
        {
            await TryAsync(() => Payments.RedeemAsync(till, online, $"wrong-{i}"));
        }

        await using var elsewhere = Db.OpenAgain();
        (await TryAsync(() => elsewhere.Get<GiftCardPayments>().RedeemAsync(till, online with { SecurityCode = card.SecurityCode }, "right"))).ShouldBe("card_not_accepted");
        (await Payments.RedeemAsync(till, Movement(card, 5), "pos")).Balance.ShouldBe(95);

        Clock.Advance(TimeSpan.FromMinutes(16));
        (await Payments.RedeemAsync(till, online with { SecurityCode = card.SecurityCode }, "later")).Balance.ShouldBe(90);
    }

    [Fact]
    public async Task A_client_that_guesses_numbers_is_stopped_after_a_hundred()
    {
        var evaluated = 0;
        for (var i = 0; i < 130; i++)
        {
            evaluated += await TryAsync(() => Payments.BalanceAsync(till, CardNumbers.NewNumber(), null, Channel.Pos)) == "not_found" ? 1 : 0;
        }

        evaluated.ShouldBe(100);
    }

    [Fact]
    public async Task A_recharge_restarts_validity_and_is_refused_where_the_plan_has_no_top_up_channel()
    {
        var plain = await SellAsync();
        (await TryAsync(() => Payments.RechargeAsync(till, Movement(plain, 10), "a"))).ShouldBe("recharge_not_allowed");

        var card = await SellAsync(rules => rules with { PosRecharge = true, Validity = new ValidityPeriod(1, ValidityUnit.Years) });
        Clock.Advance(TimeSpan.FromDays(300));
        (await Payments.RechargeAsync(till, Movement(card, 25.50m), "b")).Balance.ShouldBe(125.50m);

        (await Payments.BalanceAsync(till, card.CardNumber, null, Channel.Pos)).ExpiresAt.ShouldBe(store.Zone.StartOf(store.Zone.DayOf(Clock.Now).AddYears(1).AddDays(1)));
    }

    [Fact]
    public async Task An_expired_card_is_refused_at_once_and_expires_in_the_ledger_by_the_job_once()
    {
        var card = await SellAsync(rules => rules with { Validity = new ValidityPeriod(10, ValidityUnit.Days) });
        Clock.Now = card.ExpiresAt!.Value;

        (await TryAsync(() => Payments.RedeemAsync(till, Movement(card, 5), "late"))).ShouldBe(Refusals.Expired);
        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Db.Get<GiftCardExpiry>().RunAsync()));

        runs.Sum().ShouldBe(1);
        (await BalanceAsync(card)).ShouldBe(0);
        var finance = await A.StaffUser().With(Permission.LedgerAdjust).SaveToAsync(Db);
        await Db.Get<GiftCardCare>().ExtendValidityAsync(finance, card.CardId, DateOnly.FromDateTime(Clock.Now.UtcDateTime).AddDays(30), "Goodwill", "extend");
        (await Payments.RedeemAsync(till, Movement(card, 5), "again")).Balance.ShouldBe(95);
    }

    [Fact]
    public async Task After_a_freeze_is_acknowledged_nothing_is_spent()
    {
        var clerk = await A.StaffUser().With(Permission.GiftCardsFreeze).SaveToAsync(Db);
        for (var round = 0; round < 5; round++)
        {
            var card = await SellAsync();
            var spending = Enumerable.Range(0, 32).Select(i => TryAsync(() => Payments.RedeemAsync(till, Movement(card, 1), $"{round}-{i}"))).ToList();
            await Db.Get<GiftCardCare>().FreezeAsync(clerk, card.CardId, "Fraud", $"freeze-{round}");
            await Task.WhenAll(spending);

            var movements = await Db.ReadAsync(db => db.LedgerTransactions.Where(t => t.Refusal == null && db.GiftCards.Any(c => c.Id == card.CardId && c.AccountId == t.AccountId)).OrderBy(t => t.Sequence).ToListAsync());
            movements[^1].Type.ShouldBe(TransactionType.Freeze);
        }
    }

    private async Task<SoldGiftCard> SellAsync(Func<GiftCardRules, GiftCardRules>? change = null)
    {
        var plan = await A.GiftCardPlan().With(change ?? (rules => rules)).SaveToAsync(Db);

        return await Db.Get<GiftCardSales>().SellAsync(till, new GiftCardSale { PlanCode = plan.Code, Amount = 100, Currency = "USD", StoreCode = store.Code, Channel = Channel.Pos }, A.Unique("sale"));
    }

    private GiftCardMovement Movement(SoldGiftCard card, decimal amount) => new() { CardNumber = card.CardNumber, Amount = amount, Currency = "USD", StoreCode = store.Code, Channel = Channel.Pos };

    private Task<long> BalanceAsync(SoldGiftCard card) =>
        Db.ReadAsync(db => db.GiftCards.Where(c => c.Id == card.CardId).Select(c => db.LedgerAccounts.Where(a => a.Id == c.AccountId).Select(a => a.Balance).First()).SingleAsync());

    /// <summary>The refusal's code, or null when it was done.</summary>
    private static async Task<string?> TryAsync(Func<Task> work)
    {
        try
        {
            await work();

            return null;
        }
        catch (RuleViolationException refusal)
        {
            return refusal.Code;
        }
    }
}
