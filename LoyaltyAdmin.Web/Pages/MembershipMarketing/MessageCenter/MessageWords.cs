using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Web.Components;

namespace LoyaltyAdmin.Web.Pages.MembershipMarketing.MessageCenter;

/// <summary>The Message Center's addresses and words.</summary>
public static class MessageWords
{
    public const string Outbox = "/message-center/outbox";
    public const string ScenarioList = "/message-center/scenarios";
    public const string Templates = "/message-center/templates";
    public const string ChannelList = "/message-center/channels";
    public const string Rules = "/message-center/rules";

    public static IReadOnlyList<Option<string>> ScenarioOptions { get; } = [.. Scenarios.All.Select(scenario => new Option<string>(scenario.Id.ToString(), scenario.Title))];

    public static IReadOnlyList<Option<string>> ChannelOptions { get; } = [.. Scenarios.Channels.Select(channel => new Option<string>(channel.ToString(), channel.Name()))];

    public static IReadOnlyList<Option<string>> StatusOptions { get; } = [.. Enum.GetValues<MessageStatus>().Select(status => new Option<string>(status.ToString(), Of(status)))];

    public static string PathOf(long id) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Outbox}/{id}");

    public static string PathOf(MessageScenario scenario, ConsentChannel channel, string language) => $"{Templates}/{scenario}/{channel}/{Uri.EscapeDataString(language)}";

    public static string Of(MessageStatus status) => status switch
    {
        MessageStatus.Dead => "Given up",
        MessageStatus.Suppressed => "Not sent",
        _ => status.ToString(),
    };

    public static Tone ToneOf(MessageStatus status) => status switch
    {
        MessageStatus.Sent or MessageStatus.Delivered => Tone.Good,
        MessageStatus.Dead => Tone.Bad,
        MessageStatus.Waiting or MessageStatus.Held or MessageStatus.Unknown => Tone.Attention,
        _ => Tone.Neutral,
    };

    /// <summary>The Outbox's address as the filter its list, count and export share.</summary>
    public static MessageFilter Filter(ListQuery query, long? memberId = null) => new()
    {
        MemberId = memberId,
        Text = query.Text("q"),
        Scenario = query.Choice<MessageScenario>("scenario"),
        Channel = query.Choice<ConsentChannel>("channel"),
        Status = query.Choice<MessageStatus>("status"),
        From = query.Day("from"),
        To = query.Day("to"),
    };
}
