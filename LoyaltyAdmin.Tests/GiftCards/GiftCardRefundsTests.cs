using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.GiftCards;

public abstract class GiftCardRefundsTests(DatabaseKind kind) : DatabaseTest(kind)
{
    public sealed class OnSqlite() : GiftCardRefundsTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : GiftCardRefundsTests(DatabaseKind.PostgreSql);

    private GiftCardRefunds Refunds => Db.Get<GiftCardRefunds>();

    [Theory]
    // The document's card: $200 sold at $180.
    [InlineData(GiftCardRefundPolicy.PaidMinusUsed, 0, 180)]
    [InlineData(GiftCardRefundPolicy.PaidMinusUsed, 50, 130)]
    [InlineData(GiftCardRefundPolicy.ProRata, 0, 180)]
    [InlineData(GiftCardRefundPolicy.ProRata, 50, 135)]
    [InlineData(GiftCardRefundPolicy.PaidMinusUsed, 179, 1)]
    public async Task What_is_paid_back_follows_the_policy_the_card_was_sold_under(GiftCardRefundPolicy policy, decimal used, decimal expected)
    {
        var (card, _) = await SoldAsync(policy, used);
        var finance = await A.StaffUser().With(Permission.GiftCardsRefund).SaveToAsync(Db);

        var worksheet = await Refunds.WorksheetAsync(finance, card.CardId);
        worksheet.Amount.ShouldBe(expected);
        (worksheet.Paid, worksheet.Used, worksheet.Balance, worksheet.DiscountShare).ShouldBe((180m, used, 200 - used, 200 - used - expected));

        (await Refunds.RefundAsync(finance, card.CardId, expected, "Returned unused", A.Unique("op"))).IsWaiting.ShouldBeFalse();

        (await CashInAsync()).ShouldBe(expected - 180);
        (await StatusAsync(card.CardId)).ShouldBe(AccountStatus.Closed);
    }

    [Theory]
    [InlineData(GiftCardRefundPolicy.PaidMinusUsed, 200)]
    [InlineData(GiftCardRefundPolicy.ProRata, 200)]
    // More was used than was paid: only discount is left.
    [InlineData(GiftCardRefundPolicy.PaidMinusUsed, 190)]
    public async Task A_card_with_nothing_to_pay_back_is_refused(GiftCardRefundPolicy policy, decimal used)
    {
        var (card, _) = await SoldAsync(policy, used);
        var finance = await A.StaffUser().With(Permission.GiftCardsRefund).SaveToAsync(Db);

        (await Should.ThrowAsync<RuleViolationException>(() => Refunds.RefundAsync(finance, card.CardId, 0, "Please", A.Unique("op")))).Code.ShouldBe("not_refundable");
    }

