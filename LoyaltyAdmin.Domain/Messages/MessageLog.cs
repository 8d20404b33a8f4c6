using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Messages;

/// <summary>What the Outbox is searched by; null or empty: everything.</summary>
public sealed record MessageFilter
{
    public long? MemberId { get; init; }

    /// <summary>A member's number, a message's identifier, or the provider's.</summary>
    public string? Text { get; init; }

    public MessageScenario? Scenario { get; init; }
    public ConsentChannel? Channel { get; init; }
    public MessageStatus? Status { get; init; }

    /// <summary>Days of the group's zone.</summary>
    public DateOnly? From { get; init; }

    public DateOnly? To { get; init; }
}

/// <summary>One line of the Outbox.</summary>
public sealed record MessageRow(
    long Id, Guid MessageId, MessageScenario Scenario, long MemberId, string MemberNumber, ConsentChannel? Channel, MessageStatus Status, DateTimeOffset CreatedAt, DateTimeOffset? NextAt, DateTimeOffset? SentAt,
    DateTimeOffset? DeliveredAt, int Attempts, string? MaskedTo, string? Error, bool IsTransactional)
{
    public bool CanReplay => Status is MessageStatus.Dead or MessageStatus.Unknown or MessageStatus.Suppressed or MessageStatus.Capped or MessageStatus.Cancelled;
}

/// <summary>Everything about one message.</summary>
/// <param name="Page">An e-mail as its reader sees it, for a sandboxed frame; null for other channels or before it is made.</param>
public sealed record MessageDetail(MessageRow Row, string ReasonKey, DateTimeOffset? NotAfter, string? Subject, string? Text, string? Page, string? ProviderRef, string Template, IReadOnlyList<MessageDecision> Decisions);

/// <summary>The Outbox: what members were told, what waits, what was not sent and why. A member's own name is shown only to who may see it.</summary>
public sealed class MessageLog(LoyaltyDatabase database, AccessControl access, SendFactsReader facts, MessageDispatch dispatch, MessageRendering rendering, MessageSender sender, TimeProvider clock)
{
    private static readonly SortColumns<Message> sorts = new(message => message.Id);

    /// <summary>One page, newest first.</summary>
    [Requires(Permission.MessagesRead)]
    public async Task<Page<MessageRow>> ListAsync(Actor actor, MessageFilter filter, PageRequest page, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MessagesRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await (await FilteredAsync(db, grant, filter, cancel)).ToPageAsync(page, sorts, Row(db), cancel);
    }

    [Requires(Permission.MessagesRead)]
    public async Task<BoundedCount> CountAsync(Actor actor, MessageFilter filter, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MessagesRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await (await FilteredAsync(db, grant, filter, cancel)).BoundedCountAsync(cancel: cancel);
    }

    [Requires(Permission.MessagesRead)]
    public async Task<MessageDetail> GetAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MessagesRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var message = await Visible(db, grant).FirstOrDefaultAsync(m => m.Id == id, cancel) ?? throw new NotFoundException("The message");
        var row = await db.Messages.Where(m => m.Id == id).Select(Row(db)).FirstAsync(cancel);
        var settings = await facts.SettingsAsync(cancel);
        var edition = await (from version in db.MessageTemplateVersions
                             where version.Id == message.TemplateVersionId
                             join template in db.MessageTemplates on version.TemplateId equals template.Id
                             select new { version.Number, template.Language, Text = new MessageText(version.Subject, version.Body) }).FirstOrDefaultAsync(cancel);
        if (message is { Body: not null, Channel: { } channel } && !grant.May(Permission.MembersReveal))
        {
            // Made again with a masked name: looking for the name in the text would miss what a template does to it.
            var variables = MessageRendering.Read(message.Variables);
            (variables["name"], variables["number"], variables["company"]) = (Masks.Name(await db.Members.Where(m => m.Id == message.MemberId).Select(m => m.FullName).FirstOrDefaultAsync(cancel)), row.MemberNumber, settings.Company);
            if (message.Scenario == MessageScenario.Verification)
            {
                variables["code"] = MessageRendering.Hidden;
            }

            var masked = rendering.Render(edition?.Text ?? Scenarios.BuiltIn(message.Scenario, channel), channel, MessageRendering.Variables(variables));
            (message.Subject, message.Body) = (masked.Subject, masked.Body);
        }

