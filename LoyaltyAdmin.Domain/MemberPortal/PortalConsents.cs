using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.MemberPortal;

/// <summary>A line of the form with what counts now.</summary>
public sealed record AnsweredLine(ConsentLine Line, bool IsGranted, DateTimeOffset? Since);

/// <summary>What the member ticked, and what the form had shown: only a difference is said by the member.</summary>
public sealed record ConsentChoice(ConsentChannel Channel, ConsentPurpose Purpose, bool Was, bool Is);

/// <summary>The member's own consents: every change is an event with source, address and text version, and counts from the next message on.</summary>
public sealed class PortalConsents(LoyaltyDatabase database, AccessControl access, WebhookOutbox webhooks, TimeProvider clock)
{
    [Requires(ActorKind.Member)]
    public async Task<IReadOnlyList<AnsweredLine>> AnswersAsync(Actor actor, CancellationToken cancel = default)
    {
        var member = await access.DemandMemberAsync(actor, cancel);
        await using var db = await database.ReadAsync(cancel);
        var known = await db.MemberConsents.Where(c => c.MemberId == member.MemberId).ToListAsync(cancel);

        return [.. ConsentTexts.Lines.Select(line => known.Find(c => c.Channel == line.Channel && c.Purpose == line.Purpose) is { } state
            ? new AnsweredLine(line, state.Status == ConsentStatus.Granted, state.Since)
            : new AnsweredLine(line, false, null))];
    }

    /// <summary>Writes down what the member changed; answers how many lines that were.</summary>
    [Requires(ActorKind.Member)]
    public async Task<int> ChangeAsync(Actor actor, IReadOnlyCollection<ConsentChoice> choices, CancellationToken cancel = default)
    {
        var member = await access.DemandMemberAsync(actor, cancel);
        // What was withdrawn elsewhere since the form was shown stays withdrawn: an untouched box says nothing.
        var said = choices.Where(c => c.Was != c.Is && ConsentTexts.Lines.Any(line => line.Channel == c.Channel && line.Purpose == c.Purpose)).DistinctBy(c => (c.Channel, c.Purpose)).ToList();
        if (said.Count == 0)
        {
            return 0;
        }

        var now = clock.GetUtcNow();
        await database.WriteAsync(actor, async db =>
        {
            await Consents.AppendAsync(db, [.. said.Select(c => (member.MemberId, new ConsentStatement
            {
                Channel = c.Channel,
                Purpose = c.Purpose,
                Status = c.Is ? ConsentStatus.Granted : ConsentStatus.Withdrawn,
                Source = ConsentSource.MemberPage,
                TextVersion = ConsentTexts.Version,
                IpAddress = actor.IpAddress,
            }))], actor, now, cancel);
            await webhooks.AddAsync(db, WebhookEvents.MemberUpdated, [new { number = member.Number, change = "consent", fields = said.Select(c => $"consents.{c.Channel}.{c.Purpose}").ToArray() }], cancel);
        }, cancel);

        return said.Count;
    }
}
