using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LoyaltyAdmin.Domain.Members;

namespace LoyaltyAdmin.Domain.Messages.Providers;

/// <summary>SMS through Twilio's Messages resource. It has no idempotency key: what may have been sent is never repeated by itself.</summary>
public sealed class TwilioProvider(ProviderHttp http, ProviderAddresses addresses) : MessageProvider
{
    public const int MostCharacters = 1600;

    /// <summary>Where Twilio reports what became of a message.</summary>
    public const string CallbackPath = "/hooks/messages/twilio";

    public override async Task<SendOutcome> SendAsync(OutgoingMessage message, ChannelAccount account, CancellationToken cancel)
    {
        var options = account.Options;
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{addresses.Twilio}/2010-04-01/Accounts/{options.AccountSid}/Messages.json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.AccountSid}:{account.Secret}")));
        var text = message.Text.Body;
        List<KeyValuePair<string, string>> form =
        [
            new("To", message.Address),
            options.MessagingServiceSid is { } service ? new("MessagingServiceSid", service) : new("From", options.From ?? ""),
            new("Body", text.Length <= MostCharacters ? text : text[..MostCharacters]),
        ];
        if (account.PublicUrl.StartsWith("https://", StringComparison.Ordinal))
        {
            form.Add(new("StatusCallback", account.PublicUrl + CallbackPath));
        }

        request.Content = new FormUrlEncodedContent(form);
        var answer = await http.SendAsync(request, cancel);
        if (answer.Trouble is { } trouble)
        {
            return trouble;
        }

        var body = Body(answer.Body);
        if (answer.IsSuccess)
        {
            return new SendOutcome(SendResult.Accepted, body.Sid);
        }

        return body.Code switch
        {
            21610 => SendOutcome.Refused("The recipient has answered STOP (21610).", SuppressionReason.Stop),
            21211 or 21214 or 21217 or 21614 => SendOutcome.Refused($"The number cannot receive SMS ({body.Code}).", SuppressionReason.HardBounce),
            _ when answer.Code >= 500 => SendOutcome.Unknown($"Twilio answered {answer.Code}: it may have been sent."),
            _ => SendOutcome.Failed($"Twilio answered {answer.Code}{(body.Code is { } code ? $" ({code})" : "")}."),
        };
    }

    /// <summary>Whether a report is Twilio's: HMAC-SHA1 over the address and the sorted fields under the account's token, compared in constant time.</summary>
    public static bool IsSignedBy(string token, string url, IEnumerable<KeyValuePair<string, string>> fields, string? signature)
    {
        var text = new StringBuilder(url);
        foreach (var (name, value) in fields.OrderBy(field => field.Key, StringComparer.Ordinal))
        {
            text.Append(name).Append(value);
        }

#pragma warning disable CA5350 // Twilio's choice.
        var expected = Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(text.ToString())));
#pragma warning restore CA5350

        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(signature ?? ""));
    }

    private static (string? Sid, int? Code) Body(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;

            return (root.TryGetProperty("sid", out var sid) ? sid.GetString() : null, root.TryGetProperty("code", out var code) && code.TryGetInt32(out var number) ? number : null);
        }
        catch (JsonException)
        {
            return (null, null);
        }
    }
}
