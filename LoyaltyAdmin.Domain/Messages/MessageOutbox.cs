using System.Collections.Immutable;
using System.Text.Json;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Messages;

/// <summary>What a member is to be told, and why.</summary>
public sealed record MessageRequest(MessageScenario Scenario, long MemberId, string ReasonKey)
{
    /// <summary>What the scenario's templates name (see <see cref="Scenarios"/>), as people read it.</summary>
    public IReadOnlyDictionary<string, string?> Variables { get; init; } = ImmutableDictionary<string, string?>.Empty;

    /// <summary>Variables nobody may read in the log, such as a one-time code.</summary>
    public IReadOnlyDictionary<string, string?>? Secrets { get; init; }

    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>The end of the offer: what is still held then is cancelled.</summary>
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>The only channel that makes sense, e.g. the phone being verified.</summary>
    public ConsentChannel? OnlyChannel { get; init; }

    /// <summary>The mini programs the reason chose for notices; none: no mini-program notice.</summary>
    public IReadOnlyCollection<long> MiniProgramIds { get; init; } = [];
}

/// <summary>
/// The one door for messages: writes what members are to be told in the save of its reason. Consent, suppression, quiet hours, caps, channel and text are
/// all decided at send (reliability 3.3); one reason key tells once, however often it is added.
/// </summary>
public sealed class MessageOutbox(LoyaltyDatabase database, SecretKeys keys, TimeProvider clock)
{
    private const int Chunk = 500;

    private static readonly BulkColumn[] columns =
    [
        new("MessageId", BulkType.Guid), new("ReasonKey", BulkType.Text), new("Scenario", BulkType.Text), new("MemberId", BulkType.Long), new("IsTransactional", BulkType.Boolean), new("Purpose", BulkType.Text),
        new("Variables", BulkType.Text), new("SealedVariables", BulkType.Bytes), new("OnlyChannel", BulkType.Text), new("MiniProgramIds", BulkType.Text), new("CreatedAt", BulkType.Instant), new("NotAfter", BulkType.Instant),
        new("Status", BulkType.Text), new("NextAt", BulkType.Instant), new("Attempts", BulkType.Int), new("Decisions", BulkType.Text),
    ];

    /// <summary>Adds one message within the caller's write.</summary>
    public Task AddAsync(LoyaltyDbContext db, MessageRequest request, CancellationToken cancel = default) => AddAsync(db, [request], cancel);

    /// <summary>Adds any number of messages within the caller's write; those whose reason is known already are left out.</summary>
    /// <returns>How many are new.</returns>
    public async Task<int> AddAsync(LoyaltyDbContext db, IReadOnlyCollection<MessageRequest> requests, CancellationToken cancel = default)
    {
        var now = clock.GetUtcNow();
        var added = 0;
        foreach (var chunk in requests.DistinctBy(request => request.ReasonKey, StringComparer.Ordinal).Chunk(Chunk))
        {
            var reasons = chunk.Select(request => request.ReasonKey).ToArray();
            var known = (await db.Messages.Where(message => reasons.Contains(message.ReasonKey)).Select(message => message.ReasonKey).ToListAsync(cancel)).ToHashSet(StringComparer.Ordinal);
            var rows = chunk.Where(request => !known.Contains(request.ReasonKey)).Select(request => Row(request, now)).ToList();
            if (rows.Count > 0)
            {
                await database.Provider.Bulk.InsertAsync(db, "Messages", columns, rows, cancel);
                added += rows.Count;
            }
        }

        return added;
    }

    private object?[] Row(MessageRequest request, DateTimeOffset now)
    {
        var scenario = Scenarios.Of(request.Scenario);

        return
        [
            Guid.CreateVersion7(now), request.ReasonKey, request.Scenario.ToString(), request.MemberId, scenario.IsTransactional, scenario.Purpose.ToString(),
            JsonSerializer.Serialize(request.Variables, Json.Options), request.Secrets is { Count: > 0 } secrets ? keys.Seal(JsonSerializer.Serialize(secrets, Json.Options)) : null, request.OnlyChannel?.ToString(),
            JsonSerializer.Serialize(request.MiniProgramIds, Json.Options), now, request.NotAfter,
            nameof(MessageStatus.Waiting), request.NotBefore is { } later && later > now ? later : now, 0, "[]",
        ];
    }
}
