using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Messages;

/// <summary>One text of a scenario: a written one, or the built-in one where nobody wrote one.</summary>
public sealed record TemplateRow(MessageScenario Scenario, ConsentChannel Channel, string Language, int? Number, DateTimeOffset? ChangedAt, string? ChangedBy, string Preview);

/// <summary>A template being edited; saving makes a new version.</summary>
public sealed class TemplateForm
{
    public MessageScenario Scenario { get; set; }
    public ConsentChannel Channel { get; set; }
    public string Language { get; set; } = "en";
    public string? Subject { get; set; }
    public string Body { get; set; } = "";

    /// <summary>The edition this was made from; 0: the built-in text.</summary>
    public int Number { get; set; }
}

public sealed record TemplateVersionRow(int Number, DateTimeOffset CreatedAt, string ActorName, string? Subject, string Body);

/// <summary>What a member would read.</summary>
/// <param name="Page">An e-mail's whole page, for a sandboxed frame.</param>
public sealed record TemplatePreview(string? Subject, string Text, string? Page);

/// <summary>The texts of messages: per scenario, channel and language, in versions that are never changed.</summary>
public sealed class MessageTemplates(LoyaltyDatabase database, AccessControl access, SendFactsReader facts, MessageRendering rendering, UnsubscribeTokens unsubscribe, TimeProvider clock)
{
    private const int MostSms = 600;

    [Requires(Permission.MessagesRead)]
    public async Task<IReadOnlyList<TemplateRow>> ListAsync(Actor actor, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.MessagesRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var written = await (from template in db.MessageTemplates
                             join version in db.MessageTemplateVersions on new { TemplateId = template.Id, template.Number } equals new { version.TemplateId, version.Number }
                             select new { template.Scenario, template.Channel, template.Language, version.Number, version.CreatedAt, version.ActorName, version.Subject, version.Body }).ToListAsync(cancel);
        var rows = written.Select(t => new TemplateRow(t.Scenario, t.Channel, t.Language, t.Number, t.CreatedAt, t.ActorName, Short(t.Subject ?? t.Body))).ToList();
        rows.AddRange(from scenario in Scenarios.All
                      from channel in Scenarios.Channels
                      where !rows.Exists(r => r.Scenario == scenario.Id && r.Channel == channel && r.Language == "en")
                      let text = Scenarios.BuiltIn(scenario.Id, channel)
                      select new TemplateRow(scenario.Id, channel, "en", null, null, null, Short(text.Subject ?? text.Body)));

        return [.. rows.OrderBy(r => r.Scenario).ThenBy(r => Scenarios.Channels.ToList().IndexOf(r.Channel)).ThenBy(r => r.Language, StringComparer.Ordinal)];
    }

    /// <summary>The text in use; of a language nobody wrote in: the English one to start from.</summary>
    [Requires(Permission.MessagesRead)]
    public async Task<TemplateForm> FormAsync(Actor actor, MessageScenario scenario, ConsentChannel channel, string language, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.MessagesRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var version = await CurrentAsync(db, scenario, channel, language, cancel);
        var start = version ?? await CurrentAsync(db, scenario, channel, "en", cancel);
        var text = start is null ? Scenarios.BuiltIn(scenario, channel) : new MessageText(start.Subject, start.Body);

        return new TemplateForm { Scenario = scenario, Channel = channel, Language = language, Subject = text.Subject, Body = text.Body, Number = version?.Number ?? 0 };
    }

    [Requires(Permission.MessagesRead)]
    public async Task<IReadOnlyList<TemplateVersionRow>> VersionsAsync(Actor actor, MessageScenario scenario, ConsentChannel channel, string language, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.MessagesRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await db.MessageTemplateVersions.Where(v => db.MessageTemplates.Any(t => t.Id == v.TemplateId && t.Scenario == scenario && t.Channel == channel && t.Language == language))
            .OrderByDescending(v => v.Number).Take(50).Select(v => new TemplateVersionRow(v.Number, v.CreatedAt, v.ActorName, v.Subject, v.Body)).ToListAsync(cancel);
    }

    /// <summary>Makes the text a new version, in use from now on. Answers its number.</summary>
    [Requires(Permission.MessagesEdit)]
    public async Task<int> SaveAsync(Actor actor, TemplateForm form, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.MessagesEdit, cancel: cancel);
        Check(form).ThrowIfAny();
        var hasSubject = HasSubject(form.Channel);

