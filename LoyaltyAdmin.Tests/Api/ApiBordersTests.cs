using System.Net;
using System.Reflection;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Tests.Support;
using LoyaltyAdmin.Web.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Api;

/// <summary>What a key may do and where (reliability A1, A3, A7): scopes, stores, and what a body cannot set.</summary>
[Long]
public sealed class ApiBordersTests() : ApiTest(DatabaseKind.Sqlite)
{
    public static TheoryData<ApiScope> Scopes => [.. Enum.GetValues<ApiScope>()];

    [Theory]
    [MemberData(nameof(Scopes))]
    public async Task A_key_opens_exactly_the_routes_of_its_scopes(ApiScope scope)
    {
        var card = await SellAsync();
        var only = await Host.TillAsync(Db, c => c.WithOnly(scope));
        var denials = 0;
        var routes = Host.Routes.Where(r => r.Metadata.GetMetadata<RequiredScope>() is not null).ToList();

        foreach (var route in routes)
        {
            var method = new HttpMethod(route.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Single());
            var path = route.RoutePattern.RawText![LoyaltyApi.Prefix.Length..].Replace("{cardNumber}", card.Number, StringComparison.Ordinal).Replace("{transactionId}", "1", StringComparison.Ordinal);
            var answer = await only.SendAsync(method, path, method == HttpMethod.Post ? "{}" : null, ("Idempotency-Key", "k"));

            if (route.Metadata.GetRequiredMetadata<RequiredScope>().Scope == scope)
            {
                answer.Status.ShouldNotBe(HttpStatusCode.Forbidden, $"{method} {path}");
            }
            else
            {
                answer.ShouldBeProblem(HttpStatusCode.Forbidden, "access_denied");
                denials++;
            }
        }

        denials.ShouldBe(routes.Count(r => r.Metadata.GetRequiredMetadata<RequiredScope>().Scope != scope));
        routes.Count.ShouldBeGreaterThanOrEqualTo(8);
        (await Db.ReadAsync(db => db.AuditEntries.CountAsync(e => e.Action == "Access.Denied" && e.ActorKey == only.Actor.Key))).ShouldBe(denials);
    }

    [Fact]
    public async Task Another_stores_cards_plans_and_payments_do_not_exist_for_a_key()
    {
        var elsewhere = await A.Store().SaveToAsync(Db);
        var (mine, theirs) = (await OwnPlanAsync(Store), await OwnPlanAsync(elsewhere));
        var here = await Host.TillAsync(Db, c => c.In(Store));
        var there = await Host.TillAsync(Db, c => c.In(elsewhere));

        foreach (var (till, own, plan, other, otherPlan) in new[] { (here, Store, mine, elsewhere, theirs), (there, elsewhere, theirs, Store, mine) })
        {
            var foreignCard = await SellAsync(at: other, plan: otherPlan);
            var foreignPayment = (await Till.PostAsync($"/gift-cards/{foreignCard.Number}/redemptions", PaymentBody(5, other.Code))).ShouldBeDone(HttpStatusCode.Created)["transactionId"];

            (await till.GetAsync($"/gift-card-plans?store={other.Code}")).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
            (await till.GetAsync($"/gift-card-plans?store={own.Code}")).Text.ShouldNotContain(otherPlan.Code);
            (await till.GetAsync($"/gift-cards/{foreignCard.Number}")).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
            (await till.GetAsync($"/gift-cards/{foreignCard.Number}?channel=ONLINE", ("X-Security-Code", foreignCard.Code))).ShouldBeProblem(HttpStatusCode.NotFound, "card_not_accepted");
            (await till.PostAsync("/gift-cards", SaleBody(store: other.Code, plan: otherPlan.Code))).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
            (await till.PostAsync("/gift-cards", SaleBody(store: own.Code, plan: otherPlan.Code))).ShouldBeProblem(HttpStatusCode.UnprocessableEntity, "plan_not_sold_here");
            (await till.PostAsync($"/gift-cards/{foreignCard.Number}/redemptions", PaymentBody(5, other.Code))).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
            (await till.PostAsync($"/gift-cards/{foreignCard.Number}/redemptions", PaymentBody(5, own.Code))).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
            (await till.PostAsync($"/gift-cards/{foreignCard.Number}/recharges", PaymentBody(5, other.Code))).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
            (await till.PostAsync($"/gift-cards/{foreignCard.Number}/activation", $$"""{"storeCode":"{{other.Code}}","channel":"POS"}""")).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
            (await till.PostAsync($"/gift-card-transactions/{foreignPayment}/reversals", "{}")).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");

            (await BalanceAsync(foreignCard)).ShouldBe(95);
            (await till.PostAsync("/gift-cards", SaleBody(store: own.Code, plan: plan.Code))).ShouldBeDone(HttpStatusCode.Created);
        }

        async Task<GiftCardPlan> OwnPlanAsync(Store store) => await A.GiftCardPlan().With(r => r with { Stores = Domain.Values.StoreScope.Only(store.Id), PosRecharge = true }).SaveToAsync(Db);
    }

