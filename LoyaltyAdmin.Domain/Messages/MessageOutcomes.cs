using System.Collections.Immutable;
using System.Text.Json;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages.Providers;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Messages;

/// <summary>What became of a claimed message.</summary>
public sealed record MessageOutcome(Message Message, long MemberId, MessageStatus Status, DateTimeOffset? NextAt, int Attempts, IReadOnlyList<MessageDecision> Decisions)
{
    private const int MostDecisions = 80;

    public MemberAddress? To { get; init; }
    public Dispatched? Dispatched { get; init; }
    public SendOutcome? Outcome { get; init; }
    public string? Error { get; init; }
    public DateTimeOffset? SentAt { get; init; }

    public bool WasSent => Status is MessageStatus.Sent or MessageStatus.Unknown;

    /// <summary>Held, suppressed, capped or cancelled: nothing left the house, and no attempt was used up.</summary>
    public static MessageOutcome Unsent(Message message, Recipient recipient, SendVerdict verdict) =>
        new(message, recipient.MemberId, verdict.Status, verdict.Until, message.Attempts - 1, All(message, verdict.Decisions)) { Error = verdict.Reason };

    public static MessageOutcome Tried(Message message, Recipient recipient, SendVerdict verdict, Dispatched? dispatched, SendOutcome outcome, DateTimeOffset now)
    {
        var channel = verdict.To!.Channel;
        var (status, next, check, words) = outcome.Result switch
        {
            SendResult.Accepted => (MessageStatus.Sent, (DateTimeOffset?)null, "Attempt", dispatched?.WasSandbox == true ? "Recorded by the sandbox." : "Accepted by the provider."),
            SendResult.Unknown => (MessageStatus.Unknown, null, "Attempt", outcome.Error!),
            _ when message.Attempts >= MessageSender.MostAttempts => (MessageStatus.Dead, null, "Attempt", $"{outcome.Error} Given up after {MessageSender.MostAttempts} attempts."),
            // At once: the next channel may take it.
            SendResult.AddressRefused => (MessageStatus.Waiting, now, SendRules.Refused, outcome.Error!),
            _ => (MessageStatus.Waiting, now + MessageSender.PauseAfter(message.Attempts), "Attempt", outcome.Error!),
        };

        return new MessageOutcome(message, recipient.MemberId, status, next, message.Attempts, All(message, [.. verdict.Decisions, new MessageDecision(now, check, words, channel)]))
        {
            To = verdict.To,
            Dispatched = dispatched,
            Outcome = outcome,
            Error = status == MessageStatus.Sent ? null : outcome.Error,
            SentAt = status is MessageStatus.Sent or MessageStatus.Unknown ? now : null,
        };
    }

    private static IReadOnlyList<MessageDecision> All(Message message, IReadOnlyList<MessageDecision> more) => [.. message.Decisions.Concat(more).TakeLast(MostDecisions)];
}

/// <summary>Writes what became of a batch, and what its answers mean for addresses and the channels' health; all in one save, and only where the claim still holds.</summary>
public sealed class MessageOutcomes(LoyaltyDatabase database, SecretKeys keys, TimeProvider clock)
{
    private static readonly TimeSpan healthEvery = TimeSpan.FromMinutes(1);

    private static readonly BulkColumn[] columns =
    [
        new("MemberId", BulkType.Long), new("Status", BulkType.Text), new("NextAt", BulkType.Instant), new("Claim", BulkType.Guid), new("Attempts", BulkType.Int), new("Decisions", BulkType.Text), new("Error", BulkType.Text),
        new("Channel", BulkType.Text), new("MiniProgramId", BulkType.Long), new("MaskedTo", BulkType.Text), new("TemplateVersionId", BulkType.Long), new("Language", BulkType.Text), new("Subject", BulkType.Text), new("Body", BulkType.Text),
        new("ProviderRef", BulkType.Text), new("SentAt", BulkType.Instant), new("SealedVariables", BulkType.Bytes),
    ];

    public Task WriteAsync(Guid claim, IReadOnlyCollection<Message> claimed, IReadOnlyCollection<MessageOutcome> outcomes, CancellationToken cancel = default) => database.WriteAsync(Actor.System, async db =>
    {
        var ids = claimed.Select(m => m.Id).ToArray();
        await database.Provider.LockRowsAsync(db, "Messages", ids, cancel);
        var mine = (await db.Messages.Where(m => ids.Contains(m.Id) && m.Claim == claim).Select(m => m.Id).ToListAsync(cancel)).ToHashSet();
        var written = outcomes.Where(outcome => mine.Contains(outcome.Message.Id)).ToList();
        await database.Provider.Bulk.UpdateAsync(db, "Messages", columns, [.. written.Select(outcome => (outcome.Message.Id, Row(outcome)))], cancel);
        if (written.Count < mine.Count)
        {
            // Not begun: free for whoever comes next, the attempt not used up.
            var now = clock.GetUtcNow();
            var rest = mine.Except(written.Select(outcome => outcome.Message.Id)).ToArray();
            await db.Messages.Where(m => rest.Contains(m.Id)).ExecuteUpdateAsync(set => set.SetProperty(m => m.Claim, (Guid?)null).SetProperty(m => m.NextAt, now).SetProperty(m => m.Attempts, m => m.Attempts - 1), cancel);
        }

        await SuppressAsync(db, written, cancel);
        await HealthAsync(db, written, cancel);
    }, cancel);

