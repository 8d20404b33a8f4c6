using System.Net;
using System.Text.Json;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Webhooks;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Api;

public abstract class MembersApiTests(DatabaseKind kind) : ApiTest(kind)
{
    private const string Ada = """{"fullName":"Ada Byron","phone":"+1 212 555 0100","email":"Ada@Example.com","birthDate":"1985-04-23","gender":"FEMALE","registeredThrough":"POS","attributes":{"Shoe size":"38"}}""";

    public sealed class OnSqlite() : MembersApiTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : MembersApiTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task A_member_is_registered_once_per_key_and_recognised_everywhere()
    {
        var made = (await Till.PostAsync("/members", Ada, "reg-1")).ShouldBeDone(HttpStatusCode.Created);
        var number = made.Member("number");
        number.Length.ShouldBe(12);
        made.Headers["Location"].ShouldBe($"/api/v1/members/{number}");
        (await Till.PostAsync("/members", Ada, "reg-1")).ShouldBeDone(HttpStatusCode.Created).Text.ShouldBe(made.Text);
        (await Till.PostAsync("/members", Ada.Replace("Ada Byron", "Eve", StringComparison.Ordinal), "reg-1")).ShouldBeProblem(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused");
        (await Till.PostAsync("/members", Ada, "reg-2")).ShouldBeProblem(HttpStatusCode.Conflict, "phone_taken");
        (await Db.ReadAsync(db => db.Members.CountAsync())).ShouldBe(1);
        (await Db.ReadAsync(db => db.AuditEntries.AnyAsync(entry => entry.After!.Contains("Byron")))).ShouldBeFalse();

        foreach (var path in new[] { "/members?phone=%2B1%20212%20555-0100", "/members?email=ADA@example.com", $"/members/{number}" })
        {
            var found = (await Till.GetAsync(path)).ShouldBeDone(HttpStatusCode.OK);
            (found.Member("number"), found.Member("fullName"), found.Member("email"), found.Member("gender"), found.Member("status")).ShouldBe((number, "Ada Byron", "ada@example.com", "FEMALE", "ACTIVE"));
            found["attributes"].GetProperty("Shoe size").GetString().ShouldBe("38");
        }
    }

    [Fact]
    public async Task A_till_recognises_a_member_of_another_store_but_finds_nothing_by_a_part()
    {
        var there = await A.Store().SaveToAsync(Db);
        var member = await A.Member().In(there).Where(m => m.Phone = "+12125550100").SaveToAsync(Db);
        var bound = await Host.TillAsync(Db, c => c.In(Store));

        (await bound.GetAsync("/members?phone=%2B12125550100")).ShouldBeDone(HttpStatusCode.OK).Member("number").ShouldBe(member.Number);
        (await bound.GetAsync("/members?phone=%2B1212555010")).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
        (await bound.GetAsync("/members?email=ada")).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
        (await bound.GetAsync("/members")).ShouldBeProblem(HttpStatusCode.BadRequest, "invalid_input");
        (await bound.GetAsync("/members?phone=%2B12125550100&card=1")).ShouldBeProblem(HttpStatusCode.BadRequest, "invalid_input");
    }

    [Fact]
    public async Task A_change_touches_what_it_names_and_tells_the_webhooks_which_fields()
    {
        await Db.AddAsync(new WebhookEndpoint { Name = "CRM", Url = "https://crm.example", Events = [WebhookEvents.MemberUpdated], SealedSecret = [1], CreatedAt = Clock.Now });
        var number = (await Till.PostAsync("/members", Ada)).Member("number");

        var changed = (await Till.SendAsync(HttpMethod.Patch, $"/members/{number}", $$"""{"email":null,"city":"Boston","country":"us","homeStore":"{{Store.Code}}"}""")).ShouldBeDone(HttpStatusCode.OK);

        (changed["email"].ValueKind, changed.Member("city"), changed.Member("country"), changed.Member("phone"), changed.Member("homeStore")).ShouldBe((JsonValueKind.Null, "Boston", "US", "+12125550100", Store.Code));
        var bodies = await Db.ReadAsync(db => db.WebhookDeliveries.OrderBy(d => d.Id).Select(d => d.Body).ToListAsync());
        bodies.Count.ShouldBe(2);
        bodies[1].ShouldContain("\"fields\":[\"email\",\"homeStore\",\"address\"]");
        bodies[1].ShouldNotContain("Boston");
    }