    [Fact]
    public async Task A_body_sets_nothing_but_what_the_request_names()
    {
        var card = await SellAsync();
        var payment = await RedeemAsync(card, 40);
        var hostile = string.Join(',', new[] { typeof(GiftCard), typeof(LedgerAccount), typeof(LedgerTransaction), typeof(GiftCardPlan), typeof(Store), typeof(ApiClient), typeof(ApiKey), typeof(StaffUser), typeof(Role) }
            .SelectMany(entity => entity.GetProperties(BindingFlags.Public | BindingFlags.Instance)).Select(p => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(p.Name))
            .Except(["amount", "currency", "channel", "orderNumber", "storeCode", "cardNumber", "planCode", "buyer", "securityCode", "allowPartial"]).Distinct().Select(name => $"\"{name}\":777"));
        var otherTables = await OtherRowsAsync();

        string With(string body) => $"{body[..^1]},{hostile}}}";
        var sold = (await Till.PostAsync("/gift-cards", With(SaleBody()))).ShouldBeDone(HttpStatusCode.Created);
        (await Till.PostAsync($"/gift-cards/{card.Number}/redemptions", With(PaymentBody(5)))).ShouldBeDone(HttpStatusCode.Created)["balance"].GetDecimal().ShouldBe(55);
        (await Till.PostAsync($"/gift-cards/{card.Number}/recharges", With(PaymentBody(5)))).ShouldBeDone(HttpStatusCode.Created)["balance"].GetDecimal().ShouldBe(60);
        (await Till.PostAsync($"/gift-card-transactions/{payment["transactionId"]}/reversals", With("""{"amount":1}"""))).ShouldBeDone(HttpStatusCode.Created)["balance"].GetDecimal().ShouldBe(61);
        (await Till.PostAsync($"/gift-cards/{sold.Member("cardNumber")}/activation", With($$"""{"storeCode":"{{Store.Code}}","channel":"POS"}"""))).ShouldBeProblem(HttpStatusCode.Conflict, "already_active");

        hostile.ShouldContain("\"balance\":777");
        sold["balance"].GetDecimal().ShouldBe(100);
        await using var db = await Db.ReadAsync();
        (await db.GiftCards.AnyAsync(c => c.Id == 777 || c.StoreId == 777 || c.PlanId == 777 || c.Paid == 777)).ShouldBeFalse();
        (await db.LedgerTransactions.AnyAsync(t => t.Id == 777 || t.StoreId == 777 || t.HomeStoreId == 777 || t.Amount == 77_700 || t.BalanceAfter == 77_700)).ShouldBeFalse();
        (await OtherRowsAsync()).ShouldBe(otherTables);

        async Task<string> OtherRowsAsync() => await Db.ReadAsync(async d => System.Text.Json.JsonSerializer.Serialize(new
        {
            Stores = await d.Stores.Select(s => new { s.Id, s.Name, s.IsOpen, s.Version }).ToListAsync(),
            Plans = await d.GiftCardPlans.Select(p => new { p.Id, p.Name, p.Status, p.Version, p.TermsId }).ToListAsync(),
            Clients = await d.ApiClients.Select(c => new { c.Id, c.IsEnabled, c.Version, c.RedemptionsPerSecond }).ToListAsync(),
        }));
    }

    [Fact]
    public void No_entity_is_read_from_or_written_to_the_network()
    {
        using var context = Db.Get<IDbContextFactory<LoyaltyDbContext>>().CreateDbContext();
        var entities = context.Model.GetEntityTypes().Select(e => e.ClrType).ToHashSet();
        var web = typeof(ApiProblem).Assembly;
        var bodies = web.GetType("LoyaltyAdmin.Web.Api.ApiJson", throwOnError: true)!.GetCustomAttributesData().Where(a => a.AttributeType == typeof(System.Text.Json.Serialization.JsonSerializableAttribute)).Select(a => (Type)a.ConstructorArguments[0].Value!).ToList();

        bodies.Count.ShouldBeGreaterThan(8);
        var reached = new HashSet<Type>();
        bodies.ForEach(Visit);
        reached.Intersect(entities).ShouldBeEmpty();
        reached.Where(t => t.Namespace?.StartsWith("LoyaltyAdmin.Domain", StringComparison.Ordinal) == true).ShouldBeEmpty();

        void Visit(Type type)
        {
            if (reached.Add(type))
            {
                foreach (var next in type.GetGenericArguments().Concat(type.Assembly == web ? type.GetProperties().Select(p => p.PropertyType) : []))
                {
                    Visit(next);
                }
            }
        }
    }

    [Fact]
    public async Task The_database_out_of_reach_is_503_with_a_time_to_retry()
    {
        var card = await SellAsync();
        await using var broken = await ApiHost.StartAsync(Db, Unlimited);
        (await Till.At(broken).GetAsync("/stores")).ShouldBeDone(HttpStatusCode.OK);
        await using var blocker = new Microsoft.Data.Sqlite.SqliteConnection(Db.ConnectionString + ";Default Timeout=1");
        await blocker.OpenAsync();
        await using var command = blocker.CreateCommand();
        command.CommandText = "PRAGMA max_page_count = 1";
        await command.ExecuteNonQueryAsync();
        command.CommandText = "BEGIN EXCLUSIVE";
        await command.ExecuteNonQueryAsync();

        var refused = (await Till.PostAsync($"/gift-cards/{card.Number}/redemptions", PaymentBody(5), "k")).ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "unavailable");
        int.Parse(refused.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThan(0);

        command.CommandText = "ROLLBACK";
        await command.ExecuteNonQueryAsync();
        (await Till.PostAsync($"/gift-cards/{card.Number}/redemptions", PaymentBody(5), "k")).ShouldBeDone(HttpStatusCode.Created);
        (await BalanceAsync(card)).ShouldBe(95);
    }
}
