using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Tags;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Domain.Demo;

/// <summary>The demo company's tags and segments, and their weekly recalculation.</summary>
internal sealed class DemoAudiences(IServiceProvider services, string planCode)
{
    private readonly LoyaltyDatabase database = services.GetRequiredService<LoyaltyDatabase>();
    private readonly SegmentService segments = services.GetRequiredService<SegmentService>();
    private readonly TagService tags = services.GetRequiredService<TagService>();
    private bool exist;

    /// <summary>What happens every week: tags follow their rules, segments are counted.</summary>
    public async Task WatchAsync(CancellationToken cancel)
    {
        if (!exist)
        {
            await CreateAsync(cancel);
            exist = true;
        }

        await services.GetRequiredService<TagRecalculation>().RunAllAsync(cancel);
        await services.GetRequiredService<SegmentSnapshots>().TakeAllAsync(cancel);
    }

    private async Task CreateAsync(CancellationToken cancel)
    {
        await services.GetRequiredService<BuiltInTags>().EnsureAsync(cancel);
        await using var db = await database.ReadAsync(cancel);
        var plan = await db.CardPlans.SingleAsync(p => p.Code == planCode, cancel);
        var gold = await db.CardTiers.SingleAsync(t => t.PlanId == plan.Id && t.Name == "Gold", cancel);
        await SegmentAsync(db, "Lapsing regulars", "Eight or more days beyond their usual gap: for the re-engagement journey.", SegmentRule.All(new LapsingCondition()), cancel);
        await SegmentAsync(db, "Gold and above", "For invitations to tastings.", SegmentRule.All(new CardCondition(plan.Id, gold.Id, AndAbove: true)), cancel);
        await SegmentAsync(db, "No purchase in 180 days", "“We miss you” offers.", SegmentRule.All(new RecencyCondition(Comparison.AtLeast, 180)), cancel);
        await SegmentAsync(db, "Birthday this month", null, SegmentRule.All(new BirthdayCondition(BirthdayWindow.ThisMonth)), cancel);
        await SegmentAsync(db, "Reachable by e-mail", "Agreed to marketing by e-mail.", SegmentRule.All(new ConsentCondition(ConsentChannel.Email, ConsentPurpose.Marketing)), cancel);
        await SegmentAsync(db, "Good customers", "Bought for 500 or more within a year.", SegmentRule.All(new PurchaseCondition(PurchaseFigure.Revenue, Comparison.AtLeast, 500, LastMonths: 12)), cancel);
        await ListAsync(db, "Friends of the house", cancel);
        await TagAsync(db, "VIP", "Chosen by the store managers.", "#b7791f", members => members.Where(m => db.LoyaltyCards.Any(c => c.MemberId == m.Id && c.TierId == gold.Id)).Take(15), cancel);
        await TagAsync(db, "Coffee club", "Comes to the Thursday tastings.", "#0f766e", members => members.Where(m => m.Id % 11 == 0), cancel);
    }

    private async Task ListAsync(LoyaltyDbContext db, string name, CancellationToken cancel)
    {
        if (!await db.Segments.AnyAsync(s => s.Name == name, cancel))
        {
            var id = await segments.SaveAsync(Actor.System, new SegmentForm { Name = name, Description = "Invited by hand.", Kind = SegmentKind.Static }, cancel);
            var numbers = await db.Members.Where(m => m.Id % 23 == 0).Select(m => m.Number).ToListAsync(cancel);
            await services.GetRequiredService<SegmentLists>().AddAsync(Actor.System, id, numbers, cancel);
        }
    }

    private async Task SegmentAsync(LoyaltyDbContext db, string name, string? description, SegmentRule rule, CancellationToken cancel)
    {
        if (!await db.Segments.AnyAsync(s => s.Name == name, cancel))
        {
            await segments.SaveAsync(Actor.System, new SegmentForm { Name = name, Description = description, Kind = SegmentKind.Rule, Rule = rule }, cancel);
        }
    }

    private async Task TagAsync(LoyaltyDbContext db, string name, string description, string colour, Func<IQueryable<Member>, IQueryable<Member>> whom, CancellationToken cancel)
    {
        if (!await db.Tags.AnyAsync(t => t.Name == name, cancel))
        {
            var id = await tags.SaveAsync(Actor.System, new TagForm { Name = name, Description = description, Kind = TagKind.Manual, Colour = colour }, cancel);
            var members = await whom(db.Members.OrderBy(m => m.Id)).Select(m => m.Id).ToListAsync(cancel);
            await services.GetRequiredService<TagAssignment>().AssignAsync(Actor.System, id, members, reason: "Chosen in the store", cancel: cancel);
        }
    }
}
