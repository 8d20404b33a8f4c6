using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LoyaltyAdmin.Domain.Members;

namespace LoyaltyAdmin.Domain.Messages.Providers;

/// <summary>
/// Notices in mini programs: WeChat's subscribe messages, or the same body posted to the merchant's own address with a bearer token and the message's
/// identifier as <c>Idempotency-Key</c> (see the README of this folder). Only the latter may be repeated without an answer.
/// </summary>
public sealed class MiniProgramProvider(ProviderHttp http, ProviderAddresses addresses, TimeProvider clock) : MessageProvider
{
    private static readonly JsonSerializerOptions json = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ConcurrentDictionary<(string AppId, string Secret), (string Token, DateTimeOffset Until)> tokens = new();

    public override async Task<SendOutcome> SendAsync(OutgoingMessage message, ChannelAccount account, CancellationToken cancel)
    {
        if (message.Program is not { } program || program.Templates.FirstOrDefault(t => t.Scenario == message.Scenario) is not { } template)
        {
            return SendOutcome.Failed("The mini program has no template for this scenario.");
        }

        var body = Payload(message, template);

        return program.Kind == MiniProgramKind.WeChat ? await SendToWeChatAsync(program, account.Secret, body, cancel) : await PostAsync(message, program, account.Secret, body, cancel);
    }

    /// <summary>WeChat's body: the template's lines “key: text” are its data.</summary>
    public static string Payload(OutgoingMessage message, MiniProgramTemplate template) => JsonSerializer.Serialize(new
    {
        touser = message.Address,
        template_id = template.TemplateId,
        page = template.Page,
        miniprogram_state = "formal",
        lang = message.Language?.StartsWith("zh", StringComparison.OrdinalIgnoreCase) == true ? "zh_CN" : "en_US",
        data = Lines(message.Text.Body).ToDictionary(line => line.Key, line => new { value = line.Value }),
    }, json);

    /// <summary>The lines of a template that name a field.</summary>
    internal static IEnumerable<(string Key, string Value)> Lines(string text) => text.Split('\n')
        .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
        .Where(parts => parts is [{ Length: > 0 }, { Length: > 0 }])
        .Select(parts => (parts[0], parts[1]))
        .DistinctBy(line => line.Item1, StringComparer.Ordinal);

    private async Task<SendOutcome> PostAsync(OutgoingMessage message, MiniProgram program, string secret, string body, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, program.Url);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        request.Headers.TryAddWithoutValidation("Idempotency-Key", message.Id.ToString());
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        var answer = await http.SendAsync(request, cancel);
        if (answer.Trouble is { } trouble)
        {
            return trouble with { Result = SendResult.Failed };
        }

        return answer.Code switch
        {
            >= 200 and < 300 => new SendOutcome(SendResult.Accepted, message.Id.ToString()),
            404 or 410 => SendOutcome.Refused($"The mini program does not know the user ({answer.Code}).", SuppressionReason.InvalidToken),
            _ => SendOutcome.Failed($"The mini program answered {answer.Code}."),
        };
    }

    private async Task<SendOutcome> SendToWeChatAsync(MiniProgram program, string secret, string body, CancellationToken cancel)
    {
        if (await TokenAsync(program.AppId, secret, cancel) is not { } token)
        {
            return SendOutcome.Failed("WeChat gave no token: check the app ID and its secret.");
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, $"{addresses.WeChat}/cgi-bin/message/subscribe/send?access_token={Uri.EscapeDataString(token)}");
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        var answer = await http.SendAsync(request, cancel);
        if (answer.Trouble is { } trouble)
        {
            return trouble;
        }

        var code = answer.IsSuccess ? Field(answer.Body, "errcode", value => value.GetInt32()) : null;
        if (code is 40001 or 40014 or 42001)
        {
            tokens.TryRemove((program.AppId, secret), out _);
        }

        return code switch
        {
            0 => new SendOutcome(SendResult.Accepted, FieldText(answer.Body, "msgid")),
            40003 => SendOutcome.Refused("WeChat does not know the user (40003).", SuppressionReason.InvalidToken),
            // One-time subscriptions run out and are given again: not for good.
            43101 => SendOutcome.Refused("The user has not subscribed to this notice (43101).", reason: null),
            null when answer.Code >= 500 => SendOutcome.Unknown($"WeChat answered {answer.Code}: it may have been sent."),
            _ => SendOutcome.Failed($"WeChat answered {code ?? answer.Code}."),
        };
    }

    private async Task<string?> TokenAsync(string appId, string secret, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (tokens.TryGetValue((appId, secret), out var held) && held.Until > now)
        {
            return held.Token;
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, $"{addresses.WeChat}/cgi-bin/token?grant_type=client_credential&appid={Uri.EscapeDataString(appId)}&secret={Uri.EscapeDataString(secret)}");
        var answer = await http.SendAsync(request, cancel);
        if (!answer.IsSuccess || FieldText(answer.Body, "access_token") is not { } token)
        {
            return null;
        }

        tokens[(appId, secret)] = (token, now + TimeSpan.FromSeconds(Field(answer.Body, "expires_in", value => value.GetInt32()) ?? 7200) - TimeSpan.FromMinutes(5));

        return token;
    }

    private static string? FieldText(string body, string name)
    {
        string? text = null;
        _ = Field(body, name, value =>
        {
            text = value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();

            return 0;
        });

        return text;
    }

    private static int? Field(string body, string name, Func<JsonElement, int> read)
    {
        try
        {
            using var document = JsonDocument.Parse(body);

            return document.RootElement.TryGetProperty(name, out var value) ? read(value) : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
