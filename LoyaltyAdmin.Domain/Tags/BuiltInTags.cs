using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Tags;

/// <summary>The tags of the document “Automating Customer Re-engagement with Loyalty Tags and Notifications”: made at start where they are missing.</summary>
public sealed class BuiltInTags(LoyaltyDatabase database, TimeProvider clock)
{
    public const string PosRevenue = "posRevenueWithinLast6Month";
    public const string Revenue = "revenueWithinLast6Month";
    public const string InformAboutBonusSystem = "informAboutBonusSystem";

    /// <summary>Each tag with its rule.</summary>
    public static IReadOnlyList<(string Name, string Description, string Colour, SegmentRule Rule)> All { get; } =
    [
        (PosRevenue, "Active in-store shoppers: bought at a till within the last six calendar months, net of refunds.", "#0f766e", SegmentRule.All(RevenueIn(Channel.Pos))),
        (Revenue, "Active shoppers: bought in any channel within the last six calendar months, net of refunds.", "#1d4ed8", SegmentRule.All(RevenueIn(channel: null))),
        (InformAboutBonusSystem, "Agreed to news of the bonus system (loyaltyNotification) by at least one channel of messages.", "#7c3aed",
            SegmentRule.Any([.. new[] { ConsentChannel.Email, ConsentChannel.Sms, ConsentChannel.Push, ConsentChannel.MiniProgram }.Select(channel => new ConsentCondition(channel, ConsentPurpose.LoyaltyNotification))])),
    ];

    /// <summary>Makes the missing ones and gives those of an earlier edition today's rule. One of the same name that people made stays as it is.</summary>
    public async Task EnsureAsync(CancellationToken cancel = default)
    {
        var names = All.Select(tag => tag.Name).ToArray();
        await using (var db = await database.ReadAsync(cancel))
        {
            var stored = await db.Tags.Where(t => names.Contains(t.Name)).ToListAsync(cancel);
            if (All.All(tag => stored.Exists(t => t.Name == tag.Name && (!t.IsBuiltIn || Json.Same(t.Rule, tag.Rule)))))
            {
                return;
            }
        }

        await database.WriteAsync(Actor.System, async db =>
        {
            var stored = await db.Tags.Where(t => names.Contains(t.Name)).ToListAsync(cancel);
            foreach (var (name, description, colour, rule) in All)
            {
                if (stored.Find(t => t.Name == name) is not { } tag)
                {
                    db.Tags.Add(new Tag { Name = name, Description = description, Colour = colour, Kind = TagKind.Computed, Rule = rule, IsBuiltIn = true, CreatedAt = clock.GetUtcNow() });
                }
                else if (tag.IsBuiltIn && !Json.Same(tag.Rule, rule))
                {
                    tag.Rule = rule;
                }
            }
        }, cancel);
    }

    // A purchase day has a net revenue above zero, in whatever currency it was paid: a shopper abroad is an active one too, and amounts of different
    // currencies are never summed to find out.
    private static PurchaseCondition RevenueIn(Channel? channel) => new(PurchaseFigure.PurchaseDays, Comparison.AtLeast, 1, channel, LastMonths: 6);
}
