using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LoyaltyAdmin.Domain.Members;

namespace LoyaltyAdmin.Domain.Messages.Providers;

/// <summary>Push through FCM HTTP v1. Only an error that names the token costs the token its place; one that names our payload never does.</summary>
public sealed class FcmProvider(ProviderHttp http, GoogleTokens tokens, ProviderAddresses addresses) : MessageProvider
{
    private static readonly JsonSerializerOptions json = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override async Task<SendOutcome> SendAsync(OutgoingMessage message, ChannelAccount account, CancellationToken cancel)
    {
        if (ServiceAccount.Read(account.Secret) is not { } service)
        {
            return SendOutcome.Failed("The service account is missing or cannot be read.");
        }

        var (token, trouble) = await tokens.TokenAsync(service, cancel);
        if (token is null)
        {
            return SendOutcome.Failed(trouble ?? "Google gave no token.");
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, $"{addresses.Fcm}/v1/projects/{Uri.EscapeDataString(service.ProjectId)}/messages:send");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Content = new StringContent(Payload(message), Encoding.UTF8, "application/json");
        var answer = await http.SendAsync(request, cancel);
        if (answer.Trouble is { } unanswered)
        {
            return unanswered;
        }

        if (answer.IsSuccess)
        {
            return new SendOutcome(SendResult.Accepted, Name(answer.Body));
        }

        if (answer.Status == HttpStatusCode.Unauthorized)
        {
            tokens.Forget(service);
        }

        return Error(answer);
    }

    /// <summary>The request's body, as integrations.md has it.</summary>
    public static string Payload(OutgoingMessage message) => JsonSerializer.Serialize(new
    {
        validate_only = false,
        message = new
        {
            token = message.Device == DeviceKind.FirebaseInstallation ? null : message.Address,
            fid = message.Device == DeviceKind.FirebaseInstallation ? message.Address : null,
            notification = new { title = message.Text.Subject ?? "", body = message.Text.Body },
            data = new { messageId = message.Id.ToString(), scenario = message.Scenario.ToString() },
            android = new { priority = "HIGH", ttl = "86400s" },
            apns = new { headers = new Dictionary<string, string> { ["apns-priority"] = "10" }, payload = new { aps = new { sound = "default" } } },
            fcm_options = new { analytics_label = message.Scenario.ToString() },
        },
    }, json);

    private static SendOutcome Error(ProviderAnswer answer)
    {
        var (code, isOurs) = Details(answer.Body);

        return code switch
        {
            "UNREGISTERED" or "SENDER_ID_MISMATCH" => SendOutcome.Refused($"The app is no longer there ({code}).", SuppressionReason.InvalidToken),
            "INVALID_ARGUMENT" when !isOurs => SendOutcome.Refused("The push token is not valid (INVALID_ARGUMENT).", SuppressionReason.InvalidToken),
            _ => SendOutcome.Failed($"FCM answered {answer.Code}{(code is null ? "" : $" ({code})")}."),
        };
    }

    private static (string? Code, bool IsOurs) Details(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (!document.RootElement.TryGetProperty("error", out var error) || !error.TryGetProperty("details", out var details))
            {
                return (null, false);
            }

            string? code = null;
            var isOurs = false;
            foreach (var detail in details.EnumerateArray())
            {
                var type = detail.TryGetProperty("@type", out var name) ? name.GetString() ?? "" : "";
                isOurs |= type.EndsWith("google.rpc.BadRequest", StringComparison.Ordinal);
                code = type.EndsWith("google.firebase.fcm.v1.FcmError", StringComparison.Ordinal) && detail.TryGetProperty("errorCode", out var found) ? found.GetString() : code;
            }

            return (code, isOurs);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return (null, false);
        }
    }

    private static string? Name(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);

            return document.RootElement.TryGetProperty("name", out var name) ? name.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
