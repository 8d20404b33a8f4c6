using System.Net;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Api;

public abstract class PushTokensApiTests(DatabaseKind kind) : ApiTest(kind)
{
    public sealed class OnSqlite() : PushTokensApiTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : PushTokensApiTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task A_token_belongs_to_whoever_signed_in_last_on_its_device()
    {
        var (first, second) = (await A.Member().SaveToAsync(Db), await A.Member().SaveToAsync(Db));

        (await PutAsync(first.Number, """{"token":"tok-1"}""")).ShouldBeDone(HttpStatusCode.OK).Member("kind").ShouldBe("FCM_TOKEN");
        (await PutAsync(second.Number, """{"token":"tok-1"}""")).ShouldBeDone(HttpStatusCode.OK);

        (await Db.ReadAsync(db => db.MemberDevices.SingleAsync())).MemberId.ShouldBe(second.Id);
    }

    [Fact]
    public async Task A_mini_programs_user_needs_a_known_program_and_a_token_without_blanks()
    {
        var member = await A.Member().SaveToAsync(Db);
        await Db.AddAsync(new MiniProgram { Code = "shop", Name = "Shop", Kind = MiniProgramKind.WeChat, AppId = "wx", UsesSandbox = true, Templates = [] });

        (await PutAsync(member.Number, """{"token":"openid-1","kind":"MINI_PROGRAM_USER","miniProgram":"shop"}""")).ShouldBeDone(HttpStatusCode.OK);
        (await PutAsync(member.Number, """{"token":"openid-1","kind":"MINI_PROGRAM_USER","miniProgram":"other"}""")).ShouldBeProblem(HttpStatusCode.UnprocessableEntity, "unknown_mini_program");
        (await PutAsync(member.Number, """{"token":"a b"}""")).ShouldBeProblem(HttpStatusCode.BadRequest, "invalid_input");
        (await PutAsync(member.Number, """{"token":"a","kind":"PIGEON"}""")).ShouldBeProblem(HttpStatusCode.BadRequest, "invalid_input");
        (await PutAsync("999", """{"token":"a"}""")).ShouldBeProblem(HttpStatusCode.NotFound, "not_found");
    }

    private Task<ApiReply> PutAsync(string member, string body) => Till.SendAsync(HttpMethod.Put, $"/members/{member}/push-tokens", body);
}
