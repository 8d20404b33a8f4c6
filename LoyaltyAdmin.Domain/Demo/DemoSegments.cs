using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Tags;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Demo;

/// <summary>The segments and tags a newcomer finds: those of the documents' examples. Made once.</summary>
public sealed class DemoSegments(LoyaltyDatabase database, SegmentService segments, TagService tags, TagRecalculation recalculation, SegmentSnapshots snapshots)
{
    private static readonly (string Name, string Description, SegmentRule Rule)[] rules =
    [
        ("Beyond their usual gap", "8 or more days beyond the average gap between purchases.", SegmentRule.All(new LapsingCondition())),
        ("Nothing bought in 180 days", "Sleeping customers for a “We miss you” offer.", SegmentRule.All(new RecencyCondition(Comparison.AtLeast, 180))),
        ("Birthday this month", "Reached by e-mail.", SegmentRule.All(new BirthdayCondition(BirthdayWindow.ThisMonth), new ConsentCondition(ConsentChannel.Email, ConsentPurpose.Marketing))),
        ("Good customers", "Bought for 500 or more within a year.", SegmentRule.All(new PurchaseCondition(PurchaseFigure.Revenue, Comparison.AtLeast, 500, LastMonths: 12))),
    ];

    public async Task LoadAsync(CancellationToken cancel = default)
    {
        await using (var db = await database.ReadAsync(cancel))
        {
            if (await db.Segments.AnyAsync(cancel))
            {
                return;
            }
        }

        foreach (var (name, description, rule) in rules)
        {
            await segments.SaveAsync(Actor.System, new SegmentForm { Name = name, Description = description, Rule = rule }, cancel);
        }

        await segments.SaveAsync(Actor.System, new SegmentForm { Name = "Friends of the house", Description = "Invited by hand.", Kind = SegmentKind.Static }, cancel);
        await using (var db = await database.ReadAsync(cancel))
        {
            if (!await db.Tags.AnyAsync(t => t.Name == "VIP", cancel))
            {
                await tags.SaveAsync(Actor.System, new TagForm { Name = "VIP", Description = "Given by store managers.", Colour = "#a16207" }, cancel);
            }
        }

        await recalculation.RunAllAsync(cancel);
        await snapshots.TakeAllAsync(cancel);
    }
}
