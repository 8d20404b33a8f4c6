using System.Globalization;
using System.Net;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Tests.Api;

/// <summary>What a guesser learns (reliability E1-E4): nothing, slowly.</summary>
public abstract class ApiGuessingTests(DatabaseKind kind) : ApiTest(kind)
{
    public sealed class OnSqlite() : ApiGuessingTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : ApiGuessingTests(DatabaseKind.PostgreSql);

    private static (string, string) Code(string code) => ("X-Security-Code", code);

    [Fact]
    public async Task Of_many_numbers_tried_by_one_client_no_more_than_100_an_hour_are_looked_at()
    {
        var guesser = await Host.TillAsync(Db);
        var looked = 0;

        for (var i = 0; i < 300; i++)
        {
            var answer = await guesser.GetAsync($"/gift-cards/{9600470000000000000UL + (ulong)i}?channel=ONLINE", Code("AAAAAAAA"));
            looked += answer.Code == "card_not_accepted" ? 1 : 0;
            if (answer.Code != "card_not_accepted")
            {
                answer.ShouldBeProblem(HttpStatusCode.TooManyRequests, "too_many_attempts");
                int.Parse(answer.Headers["Retry-After"], CultureInfo.InvariantCulture).ShouldBeInRange(1, 3600);
            }
        }

        looked.ShouldBe(100);
        await using var node = await ApiHost.StartAsync(Db, Unlimited);
        (await guesser.At(node).GetAsync("/gift-cards/9600470000000000000")).ShouldBeProblem(HttpStatusCode.TooManyRequests, "too_many_attempts");
        Clock.Advance(TimeSpan.FromMinutes(61));
        (await guesser.GetAsync("/gift-cards/9600470000000000000")).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task A_client_that_guesses_raises_one_alert_at_once_that_people_see_until_one_of_them_has_looked()
    {
        var guesser = await Host.TillAsync(Db);
        var auditor = await A.StaffUser().With(Permission.AuditRead).SaveToAsync(Db);
        var storeManager = await A.StaffUser().With(Permission.AuditRead).In(Store).SaveToAsync(Db);
        var alerts = Db.Get<SecurityAlerts>();
        var raised = 0;
        Host.Services.GetRequiredService<SecurityAlerts>().Raised += () => Interlocked.Increment(ref raised);
        await GuessAsync(99);
        (await alerts.UnseenAsync(auditor)).ShouldBeEmpty();

        // The hundredth among others at the same moment.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => GuessAsync(1)));

        var alert = (await alerts.UnseenAsync(auditor)).ShouldHaveSingleItem();
        (alert.About, alert.At, raised).ShouldBe((guesser.Actor.Name, Clock.Now, 1));
        alert.Sentence.ShouldContain("guessing card numbers");
        (await alerts.UnseenAsync(storeManager)).ShouldBeEmpty();
        (await alerts.CountUnseenAsync()).ShouldBe(1);
        await Should.ThrowAsync<NotFoundException>(() => alerts.MarkSeenAsync(auditor, alert.Id + 1));
        await Should.ThrowAsync<NotFoundException>(() => alerts.MarkSeenAsync(storeManager, alert.Id));

        await alerts.MarkSeenAsync(auditor, alert.Id);
        (await alerts.UnseenAsync(auditor)).ShouldBeEmpty();

        Clock.Advance(TimeSpan.FromHours(2));
        await GuessAsync(100);
        (await alerts.UnseenAsync(auditor)).ShouldHaveSingleItem().Id.ShouldBeGreaterThan(alert.Id);

        async Task GuessAsync(int times)
        {
            for (var i = 0; i < times; i++)
            {
                await guesser.GetAsync($"/gift-cards/{CardNumbers.NewNumber()}");
            }
        }
    }

    [Fact]
    public async Task An_unknown_number_is_as_much_work_as_a_wrong_or_locked_code()
    {
        var (good, locked) = (await SellAsync(), await SellAsync());
        for (var i = 0; i < 5; i++)
        {
            await Till.GetAsync($"/gift-cards/{locked.Number}?channel=ONLINE", Code("WRONG000"));
        }

        foreach (var number in new[] { CardNumbers.NewNumber(), good.Number, locked.Number })
        {
            var before = await CountedAsync();
            await Till.GetAsync($"/gift-cards/{number}?channel=ONLINE", Code("WRONG000"));
            (await CountedAsync() - before).ShouldBe(2, number);
        }

        Task<int> CountedAsync() => Db.ReadAsync(db => db.SecurityCounters.SumAsync(counter => counter.TotalFailures));
    }

    [Fact]
    public async Task Online_unknown_wrong_code_frozen_locked_and_foreign_cards_answer_alike_to_the_byte()
    {
        var elsewhere = await A.Store().SaveToAsync(Db);
        var foreignPlan = await A.GiftCardPlan().With(r => r with { Stores = Domain.Values.StoreScope.Only(elsewhere.Id) }).SaveToAsync(Db);
        var (good, frozen, locked) = (await SellAsync(), await SellAsync(), await SellAsync());
        var foreign = await SellAsync(at: elsewhere, plan: foreignPlan);
        var posOnly = await A.GiftCard().Holding(10).In(Store).Of(Plan).SaveToAsync(Db);
        await FreezeAsync(frozen);
        var here = await Host.TillAsync(Db, c => c.In(Store).Redeeming(1_000_000));
        for (var i = 0; i < 5; i++)
        {
            await here.GetAsync($"/gift-cards/{locked.Number}?channel=ONLINE", Code("WRONG000"));
        }

        (string Number, string Code)[] tries =
        [
            ("9600470000000000000", "AAAAAAAA"), (good.Number, "WRONG000"), (good.Number, ""), (frozen.Number, frozen.Code), (locked.Number, locked.Code), (foreign.Number, foreign.Code),
            (Db.Get<CardNumbers>().Open(posOnly.SealedNumber), "AAAAAAAA"),
        ];
        var answers = new List<ApiReply>();
        foreach (var (number, code) in tries)
        {
            answers.Add(await here.GetAsync($"/gift-cards/{number}?channel=ONLINE", Code(code)));
            answers.Add(await here.PostAsync($"/gift-cards/{number}/redemptions", PaymentBody(5, channel: "ONLINE", code: code)));
        }

        answers.ShouldAllBe(a => a.Status == HttpStatusCode.NotFound && a.Text == answers[0].Text);
        answers.Select(Shape).Distinct().ShouldHaveSingleItem();
        answers[0].Code.ShouldBe("card_not_accepted");

        static string Shape(ApiReply reply) => string.Join('|', reply.Headers.Where(h => h.Key != "X-Trace-Id").Select(h => $"{h.Key}={h.Value}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task After_five_wrong_codes_the_right_one_is_refused_here_on_another_node_and_after_a_restart_but_a_till_still_takes_the_card()
    {
        var card = await SellAsync();
        var online = $"/gift-cards/{card.Number}?channel=ONLINE";
        (await Till.GetAsync(online, Code(card.Code))).ShouldBeDone(HttpStatusCode.OK);
        for (var i = 0; i < 5; i++)
        {
            (await Till.GetAsync(online, Code("WRONG000"))).ShouldBeProblem(HttpStatusCode.NotFound, "card_not_accepted");
        }

        (await Till.GetAsync(online, Code(card.Code))).ShouldBeProblem(HttpStatusCode.NotFound, "card_not_accepted");
        await using (var restarted = await ApiHost.StartAsync(Db, Unlimited))
        {
            (await Till.At(restarted).GetAsync(online, Code(card.Code))).ShouldBeProblem(HttpStatusCode.NotFound, "card_not_accepted");
            (await Till.At(restarted).PostAsync($"/gift-cards/{card.Number}/redemptions", PaymentBody(5, channel: "ONLINE", code: card.Code))).ShouldBeProblem(HttpStatusCode.NotFound, "card_not_accepted");
            (await Till.At(restarted).PostAsync($"/gift-cards/{card.Number}/redemptions", PaymentBody(5))).ShouldBeDone(HttpStatusCode.Created)["balance"].GetDecimal().ShouldBe(95);
        }

        Clock.Advance(TimeSpan.FromMinutes(16));
        (await Till.GetAsync(online, Code(card.Code))).ShouldBeDone(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Twenty_wrong_codes_in_all_keep_a_card_offline_until_staff_unlock_it()
    {
        var card = await SellAsync();
        var online = $"/gift-cards/{card.Number}?channel=ONLINE";
        for (var i = 0; i < 20; i++)
        {
            await Till.GetAsync(online, Code("WRONG000"));
            Clock.Advance(TimeSpan.FromMinutes(16));
        }

        (await Till.GetAsync(online, Code(card.Code))).ShouldBeProblem(HttpStatusCode.NotFound, "card_not_accepted");

        await Db.Get<AttemptLimits>().ResetAsync(GiftCardLookup.CodeCounter(await Db.ReadAsync(db => db.GiftCards.Select(c => c.Id).SingleAsync())));
        (await Till.GetAsync(online, Code(card.Code))).ShouldBeDone(HttpStatusCode.OK);
    }

    private async Task FreezeAsync(SoldCard card)
    {
        var hash = Db.Get<CardNumbers>().HashNumber(card.Number);
        var found = await Db.ReadAsync(db => db.GiftCards.SingleAsync(c => c.NumberHash == hash));
        await Db.Ledger.PostAsync(new Posting
        {
            Operation = Operation.For(Actor.System, Guid.NewGuid().ToString("N"), "freeze"),
            Type = TransactionType.Freeze,
            AccountKind = AccountKind.GiftCard,
            AccountId = found.AccountId,
            Currency = "USD",
            HomeStoreId = found.StoreId,
            StoreId = found.StoreId,
            Channel = Domain.Values.Channel.Pos,
            BusinessDay = found.SoldOn,
            At = Clock.Now,
            To = AccountStatus.Blocked,
        });
    }
}

/// <summary>How fast a client and a card may be used (reliability 3.7).</summary>
public sealed class ApiLimitsTests() : ApiTest(DatabaseKind.Sqlite)
{
    [Fact]
    public async Task A_card_pays_ten_times_a_minute()
    {
        await using var host = await ApiHost.StartAsync(Db);
        var till = await host.TillAsync(Db);
        var (card, other) = (await SellAsync(), await SellAsync());
        var path = $"/gift-cards/{card.Number}/redemptions";

        for (var i = 0; i < 10; i++)
        {
            (await till.PostAsync(path, PaymentBody(1))).ShouldBeDone(HttpStatusCode.Created);
        }

        (await till.PostAsync(path, PaymentBody(1))).ShouldBeProblem(HttpStatusCode.TooManyRequests, "rate_limited").Headers["Retry-After"].ShouldBe("6");
        // The same card however it is written.
        (await till.PostAsync($"/gift-cards/{card.Number.Insert(4, " ")}/redemptions", PaymentBody(1))).ShouldBeProblem(HttpStatusCode.TooManyRequests, "rate_limited");
        (await till.PostAsync($"/gift-cards/{other.Number}/redemptions", PaymentBody(1))).ShouldBeDone(HttpStatusCode.Created);

        Clock.Advance(TimeSpan.FromSeconds(6));
        (await till.PostAsync(path, PaymentBody(1))).ShouldBeDone(HttpStatusCode.Created);
        (await till.PostAsync(path, PaymentBody(1))).ShouldBeProblem(HttpStatusCode.TooManyRequests, "rate_limited");
        (await BalanceAsync(card)).ShouldBe(89);
    }

    [Fact]
    public async Task A_client_pays_as_often_a_second_as_it_is_set_to()
    {
        await using var host = await ApiHost.StartAsync(Db, Unlimited);
        var card = await SellAsync();
        var (till, other) = (await host.TillAsync(Db, c => c.Redeeming(3)), await host.TillAsync(Db));
        var path = $"/gift-cards/{card.Number}/redemptions";

        for (var i = 0; i < 3; i++)
        {
            (await till.PostAsync(path, PaymentBody(1))).ShouldBeDone(HttpStatusCode.Created);
        }

        (await till.PostAsync(path, PaymentBody(1))).ShouldBeProblem(HttpStatusCode.TooManyRequests, "rate_limited").Headers["Retry-After"].ShouldBe("1");
        (await other.PostAsync(path, PaymentBody(1))).ShouldBeDone(HttpStatusCode.Created);
        Clock.Advance(TimeSpan.FromSeconds(1));
        (await till.PostAsync(path, PaymentBody(1))).ShouldBeDone(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Balances_are_asked_for_ten_times_a_minute_a_card_and_sixty_a_client()
    {
        await using var host = await ApiHost.StartAsync(Db);
        var (till, other) = (await host.TillAsync(Db), await host.TillAsync(Db));
        var cards = new List<SoldCard>();
        for (var i = 0; i < 8; i++)
        {
            cards.Add(await SellAsync());
        }

        for (var i = 0; i < 10; i++)
        {
            (await till.GetAsync($"/gift-cards/{cards[0].Number}")).ShouldBeDone(HttpStatusCode.OK);
        }

        (await till.GetAsync($"/gift-cards/{cards[0].Number}")).ShouldBeProblem(HttpStatusCode.TooManyRequests, "rate_limited");
        (await other.GetAsync($"/gift-cards/{cards[0].Number}")).ShouldBeProblem(HttpStatusCode.TooManyRequests, "rate_limited");
        for (var i = 0; i < 49; i++)
        {
            (await till.GetAsync($"/gift-cards/{cards[1 + (i / 8)].Number}")).ShouldBeDone(HttpStatusCode.OK);
        }

        (await till.GetAsync($"/gift-cards/{cards[7].Number}")).ShouldBeProblem(HttpStatusCode.TooManyRequests, "rate_limited");
        (await other.GetAsync($"/gift-cards/{cards[7].Number}")).ShouldBeDone(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_clock_set_back_locks_nobody_out()
    {
        await using var host = await ApiHost.StartAsync(Db);
        var till = await host.TillAsync(Db);
        var card = await SellAsync();
        await till.PostAsync($"/gift-cards/{card.Number}/redemptions", PaymentBody(1));

        Clock.Advance(TimeSpan.FromHours(-1));

        (await till.PostAsync($"/gift-cards/{card.Number}/redemptions", PaymentBody(1))).ShouldBeDone(HttpStatusCode.Created);
    }
}
