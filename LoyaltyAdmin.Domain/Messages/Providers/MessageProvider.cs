using LoyaltyAdmin.Domain.Members;

namespace LoyaltyAdmin.Domain.Messages.Providers;

/// <summary>What a provider made of a message.</summary>
public enum SendResult
{
    Accepted,

    /// <summary>The address is wrong or unwilling: the next channel is tried, and if it is for good, the address goes on the suppression list.</summary>
    AddressRefused,

    /// <summary>Surely not sent: tried again later.</summary>
    Failed,

    /// <summary>No answer: it may have arrived.</summary>
    Unknown,
}

/// <param name="Error">For people, without personal data.</param>
/// <param name="Suppress">Why the address is refused for good; null: only this time.</param>
public sealed record SendOutcome(SendResult Result, string? ProviderRef = null, string? Error = null, SuppressionReason? Suppress = null)
{
    public static SendOutcome Failed(string error) => new(SendResult.Failed, Error: error);

    public static SendOutcome Unknown(string error) => new(SendResult.Unknown, Error: error);

    public static SendOutcome Refused(string error, SuppressionReason? reason) => new(SendResult.AddressRefused, Error: error, Suppress: reason);
}

/// <summary>A message ready to leave.</summary>
public sealed record OutgoingMessage(Guid Id, MessageScenario Scenario, ConsentChannel Channel, string Address, MessageText Text)
{
    /// <summary>The whole page of an e-mail and the same as plain text.</summary>
    public string? Html { get; init; }

    public string? Plain { get; init; }

    /// <summary>Where one POST withdraws the consent; null for receipts and codes.</summary>
    public string? Unsubscribe { get; init; }

    public string? Language { get; init; }
    public DeviceKind? Device { get; init; }
    public MiniProgram? Program { get; init; }
}

/// <summary>A channel's settings with its secret opened.</summary>
public sealed record ChannelAccount(ChannelOptions Options, string Secret, string PublicUrl);

/// <summary>Speaks to one kind of outside service.</summary>
public abstract class MessageProvider
{
    public abstract Task<SendOutcome> SendAsync(OutgoingMessage message, ChannelAccount account, CancellationToken cancel);
}

/// <summary>Where the services live; only tests and proxies say otherwise.</summary>
public sealed record ProviderAddresses
{
    public string Twilio { get; init; } = "https://api.twilio.com";
    public string Fcm { get; init; } = "https://fcm.googleapis.com";
    public string GoogleToken { get; init; } = "https://oauth2.googleapis.com/token";
    public string WeChat { get; init; } = "https://api.weixin.qq.com";

    /// <summary>How long a provider has to answer.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Links in messages as long as nobody has set a public address.</summary>
    public string PublicUrl { get; init; } = "http://localhost:5080";
}