        return new MessageDetail(row, message.ReasonKey, message.NotAfter, message.Subject, message.Channel == ConsentChannel.Email ? null : message.Body, message is { Channel: ConsentChannel.Email, Body: not null } ? dispatch.Page(message, settings) : null,
            message.ProviderRef, edition is null ? "Built-in text" : $"Version {edition.Number} ({edition.Language})", message.Decisions);
    }

    /// <summary>Sends a message again under the same identifier; everything is asked anew.</summary>
    [Requires(Permission.MessagesEdit)]
    public async Task ReplayAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MessagesEdit, cancel: cancel);
        await database.WriteAsync(actor, async db =>
        {
            var message = await Visible(db, grant).FirstOrDefaultAsync(m => m.Id == id, cancel) ?? throw new NotFoundException("The message");
            if (message.Status is MessageStatus.Waiting or MessageStatus.Held or MessageStatus.Sent or MessageStatus.Delivered)
            {
                throw new RuleViolationException("message_not_over", "The message is still under way or was sent already.");
            }

            if (message is { Scenario: MessageScenario.Verification, SealedVariables: null })
            {
                throw new RuleViolationException("code_gone", "The code was not kept. The member asks for a new one.");
            }

            var now = clock.GetUtcNow();
            (message.Status, message.Attempts, message.NextAt, message.Claim, message.Error, message.SentAt) = (MessageStatus.Waiting, 0, now, null, null, null);
            message.Decisions = [.. message.Decisions, new MessageDecision(now, SendRules.Replayed, $"By {actor.Name}.")];
            db.AuditEntries.Add(new AuditEntry(actor, now, "Message.Replay")
            {
                EntityType = nameof(Message),
                EntityId = id.ToString(System.Globalization.CultureInfo.InvariantCulture),
                Subject = message.MessageId.ToString(),
            });
        }, cancel);
        sender.Wake();
    }

    internal static System.Linq.Expressions.Expression<Func<Message, MessageRow>> Row(LoyaltyDbContext db) => m => new MessageRow(
        m.Id, m.MessageId, m.Scenario, m.MemberId, db.Members.Where(x => x.Id == m.MemberId).Select(x => x.Number).First(), m.Channel, m.Status, m.CreatedAt, m.NextAt, m.SentAt, m.DeliveredAt, m.Attempts, m.MaskedTo, m.Error, m.IsTransactional);

    internal static async Task<IQueryable<Message>> FilteredAsync(LoyaltyDbContext db, Grant grant, MessageFilter filter, CancellationToken cancel)
    {
        var text = Inputs.Clean(filter.Text);
        var memberId = text is null ? null : await db.Members.Where(m => m.Number == text).Select(m => (long?)m.Id).FirstOrDefaultAsync(cancel);
        var id = Guid.TryParse(text, out var parsed) ? parsed : (Guid?)null;
        var zone = Calendar.Zone(await db.CompanySettings.Select(c => c.TimeZone).FirstOrDefaultAsync(cancel) ?? "UTC");
        DateTimeOffset? from = filter.From is { } first ? zone.StartOf(first) : null;
        DateTimeOffset? to = filter.To is { } last ? zone.StartOf(last.AddDays(1)) : null;

        return Visible(db, grant)
            .Where(m => filter.MemberId == null || m.MemberId == filter.MemberId)
            .Where(m => text == null || m.MemberId == memberId || m.MessageId == id || m.ProviderRef == text)
            .Where(m => filter.Scenario == null || m.Scenario == filter.Scenario)
            .Where(m => filter.Channel == null || m.Channel == filter.Channel)
            .Where(m => filter.Status == null || m.Status == filter.Status)
            .Where(m => from == null || m.CreatedAt >= from)
            .Where(m => to == null || m.CreatedAt < to);
    }

    private static IQueryable<Message> Visible(LoyaltyDbContext db, Grant grant)
    {
        if (grant.Stores.Kind == StoreScopeKind.All)
        {
            return db.Messages;
        }

        var members = MemberQueries.Members(db, grant);

        return db.Messages.Where(m => members.Any(member => member.Id == m.MemberId));
    }
}