    [Fact]
    public async Task Twenty_clicks_refund_once()
    {
        var (card, _) = await SoldAsync(GiftCardRefundPolicy.PaidMinusUsed, 50);
        var finance = await A.StaffUser().With(Permission.GiftCardsRefund).SaveToAsync(Db);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Refunds.RefundAsync(finance, card.CardId, 130, "Returned", "one-dialog")));

        answers.Select(answer => answer.TransactionId).Distinct().Count().ShouldBe(1);
        (await CashInAsync()).ShouldBe(130 - 180);
    }

    [Fact]
    public async Task Two_people_refunding_at_once_pay_back_once()
    {
        var (card, _) = await SoldAsync(GiftCardRefundPolicy.PaidMinusUsed, 0);
        var finance = await A.StaffUser().With(Permission.GiftCardsRefund).SaveToAsync(Db);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            try
            {
                await Refunds.RefundAsync(finance, card.CardId, 180, "Returned", $"op-{i}");

                return true;
            }
            catch (RuleViolationException)
            {
                return false;
            }
        }));

        outcomes.Count(done => done).ShouldBe(1);
        (await CashInAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_card_used_since_the_worksheet_was_read_is_not_refunded()
    {
        var (card, till) = await SoldAsync(GiftCardRefundPolicy.PaidMinusUsed, 0);
        var finance = await A.StaffUser().With(Permission.GiftCardsRefund).SaveToAsync(Db);
        var seen = await Refunds.WorksheetAsync(finance, card.CardId);
        await RedeemAsync(till, card, 20);

        await Should.ThrowAsync<ConcurrentChangeException>(() => Refunds.RefundAsync(finance, card.CardId, seen.Amount, "Returned", A.Unique("op")));
    }

    [Fact]
    public async Task Above_the_limit_a_second_person_must_approve_and_nobody_approves_own_requests()
    {
        var (card, _) = await SoldAsync(GiftCardRefundPolicy.PaidMinusUsed, 0);
        var role = await A.Role().With(Permission.DashboardRead, Permission.GiftCardsRefund, Permission.GiftCardsRefundApprove).Where(r => r.RefundLimit = 100).SaveToAsync(Db);
        var maker = await A.StaffUser().As(role).SaveToAsync(Db);
        var checker = await A.StaffUser().As(role).SaveToAsync(Db);
        var approvals = Db.Get<Approvals>();

        var decision = await Refunds.RefundAsync(maker, card.CardId, 180, "Returned", A.Unique("op"));

        decision.IsWaiting.ShouldBeTrue();
        (await StatusAsync(card.CardId)).ShouldBe(AccountStatus.Open);
        await Should.ThrowAsync<AccessDeniedException>(() => approvals.DecideAsync(maker, decision.ApprovalId!.Value, approve: true, note: null));
        (await approvals.WaitingAsync(checker)).ShouldBe(1);

        await approvals.DecideAsync(checker, decision.ApprovalId!.Value, approve: true, note: "Seen the receipt");

        (await StatusAsync(card.CardId)).ShouldBe(AccountStatus.Closed);
        (await CashInAsync()).ShouldBe(0);
        (await Should.ThrowAsync<RuleViolationException>(() => approvals.DecideAsync(checker, decision.ApprovalId!.Value, approve: true, note: null))).Code.ShouldBe("already_decided");
    }

    [Fact]
    public async Task The_same_key_above_the_limit_is_one_request_however_often_it_is_sent_and_whatever_became_of_it()
    {
        var (card, _) = await SoldAsync(GiftCardRefundPolicy.PaidMinusUsed, 0);
        var role = await A.Role().With(Permission.DashboardRead, Permission.GiftCardsRefund, Permission.GiftCardsRefundApprove).Where(r => r.RefundLimit = 100).SaveToAsync(Db);
        var (maker, checker) = (await A.StaffUser().As(role).SaveToAsync(Db), await A.StaffUser().As(role).SaveToAsync(Db));

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => Refunds.RefundAsync(maker, card.CardId, 180, "Returned", "one-dialog"))));

        var request = answers.Distinct().ShouldHaveSingleItem().ApprovalId!.Value;
        (await Db.ReadAsync(db => db.Approvals.CountAsync())).ShouldBe(1);
        (await Should.ThrowAsync<RuleViolationException>(() => Refunds.RefundAsync(maker, card.CardId, 180, "Returned", "another-dialog"))).Code.ShouldBe("already_waiting");
        (await Should.ThrowAsync<RuleViolationException>(() => Refunds.RefundAsync(maker, card.CardId, 181, "Returned", "one-dialog"))).Code.ShouldBe("idempotency_key_reused");

        await Db.Get<Approvals>().DecideAsync(checker, request, approve: true, note: null);
        (await Refunds.RefundAsync(maker, card.CardId, 180, "Returned", "one-dialog")).ApprovalId.ShouldBe(request);
        (await CashInAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_key_that_was_paid_out_answers_so_when_the_limit_is_lower_by_then()
    {
        var (card, _) = await SoldAsync(GiftCardRefundPolicy.PaidMinusUsed, 0);
        var role = await A.Role().With(Permission.GiftCardsRefund).SaveToAsync(Db);
        var maker = await A.StaffUser().As(role).SaveToAsync(Db);
        var paid = await Refunds.RefundAsync(maker, card.CardId, 180, "Returned", "one-dialog");

        await Db.Database.WriteAsync(Actor.System, async db => (await db.Roles.SingleAsync(r => r.Id == role.Id)).RefundLimit = 100);
        Db.Get<AccessControl>().Forget();

        (await Refunds.RefundAsync(maker, card.CardId, 180, "Returned", "one-dialog")).ShouldBe(paid);
    }

    [Fact]
    public async Task An_adjustment_above_the_limit_repeated_is_one_request()
    {
        var (card, _) = await SoldAsync(GiftCardRefundPolicy.PaidMinusUsed, 0);
        var maker = await A.StaffUser().As(await A.Role().With(Permission.LedgerAdjust).Where(r => r.AdjustmentLimit = 5).SaveToAsync(Db)).SaveToAsync(Db);
        var adjustments = Db.Get<GiftCardAdjustments>();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => adjustments.AdjustAsync(maker, card.CardId, 20, "Goodwill", "one-dialog"))));

        answers.Distinct().ShouldHaveSingleItem().IsWaiting.ShouldBeTrue();
        (await Db.ReadAsync(db => db.Approvals.CountAsync())).ShouldBe(1);
    }

    [Fact]
    public async Task A_frozen_card_is_not_refunded()
    {
        var (card, _) = await SoldAsync(GiftCardRefundPolicy.PaidMinusUsed, 0);
        var finance = await A.StaffUser().With(Permission.GiftCardsRefund, Permission.GiftCardsFreeze).SaveToAsync(Db);
        await Db.Get<GiftCardCare>().FreezeAsync(finance, card.CardId, "Reported lost", A.Unique("op"));

        (await Refunds.WorksheetAsync(finance, card.CardId)).Refusal!.ShouldContain("frozen");
        (await Should.ThrowAsync<RuleViolationException>(() => Refunds.RefundAsync(finance, card.CardId, 180, "Returned", A.Unique("op")))).Code.ShouldBe("not_refundable");
    }

    [Fact]
    public async Task Another_stores_card_does_not_exist()
    {
        var (card, _) = await SoldAsync(GiftCardRefundPolicy.PaidMinusUsed, 0);
        var elsewhere = await A.Store().SaveToAsync(Db);
        var clerk = await A.StaffUser().With(Permission.GiftCardsRefund).In(elsewhere).SaveToAsync(Db);

        await Should.ThrowAsync<NotFoundException>(() => Refunds.RefundAsync(clerk, card.CardId, 180, "Returned", A.Unique("op")));
    }

    private async Task<(SoldGiftCard Card, Actor Till)> SoldAsync(GiftCardRefundPolicy policy, decimal used)
    {
        var store = await A.Store().SaveToAsync(Db);
        var plan = await A.GiftCardPlan().With(r => r with { Denominations = [new Denomination(200, 20)], RefundPolicy = policy }).SaveToAsync(Db);
        var till = await A.ApiClient().With(ApiScope.GiftCardsSell, ApiScope.GiftCardsRedeem).SaveToAsync(Db);
        var card = await Db.Get<GiftCardSales>().SellAsync(till, new GiftCardSale { PlanCode = plan.Code, Amount = 200, Currency = "USD", StoreCode = store.Code, Channel = Channel.Pos }, A.Unique("sale"));
        card.Paid.ShouldBe(180);
        if (used > 0)
        {
            await RedeemAsync(till, card, used, store.Code);
        }

        return (card, till);
    }

    private async Task RedeemAsync(Actor till, SoldGiftCard card, decimal amount, string? storeCode = null) =>
        await Db.Get<GiftCardPayments>().RedeemAsync(till, new GiftCardMovement
        {
            CardNumber = card.CardNumber,
            Amount = amount,
            Currency = "USD",
            StoreCode = storeCode ?? await Db.ReadAsync(db => db.Stores.Select(s => s.Code).FirstAsync()),
            Channel = Channel.Pos,
        }, A.Unique("redeem"));

    /// <summary>What was taken in, as seen from the till: minus means money received.</summary>
    private async Task<decimal> CashInAsync()
    {
        var cash = HouseAccount.Id(House.CashIn, "USD");

        return await Db.ReadAsync(async db => await db.LedgerEntries.Where(e => e.AccountId == cash).SumAsync(e => e.Amount)) / 100m;
    }

    private Task<AccountStatus> StatusAsync(long cardId) =>
        Db.ReadAsync(db => db.GiftCards.Where(c => c.Id == cardId).Select(c => db.LedgerAccounts.Where(a => a.Id == c.AccountId).Select(a => a.Status).First()).SingleAsync());
}