    [Theory]
    [InlineData("""{"phone":"0100"}""", 400, "invalid_input")]
    [InlineData("""{"birthDate":"spring"}""", 400, "invalid_input")]
    [InlineData("""{"gender":"UNKNOWN"}""", 400, "invalid_input")]
    [InlineData("""{"phone":5}""", 400, "invalid_input")]
    [InlineData("""{"number":"M-2"}""", 400, "invalid_input")]
    [InlineData("""{"homeStore":"NOWHERE"}""", 404, "unknown_store")]
    public async Task A_wrong_change_says_why_and_changes_nothing(string body, int status, string code)
    {
        var number = (await Till.PostAsync("/members", Ada)).Member("number");

        (await Till.SendAsync(HttpMethod.Patch, $"/members/{number}", body)).ShouldBeProblem((HttpStatusCode)status, code);

        (await Till.GetAsync($"/members/{number}")).Member("phone").ShouldBe("+12125550100");
    }

    [Fact]
    public async Task A_consent_is_put_and_the_last_word_by_time_counts()
    {
        var member = await A.Member().SaveToAsync(Db);
        var path = $"/members/{member.Number}/consents/EMAIL";

        (await Till.SendAsync(HttpMethod.Put, path, """{"status":"WITHDRAWN","at":"2026-02-01T10:00:00Z"}""")).ShouldBeDone(HttpStatusCode.OK).Member("status").ShouldBe("WITHDRAWN");
        (await Till.SendAsync(HttpMethod.Put, path, """{"status":"GRANTED","at":"2026-01-01T10:00:00Z","source":"POS"}""")).ShouldBeDone(HttpStatusCode.OK).Member("status").ShouldBe("WITHDRAWN");
        (await Till.SendAsync(HttpMethod.Put, path, """{"status":"GRANTED","purpose":"LOYALTY_NOTIFICATION","ipAddress":"203.0.113.9"}""")).ShouldBeDone(HttpStatusCode.OK).Member("purpose").ShouldBe("LOYALTY_NOTIFICATION");
        (await Till.GetAsync($"/members/{member.Number}"))["consents"].EnumerateArray().Count().ShouldBe(2);

        (await Till.SendAsync(HttpMethod.Put, $"/members/{member.Number}/consents/PIGEON", """{"status":"GRANTED"}""")).ShouldBeProblem(HttpStatusCode.BadRequest, "invalid_input");
        (await Till.SendAsync(HttpMethod.Put, path, "{}")).ShouldBeProblem(HttpStatusCode.BadRequest, "invalid_input");
        (await Till.SendAsync(HttpMethod.Put, "/members/nobody/consents/EMAIL", """{"status":"GRANTED"}""")).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
    }

    [Theory]
    [InlineData("GET", "/members/1", ApiScope.MembersWrite)]
    [InlineData("PATCH", "/members/1", ApiScope.MembersRead)]
    [InlineData("PUT", "/members/1/consents/EMAIL", ApiScope.MembersWrite)]
    public async Task Each_route_needs_its_scope(string method, string path, ApiScope other)
    {
        var till = await Host.TillAsync(Db, c => c.WithOnly(other));

        (await till.SendAsync(new HttpMethod(method), path, method == "GET" ? null : "{}")).ShouldBeProblem(HttpStatusCode.Forbidden, "access_denied");
    }

    [Fact]
    public async Task An_erased_member_is_a_bare_number()
    {
        var member = await A.Member().Where(m => m.FullName = "Ada").SaveToAsync(Db);
        var admin = await A.StaffUser().With(Permission.MembersErase).SaveToAsync(Db);
        await Db.Get<MemberErasure>().EraseAsync(admin, member.Id, member.Number, "Asked");

        var shown = (await Till.GetAsync($"/members/{member.Number}")).ShouldBeDone(HttpStatusCode.OK);

        (shown.Member("status"), shown["fullName"].ValueKind).ShouldBe(("ERASED", JsonValueKind.Null));
        (await Till.SendAsync(HttpMethod.Patch, $"/members/{member.Number}", """{"fullName":"Ada"}""")).ShouldBeProblem(HttpStatusCode.UnprocessableEntity, "not_editable");
    }
}