        return await database.WriteAsync(actor, async db =>
        {
            var template = await db.MessageTemplates.FirstOrDefaultAsync(t => t.Scenario == form.Scenario && t.Channel == form.Channel && t.Language == form.Language, cancel);
            if ((template?.Number ?? 0) != form.Number)
            {
                throw new ConcurrentChangeException("The template");
            }

            template ??= db.MessageTemplates.Add(new MessageTemplate { Scenario = form.Scenario, Channel = form.Channel, Language = form.Language, Number = 0 }).Entity;
            template.Number++;
            await db.SaveChangesAsync(cancel);
            db.MessageTemplateVersions.Add(new MessageTemplateVersion
            {
                TemplateId = template.Id,
                Number = template.Number,
                Subject = hasSubject ? form.Subject!.Trim() : null,
                Body = form.Body.ReplaceLineEndings("\n"),
                CreatedAt = clock.GetUtcNow(),
                ActorName = actor.Name,
            });

            return template.Number;
        }, cancel);
    }

    /// <summary>What a member would read, with the member's own name or with samples; nothing is saved or sent.</summary>
    /// <param name="actor">Who looks.</param>
    /// <param name="form">The text as it stands in the form.</param>
    /// <param name="memberNumber">A real member; empty: a sample.</param>
    /// <param name="cancel">Stops reading.</param>
    [Requires(Permission.MessagesEdit)]
    public async Task<TemplatePreview> PreviewAsync(Actor actor, TemplateForm form, string? memberNumber, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MessagesEdit, cancel: cancel);
        Check(form).ThrowIfAny();
        var settings = await facts.SettingsAsync(cancel);
        var variables = MessageRendering.Samples(form.Scenario);
        variables["company"] = settings.Company;
        var memberId = 0L;
        if (Inputs.Clean(memberNumber) is { } number)
        {
            await using var db = await database.ReadAsync(cancel);
            var member = await MemberQueries.Members(db, grant).FirstOrDefaultAsync(m => m.Number == number, cancel)
                ?? throw new RuleViolationException("not_found", "No member has this number.") { Field = nameof(memberNumber) };
            (variables["name"], variables["number"], memberId) = (grant.May(Permission.MembersReveal) ? member.FullName : Masks.Name(member.FullName), member.Number, member.Id);
        }

        var text = rendering.Render(new MessageText(form.Subject, form.Body), form.Channel, MessageRendering.Variables(variables));
        var scenario = Scenarios.Of(form.Scenario);
        // A preview's link must not unsubscribe anybody who tries it.
        var link = scenario.IsTransactional ? null : $"{settings.Rules.PublicUrl}/u/{unsubscribe.For(0, form.Channel, scenario.Purpose)}";

        return new TemplatePreview(text.Subject, text.Body, form.Channel == ConsentChannel.Email ? EmailLayout.Html(text.Subject, text.Body, settings.Company, settings.Rules.EmailFooter, link) : null);
    }

    /// <summary>Whether a channel's messages have a subject or title.</summary>
    public static bool HasSubject(ConsentChannel channel) => channel is ConsentChannel.Email or ConsentChannel.Push;

    private FieldErrors Check(TemplateForm form)
    {
        var errors = new FieldErrors()
            .Require(Enum.IsDefined(form.Scenario) && Scenarios.Channels.Contains(form.Channel), nameof(form.Scenario), "Choose a scenario and a channel.")
            .Require(form.Language.Length is >= 2 and <= 20 && form.Language.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'), nameof(form.Language), "Enter a language such as en or zh-CN.")
            .Text(nameof(form.Body), "Text", form.Body, form.Channel == ConsentChannel.Sms ? MostSms : 50_000, required: true)
            .Require(!HasSubject(form.Channel) || Inputs.Clean(form.Subject) is not null, nameof(form.Subject), "Subject is required.")
            .Text(nameof(form.Subject), "Subject", form.Subject, 300);
        if (Enum.IsDefined(form.Scenario))
        {
            var (subject, body) = (rendering.Fault(form.Subject, isHtml: false, form.Scenario), rendering.Fault(form.Body, form.Channel == ConsentChannel.Email, form.Scenario));
            errors.Require(subject is null, nameof(form.Subject), subject ?? "").Require(body is null, nameof(form.Body), body ?? "");
        }

        return errors;
    }

    private static Task<MessageTemplateVersion?> CurrentAsync(LoyaltyDbContext db, MessageScenario scenario, ConsentChannel channel, string language, CancellationToken cancel) =>
        (from template in db.MessageTemplates
         where template.Scenario == scenario && template.Channel == channel && template.Language == language
         join version in db.MessageTemplateVersions on new { TemplateId = template.Id, template.Number } equals new { version.TemplateId, version.Number }
         select version).FirstOrDefaultAsync(cancel);

    private static string Short(string text) => text.Length <= 90 ? text : text[..90] + "…";
}
