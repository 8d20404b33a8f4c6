using System.Security.Cryptography;
using System.Text;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages.Providers;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Messages;

/// <summary>The key in the address e-mail providers report bounces to.</summary>
public sealed class BounceTokens(SecretKeys keys)
{
    public const string Root = "/hooks/messages/email";

    private string Token => Convert.ToHexStringLower(keys.Hash("message-hook", "Email").AsSpan(0, 16));

    public string Path => $"{Root}/{Token}";

    public bool IsRight(string? token) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Token), Encoding.UTF8.GetBytes(token ?? ""));
}

/// <summary>What an e-mail provider says of an address.</summary>
public enum EmailReportKind
{
    Delivered,
    HardBounce,
    Complaint,
}

/// <summary>What providers report afterwards: arrivals, bounces, complaints, STOP. Saying the same again changes nothing.</summary>
public sealed class MessageReports(LoyaltyDatabase database, SecretKeys keys, SendFactsReader facts, MessageOutcomes outcomes, BounceTokens bounces, TimeProvider clock)
{
    private const int MostFields = 60;

    /// <summary>Takes Twilio's status callback (and answers to our number, for STOP). False: it is not signed with our token.</summary>
    public async Task<bool> TwilioAsync(IReadOnlyCollection<KeyValuePair<string, string>> fields, string? signature, CancellationToken cancel = default)
    {
        var settings = await facts.SettingsAsync(cancel);
        if (fields.Count > MostFields || !settings.Channels.TryGetValue(ConsentChannel.Sms, out var channel) || channel.SealedSecret is not { } secret
            || !TwilioProvider.IsSignedBy(keys.Open(secret), settings.Rules.PublicUrl + TwilioProvider.CallbackPath, fields, signature))
        {
            return false;
        }

        string? Field(string name) => fields.Where(field => field.Key == name).Select(field => field.Value).FirstOrDefault();
        var status = Field("MessageStatus");
        if (status is null)
        {
            // An answer to our number; Twilio's own word for STOP and its translations.
            await SuppressAsync(ConsentChannel.Sms, Field("OptOutType") == "STOP" ? Field("From") : null, SuppressionReason.Stop, "The recipient has answered STOP.", cancel);

            return true;
        }

        var (code, sid) = (Field("ErrorCode"), Field("MessageSid"));
        await ReportAsync(m => m.ProviderRef == sid && m.Channel == ConsentChannel.Sms, status switch
        {
            "delivered" => MessageStatus.Delivered,
            "undelivered" or "failed" => MessageStatus.Dead,
            _ => null,
        }, $"Twilio reports {status}{(code is null ? "" : $" ({code})")}.", cancel);
        await SuppressAsync(ConsentChannel.Sms, code is "21610" or "30006" or "30005" ? Field("To") : null, code == "21610" ? SuppressionReason.Stop : SuppressionReason.HardBounce, $"Twilio reports {code}.", cancel);

        return true;
    }

    /// <summary>Takes an e-mail provider's report. False: the address' key is wrong.</summary>
    public async Task<bool> EmailAsync(string? token, EmailReportKind kind, string? address, Guid? messageId, CancellationToken cancel = default)
    {
        if (!bounces.IsRight(token))
        {
            return false;
        }

        if (messageId is { } id)
        {
            await ReportAsync(m => m.MessageId == id && m.Channel == ConsentChannel.Email, kind == EmailReportKind.HardBounce ? MessageStatus.Dead : MessageStatus.Delivered, $"The e-mail provider reports {kind}.", cancel);
        }

        await SuppressAsync(ConsentChannel.Email, kind == EmailReportKind.Delivered ? null : Suppressions.Normalise(ConsentChannel.Email, address), kind == EmailReportKind.Complaint ? SuppressionReason.Complaint : SuppressionReason.HardBounce, "Reported by the e-mail provider.", cancel);

        return true;
    }

    private Task ReportAsync(System.Linq.Expressions.Expression<Func<Message, bool>> which, MessageStatus? becomes, string words, CancellationToken cancel) => database.WriteAsync(Actor.System, async db =>
    {
        // Reports come out of order: what has ended stays so, and an arrival never turns back.
        var message = await db.Messages.FirstOrDefaultAsync(which, cancel);
        if (message is null || becomes is not { } status || message.Status is not (MessageStatus.Sent or MessageStatus.Unknown))
        {
            return;
        }

        var now = clock.GetUtcNow();
        (message.Status, message.Error) = (status, status == MessageStatus.Delivered ? null : words);
        message.DeliveredAt = status == MessageStatus.Delivered ? now : null;
        message.Decisions = [.. message.Decisions, new MessageDecision(now, "Report", words, message.Channel)];
    }, cancel);

    private Task SuppressAsync(ConsentChannel channel, string? address, SuppressionReason reason, string note, CancellationToken cancel) =>
        address is null ? Task.CompletedTask : database.WriteAsync(Actor.System, db => outcomes.SuppressAsync(db, channel, address, reason, note, cancel), cancel);
}