    /// <summary>Puts an address a provider refused for good on the suppression list, within the caller's write.</summary>
    internal async Task SuppressAsync(LoyaltyDbContext db, ConsentChannel channel, string address, SuppressionReason reason, string note, CancellationToken cancel)
    {
        var hash = Suppressions.Hash(keys, channel, address);
        if (await db.Suppressions.AnyAsync(s => s.Channel == channel && s.AddressHash == hash, cancel) || db.Suppressions.Local.Any(s => s.Channel == channel && s.AddressHash.AsSpan().SequenceEqual(hash)))
        {
            return;
        }

        db.Suppressions.Add(new Suppression { Channel = channel, AddressHash = hash, MaskedAddress = Mask(channel, address), Reason = reason, Note = note, At = clock.GetUtcNow(), ActorName = Actor.System.Name });
    }

    internal static string Mask(ConsentChannel channel, string address) => (channel == ConsentChannel.Email ? Masks.Email(address) : Masks.Phone(address))!;

    private static object?[] Row(MessageOutcome outcome)
    {
        var message = outcome.Message;
        var (to, made) = (outcome.To, outcome.Dispatched);

        return
        [
            outcome.MemberId, outcome.Status.ToString(), outcome.NextAt, null, outcome.Attempts, JsonSerializer.Serialize(outcome.Decisions, Json.Options), outcome.Error,
            to?.Channel.ToString(), to?.MiniProgramId, to is null ? null : Mask(to.Channel, to.Address), made?.TemplateVersionId, made?.Language, made?.Text.Subject, made?.Text.Body,
            outcome.Outcome?.ProviderRef, outcome.SentAt,
            // A secret lives only as long as its message may still be sent.
            outcome.NextAt is null && outcome.Status is not (MessageStatus.Dead or MessageStatus.Unknown) ? null : message.SealedVariables,
        ];
    }

    private async Task SuppressAsync(LoyaltyDbContext db, List<MessageOutcome> written, CancellationToken cancel)
    {
        foreach (var outcome in written.Where(outcome => outcome.Outcome is { Result: SendResult.AddressRefused, Suppress: not null }))
        {
            var to = outcome.To!;
            await SuppressAsync(db, to.Channel, to.Address, outcome.Outcome!.Suppress!.Value, outcome.Outcome.Error!, cancel);
            if (outcome.Outcome.Suppress == SuppressionReason.InvalidToken)
            {
                await db.MemberDevices.Where(d => d.MemberId == outcome.MemberId && d.Address == to.Address).ExecuteDeleteAsync(cancel);
            }
        }
    }

    private async Task HealthAsync(LoyaltyDbContext db, List<MessageOutcome> written, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        foreach (var group in written.Where(outcome => outcome.Outcome is not null && outcome.Dispatched?.WasSandbox != true).GroupBy(outcome => HealthId(outcome.To!)))
        {
            var health = await db.MessageChannelHealth.FirstOrDefaultAsync(h => h.Id == group.Key, cancel);
            var success = group.Any(outcome => outcome.Outcome!.Result is SendResult.Accepted or SendResult.AddressRefused);
            var failure = group.FirstOrDefault(outcome => outcome.Outcome!.Result is SendResult.Failed or SendResult.Unknown)?.Outcome!.Error;
            if (health is not null && failure is null && health.LastSuccessAt > now - healthEvery && !(health.LastFailureAt > health.LastSuccessAt))
            {
                continue;
            }

            Note(db, health, group.Key, success, failure, now);
        }
    }

    internal static void Note(LoyaltyDbContext db, MessageChannelHealth? known, string id, bool success, string? failure, DateTimeOffset now)
    {
        var health = known ?? db.MessageChannelHealth.Add(new MessageChannelHealth { Id = id }).Entity;
        health.LastSuccessAt = success ? now : health.LastSuccessAt;
        (health.LastFailureAt, health.LastFailure) = failure is null ? (health.LastFailureAt, health.LastFailure) : (now, failure);
    }

    internal static string HealthId(MemberAddress to) => to.Channel == ConsentChannel.MiniProgram ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"MiniProgram:{to.MiniProgramId}") : to.Channel.ToString();
}
