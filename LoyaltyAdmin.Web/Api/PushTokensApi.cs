using System.ComponentModel;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Messages;

namespace LoyaltyAdmin.Web.Api;

/// <summary>Where an app or a mini program reaches a member.</summary>
public sealed record PushTokenRequest
{
    [Description("The app's registration token, the Firebase installation, or the member's identity in the mini program (WeChat: openid).")]
    public string? Token { get; init; }

    [Description("FCM_TOKEN (the default), FIREBASE_INSTALLATION or MINI_PROGRAM_USER")]
    public string? Kind { get; init; }

    [Description("Of MINI_PROGRAM_USER: the mini program's code.")]
    public string? MiniProgram { get; init; }
}

public sealed record PushTokenAnswer([property: Description("The member's number.")] string Member, [property: Description("FCM_TOKEN, FIREBASE_INSTALLATION or MINI_PROGRAM_USER")] string Kind);

/// <summary>What an app's server tells when somebody signs in on a device.</summary>
public static class PushTokensApi
{
    public static void MapPushTokensApi(this IEndpointRouteBuilder api)
    {
        api.MapPut("/members/{memberNumber}/push-tokens", PutAsync).RequireScope(ApiScope.MembersWrite)
            .Describe("putPushToken", "Members", "Keeps a push token or a mini program's identity of the member. One that belonged to another member moves: whoever signed in last on a device gets its messages. Repeating it only refreshes it.")
            .Reads<PushTokenRequest>().Answers<PushTokenAnswer>(200).Fails(400, 404, 415, 422);
    }

    private static async Task<IResult> PutAsync(ApiCall call, string memberNumber, MemberDevices devices, CancellationToken cancel)
    {
        var request = await call.ReadAsync(ApiJson.Default.PushTokenRequest);
        ApiRules.Demand(("token", request.Token));
        var kind = KindOf(request);
        await devices.PutAsync(call.Actor, memberNumber, kind, request.MiniProgram, request.Token!, cancel);

        return ApiAnswer.Ok(new PushTokenAnswer(memberNumber, ApiRules.Word(kind)), ApiJson.Default.PushTokenAnswer);
    }

    private static DeviceKind KindOf(PushTokenRequest request) => request.Kind is null ? DeviceKind.FcmToken : MembersApi.Word<DeviceKind>("kind", request.Kind)!.Value;
}
