namespace LoyaltyAdmin.Domain.Values;

/// <summary>Where a sale or payment happens: at a till (POS) or in an online store (ONLINE).</summary>
public enum Channel
{
    Pos = 1,
    Online = 2,
}

/// <summary>The channels something is offered through.</summary>
[Flags]
public enum Channels
{
    None = 0,
    Pos = 1,
    Online = 2,
    All = Pos | Online,
}

public static class ChannelNames
{
    public static bool Includes(this Channels channels, Channel channel) => ((int)channels & (int)channel) != 0;

    /// <summary>The document's word: POS or ONLINE.</summary>
    public static string Name(this Channel channel) => channel == Channel.Pos ? "POS" : "ONLINE";

    public static string Name(this Channels channels) => channels switch
    {
        Channels.All => "POS, ONLINE",
        Channels.Pos => "POS",
        Channels.Online => "ONLINE",
        _ => "None",
    };

    /// <summary>Reads POS or ONLINE, in any case; null for anything else.</summary>
    public static Channel? Parse(string? name) => name?.Trim().ToUpperInvariant() switch
    {
        "POS" => Channel.Pos,
        "ONLINE" => Channel.Online,
        _ => null,
    };
}
