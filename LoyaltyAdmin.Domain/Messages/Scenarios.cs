using System.Collections.Immutable;
using LoyaltyAdmin.Domain.Members;

namespace LoyaltyAdmin.Domain.Messages;

/// <summary>Something a template may name, with what a preview shows for it.</summary>
public sealed record MessageVariable(string Name, string Explanation, string Sample);

/// <summary>A scenario as the product knows it: what it asks of the member and the text it has before anybody writes one.</summary>
public sealed record Scenario(MessageScenario Id, string Title, string Explanation, ConsentPurpose Purpose, bool IsTransactional, string Subject, string Text, IReadOnlyList<MessageVariable> Variables)
{
    /// <summary>Whether it is on until somebody decides.</summary>
    public bool StartsOn { get; init; } = true;
}

/// <summary>Every scenario. Whether one is transactional is the product's decision, not a setting: consent cannot be configured away.</summary>
public static class Scenarios
{
    /// <summary>Every template may name these.</summary>
    public static readonly IReadOnlyList<MessageVariable> Common =
    [
        new("name", "The member's name", "Ada Lovelace"),
        new("number", "The member's number", "100200300400"),
        new("company", "The company's name", "Demo Retail Group"),
        new(MessageRendering.PortalLink, "Opens the member's own page; /coupons, /points and the like after it open that page at once", "https://loyalty.example.com/my/m/AbC123"),
    ];

    public static readonly IReadOnlyList<Scenario> All =
    [
        new(MessageScenario.CouponArrival, "Coupon Arrival Notification", "A coupon or coupon package was issued to the member.", ConsentPurpose.Marketing, false,
            "A coupon for you: {{coupon}}", "You have received {{coupon}}.{{#if validUntil}} It is valid until {{validUntil}}.{{/if}}",
            [new("coupon", "The coupon's name", "10 off your next purchase"), new("quantity", "How many", "1"), new("validUntil", "The last day it can be used", "31 Dec 2026"), new("source", "What it was given for", "Welcome gift")]),
        new(MessageScenario.PointsEarned, "Points earned", "A purchase or gift gave points.", ConsentPurpose.LoyaltyNotification, false,
            "You earned {{points}} points", "You earned {{points}} points.{{#if balance}} Your balance is {{balance}}.{{/if}}",
            [new("points", "The points earned", "120"), new("balance", "The balance afterwards", "1,480"), new("reason", "What for", "Purchase at Fifth Avenue")]),
        new(MessageScenario.PointsExpiring, "Points expiring", "Points are about to expire.", ConsentPurpose.LoyaltyNotification, false,
            "{{points}} points expire on {{expiresOn}}", "{{points}} of your points expire on {{expiresOn}}. Use them before.",
            [new("points", "The points that expire", "300"), new("expiresOn", "The last day they can be used", "31 Dec 2026"), new("balance", "The balance now", "1,480")]),
        new(MessageScenario.TopUp, "Top-up", "The wallet was topped up: a receipt.", ConsentPurpose.LoyaltyNotification, true,
            "Your top-up of {{amount}}", "Thank you: {{amount}} were added to your wallet{{#if bonus}} with a bonus of {{bonus}}{{/if}}.{{#if balance}} Your balance is {{balance}}.{{/if}}",
            [new("amount", "The amount paid in", "USD 100.00"), new("bonus", "The bonus on top", "USD 10.00"), new("balance", "The balance afterwards", "USD 210.00"), new("store", "Where", "Fifth Avenue")]),
        new(MessageScenario.GiftCard, "Gift card", "The member bought a gift card, or one it bought was recharged: a receipt.", ConsentPurpose.LoyaltyNotification, true,
            "Your gift card over {{amount}}", "{{#if recharged}}{{recharged}} were added to your gift card ending in {{cardEnding}}.{{else}}Thank you for buying a gift card over {{amount}}, ending in {{cardEnding}}.{{/if}}{{#if validUntil}} It is valid until {{validUntil}}.{{/if}}",
            [new("amount", "The card's value", "USD 50.00"), new("recharged", "What was added, if it is about a recharge", ""), new("cardEnding", "The last four digits", "4821"), new("plan", "The gift card's name", "Festive card"), new("validUntil", "The last day of its validity", "31 Dec 2031"), new("store", "Where it was bought", "Fifth Avenue")]),
        new(MessageScenario.TierChange, "Tier change", "The member's card reached another tier.", ConsentPurpose.LoyaltyNotification, false,
            "You are now {{tier}}", "Your {{plan}} card is now {{tier}}{{#if previousTier}}, after {{previousTier}}{{/if}}.",
            [new("tier", "The new tier", "Gold"), new("previousTier", "The tier before", "Silver"), new("plan", "The card plan", "Loyalty Club")]),
        new(MessageScenario.Verification, "Verification", "A one-time code the member asked for.", ConsentPurpose.LoyaltyNotification, true,
            "Your code", "Your code is {{code}}. It is valid for {{minutes}} minutes. Never tell it to anybody.",
            [new("code", "The one-time code; never kept in the log", "482913"), new("minutes", "How long it is valid", "10")]),
        new(MessageScenario.WalletPayment, "Wallet payment", "Something was paid with the wallet: a receipt.", ConsentPurpose.LoyaltyNotification, true,
            "You paid {{amount}} with your wallet", "{{amount}} were paid with your wallet{{#if store}} at {{store}}{{/if}}.{{#if balance}} Your balance is {{balance}}.{{/if}}",
            [new("amount", "The amount paid", "USD 12.40"), new("balance", "The balance afterwards", "USD 197.60"), new("store", "Where", "Fifth Avenue"), new("order", "The order or receipt number", "R-1042")]) { StartsOn = false },
    ];

    /// <summary>The channels messages can take, in the order the documents try them (settled decision 8), the mini program after push.</summary>
    public static readonly IReadOnlyList<ConsentChannel> Channels = [ConsentChannel.Email, ConsentChannel.Push, ConsentChannel.MiniProgram, ConsentChannel.Sms];

    public static ImmutableArray<ScenarioChannel> DefaultChannels { get; } = [.. Channels.Select(channel => new ScenarioChannel(channel, IsOn: true))];

    public static Scenario Of(MessageScenario id) => All[(int)id];

    /// <summary>The name of a channel as pages show it.</summary>
    public static string Name(this ConsentChannel channel) => channel switch
    {
        ConsentChannel.Email => "E-mail",
        ConsentChannel.Sms => "SMS",
        ConsentChannel.Push => "Push",
        ConsentChannel.MiniProgram => "Mini program",
        _ => channel.ToString(),
    };

    /// <summary>The text used until somebody writes one.</summary>
    public static MessageText BuiltIn(MessageScenario id, ConsentChannel channel)
    {
        var scenario = Of(id);

        return channel switch
        {
            ConsentChannel.Email => new MessageText(scenario.Subject, $"<h1>{scenario.Subject}</h1>\n<p>{{{{#if name}}}}Hello {{{{name}}}},{{{{else}}}}Hello,{{{{/if}}}}</p>\n<p>{scenario.Text}</p>"),
            ConsentChannel.Push => new MessageText(scenario.Subject, scenario.Text),
            ConsentChannel.MiniProgram => new MessageText(null, $"thing1: {scenario.Subject}\nthing2: {scenario.Text}"),
            _ => new MessageText(null, "{{company}}: " + scenario.Text),
        };
    }
}

/// <summary>A subject (e-mail, push) and a body, as templates or as rendered.</summary>
public sealed record MessageText(string? Subject, string Body);
