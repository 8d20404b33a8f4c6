using System.Collections.Immutable;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Messages;

/// <summary>The rules of all scenarios being edited.</summary>
public sealed class MessageRulesForm
{
    /// <summary>As typed, e.g. <c>21:00</c>; both or none.</summary>
    public string? QuietFrom { get; set; }

    public string? QuietTo { get; set; }
    public int? MostPerDay { get; set; }
    public int? MostPerWeek { get; set; }
    public string? PublicUrl { get; set; }
    public string? EmailFooter { get; set; }
    public Guid Version { get; set; }
}

/// <summary>A scenario with its channels, in the order they are tried.</summary>
public sealed record ScenarioRow(MessageScenario Id, string Title, string Explanation, bool IsTransactional, ConsentPurpose Purpose, bool IsOn, IReadOnlyList<ScenarioChannel> Channels, Guid Version);

/// <summary>Quiet hours, caps, and which scenario uses which channel.</summary>
public sealed class MessageRules(LoyaltyDatabase database, AccessControl access)
{
    [Requires(Permission.MessagesRead)]
    public async Task<MessageRulesForm> FormAsync(Actor actor, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.MessagesRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var rules = await db.MessageSettings.FirstOrDefaultAsync(cancel) ?? new MessageSettings();

        return new MessageRulesForm
        {
            QuietFrom = rules.QuietFrom?.ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture),
            QuietTo = rules.QuietTo?.ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture),
            MostPerDay = rules.MostPerDay,
            MostPerWeek = rules.MostPerWeek,
            PublicUrl = rules.PublicUrl,
            EmailFooter = rules.EmailFooter,
            Version = rules.Version,
        };
    }

    [Requires(Permission.SettingsManage)]
    public async Task SaveAsync(Actor actor, MessageRulesForm form, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.SettingsManage, cancel: cancel);
        var (from, to) = (Time(form.QuietFrom), Time(form.QuietTo));
        var url = Inputs.Clean(form.PublicUrl);
        new FieldErrors()
            .Require(Inputs.Clean(form.QuietFrom) is null || from is not null, nameof(form.QuietFrom), "Enter a time such as 21:00.")
            .Require(Inputs.Clean(form.QuietTo) is null || to is not null, nameof(form.QuietTo), "Enter a time such as 08:00.")
            .Require(from is null == to is null, nameof(form.QuietTo), "Enter both times, or neither.")
            .Require(form.MostPerDay is null or (>= 1 and <= 100), nameof(form.MostPerDay), "1 to 100, or empty for no limit.")
            .Require(form.MostPerWeek is null or (>= 1 and <= 500), nameof(form.MostPerWeek), "1 to 500, or empty for no limit.")
            .Require(url is null || (Uri.TryCreate(url, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.IsLoopback) && uri.Query.Length == 0 && uri.Fragment.Length == 0), nameof(form.PublicUrl), "Enter an address such as https://loyalty.example.com.")
            .Text(nameof(form.PublicUrl), "Public address", form.PublicUrl, 200)
            .Text(nameof(form.EmailFooter), "E-mail footer", form.EmailFooter, 1000)
            .ThrowIfAny();
        await database.WriteAsync(actor, async db =>
        {
            var rules = await db.MessageSettings.FirstOrDefaultAsync(cancel) ?? db.MessageSettings.Add(new MessageSettings { Version = form.Version }).Entity;
            if (rules.Version != form.Version)
            {
                throw new ConcurrentChangeException("The rules");
            }

            (rules.QuietFrom, rules.QuietTo, rules.MostPerDay, rules.MostPerWeek) = (from, to, form.MostPerDay, form.MostPerWeek);
            (rules.PublicUrl, rules.EmailFooter) = (url?.TrimEnd('/'), Inputs.Clean(form.EmailFooter)?.ReplaceLineEndings("\n"));
        }, cancel);
    }

    [Requires(Permission.MessagesRead)]
    public async Task<IReadOnlyList<ScenarioRow>> ScenariosAsync(Actor actor, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.MessagesRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var known = await db.MessageScenarios.ToDictionaryAsync(s => s.Id, cancel);

        return [.. Scenarios.All.Select(scenario => known.TryGetValue(scenario.Id, out var settings)
            ? new ScenarioRow(scenario.Id, scenario.Title, scenario.Explanation, scenario.IsTransactional, scenario.Purpose, settings.IsOn, settings.Channels, settings.Version)
            : new ScenarioRow(scenario.Id, scenario.Title, scenario.Explanation, scenario.IsTransactional, scenario.Purpose, scenario.StartsOn, Scenarios.DefaultChannels, Guid.Empty))];
    }

    /// <summary>Switches a scenario and its channels; the order of the list is the order they are tried in. Holds for everything not yet sent.</summary>
    [Requires(Permission.MessagesEdit)]
    public async Task SaveScenarioAsync(Actor actor, MessageScenario scenario, bool isOn, IReadOnlyList<ScenarioChannel> channels, Guid version, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.MessagesEdit, cancel: cancel);
        new FieldErrors()
            .Require(Enum.IsDefined(scenario), nameof(scenario), "Choose a scenario of the list.")
            .Require(channels.Select(c => c.Channel).Order().SequenceEqual(Scenarios.Channels.Order()), nameof(channels), "Name each channel once.")
            .Require(!isOn || channels.Any(c => c.IsOn), nameof(channels), "Switch on at least one channel, or switch the scenario off.")
            .ThrowIfAny();
        await database.WriteAsync(actor, async db =>
        {
            var settings = await db.MessageScenarios.FirstOrDefaultAsync(s => s.Id == scenario, cancel);
            if ((settings?.Version ?? Guid.Empty) != version)
            {
                throw new ConcurrentChangeException("The scenario");
            }

            settings ??= db.MessageScenarios.Add(new MessageScenarioSettings { Id = scenario, IsOn = isOn, Channels = [] }).Entity;
            (settings.IsOn, settings.Channels) = (isOn, [.. channels]);
        }, cancel);
    }

    private static TimeOnly? Time(string? text) =>
        TimeOnly.TryParseExact(Inputs.Clean(text), ["HH:mm", "H:mm"], System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out var time) ? time : null;
}
