using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Gifts;

/// <summary>
/// Begins campaigns at their time and gives to their audiences in chunks of members, each in one short transaction; goes on after a restart where it
/// stopped. Limits are kept by the same statement that counts, stock ends a campaign before it ends in failures.
/// </summary>
public sealed class GiftCampaignWork(LoyaltyDatabase database, GiftGranting granting, Audiences audiences, JobLeases leases, GroupCalendar calendar, TimeProvider clock) : BackgroundWork
{
    /// <summary>Members per transaction.</summary>
    public const int Chunk = 100;

    private const string Lease = "gift-campaigns";

    private static readonly TimeSpan leaseFor = TimeSpan.FromMinutes(2);

    public override string Name => "Gift campaigns";

    public override string Purpose => "Gives the gifts of running campaigns to their audiences, and begins scheduled ones at their time.";

    public override async Task<JobResult?> RunOnceAsync(CancellationToken cancel = default)
    {
        if (await NextAsync(cancel) is not { } next || await leases.TryTakeAsync(Lease, leaseFor, cancel) is not { } lease)
        {
            return null;
        }

        try
        {
            while (await StepAsync(next.Id, lease, cancel))
            {
            }
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or LeaseLostException or DatabaseUnavailableException))
        {
            await EndAsync(next.Id, exception is RuleViolationException ? exception.Message : $"An error in the program stopped it ({JobRuns.WithoutPersonalData(exception)}).", cancel);
        }
        finally
        {
            await leases.ReleaseAsync(lease, CancellationToken.None);
        }

        return $"Campaign {next.Code} gave to its audience.";
    }

    /// <summary>Holds the campaign until the transaction ends; changes nothing.</summary>
    internal static Task<int> HoldAsync(LoyaltyDbContext db, long id, CancellationToken cancel) =>
        db.GiftCampaigns.Where(c => c.Id == id).ExecuteUpdateAsync(set => set.SetProperty(c => c.LastMemberId, c => c.LastMemberId), cancel);

    private async Task<(long Id, string Code)?> NextAsync(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await using var db = await database.ReadAsync(cancel);
        var next = await db.GiftCampaigns.Where(c => c.Status == GiftCampaignStatus.Running || (c.Status == GiftCampaignStatus.Scheduled && c.StartAt <= now))
            .OrderBy(c => c.Id).Select(c => new { c.Id, c.Code }).FirstOrDefaultAsync(cancel);

        return next is null ? null : (next.Id, next.Code);
    }

    // One chunk in one transaction: the gifts, what is due of them, the counts and how far it is. False: nothing more to do.
    private Task<bool> StepAsync(long id, HeldLease lease, CancellationToken cancel) => database.WriteAsync(Actor.System, async db =>
    {
        await leases.DemandAsync(db, lease, cancel);
        await HoldAsync(db, id, cancel);
        var campaign = await db.GiftCampaigns.FirstAsync(c => c.Id == id, cancel);
        var day = await calendar.TodayAsync(db, cancel);
        if (campaign.Status == GiftCampaignStatus.Scheduled && campaign.StartAt <= day.Now)
        {
            await DemandReadyAsync(db, campaign, day, cancel);
            campaign.Begin(day.Now);
            await db.SaveChangesAsync(cancel);
        }

        if (campaign.Status != GiftCampaignStatus.Running)
        {
            return false;
        }

        db.Actor = Actor.Of(campaign.ActorKey!, campaign.ActorName!);
        var after = campaign.LastMemberId;
        var members = await (await audiences.MembersAsync(db, campaign.Audience, cancel))
            .Where(m => m.Id > after && !db.GiftGrants.Any(g => g.SourceKind == GiftSourceKind.Campaign && g.SourceId == id && g.MemberId == m.Id))
            .OrderBy(m => m.Id).Select(m => m.Id).Take(Chunk).ToListAsync(cancel);
        if (members.Count == 0)
        {
            campaign.Finish(day.Now);

            return false;
        }

        var (room, why) = await RoomAsync(db, campaign, members.Count, cancel);
        if (room == 0)
        {
            campaign.Stop(why!, day.Now);

            return false;
        }

        var granted = await granting.GrantAsync(db, [.. members.Take(room)], new GiftOrder
        {
            SourceKind = GiftSourceKind.Campaign,
            SourceId = id,
            SourceName = campaign.Name,
            Gift = campaign.Gift,
            MiniProgramIds = campaign.MiniProgramIds,
        }, cancel);
        await CountAsync(db, campaign, granted.Members.Count, members[room - 1], cancel);
        if (granted.StockUsedUp)
        {
            campaign.Stop((await GiftChecks.RoomAsync(db, campaign.Gift, 1, cancel)).Why ?? "The stock of a coupon is used up.", day.Now);
        }

        return !granted.StockUsedUp;
    }, cancel);

    // Whatever was read before, this statement decides: it counts only while the campaign runs and its limits hold.
    private static async Task CountAsync(LoyaltyDbContext db, GiftCampaign campaign, int members, long last, CancellationToken cancel)
    {
        var (id, points) = (campaign.Id, campaign.Gift.Points * members);
        var counted = await db.GiftCampaigns
            .Where(c => c.Id == id && c.Status == GiftCampaignStatus.Running && (c.MemberLimit == null || c.Granted + members <= c.MemberLimit) && (c.PointsBudget == null || c.PointsGranted + points <= c.PointsBudget))
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.Granted, c => c.Granted + members).SetProperty(c => c.PointsGranted, c => c.PointsGranted + points).SetProperty(c => c.LastMemberId, last), cancel);
        if (counted != 1)
        {
            throw new RuleViolationException("limit_reached", "The campaign’s limits changed while it gave. Start it again.");
        }
    }

    private static async Task<(int Room, string? Why)> RoomAsync(LoyaltyDbContext db, GiftCampaign campaign, int wanted, CancellationToken cancel)
    {
        var (room, why) = await GiftChecks.RoomAsync(db, campaign.Gift, wanted, cancel);
        if (campaign.MemberLimit is { } limit && limit - campaign.Granted < room)
        {
            (room, why) = (limit - campaign.Granted, $"The limit of {limit.ToString("N0", CultureInfo.InvariantCulture)} members is reached.");
        }

        if (campaign.PointsBudget is { } budget && campaign.Gift.Points > 0 && (budget - campaign.PointsGranted) / campaign.Gift.Points < room)
        {
            (room, why) = ((int)((budget - campaign.PointsGranted) / campaign.Gift.Points), $"The budget of {GiftSpec.PointsInWords(budget)} is used up.");
        }

        return (Math.Max(0, room), why);
    }

    // What was fine when it was scheduled may have changed since.
    private static async Task DemandReadyAsync(LoyaltyDbContext db, GiftCampaign campaign, GroupDay day, CancellationToken cancel)
    {
        var errors = (await GiftChecks.CheckAsync(db, campaign.Gift, new FieldErrors(), nameof(campaign.Gift), day, goesLive: true, cancel)).All;
        if (errors.Count > 0)
        {
            throw new RuleViolationException("not_ready", string.Join(" ", errors.Select(error => error.Message)));
        }
    }

    private Task EndAsync(long id, string why, CancellationToken cancel) => database.WriteAsync(Actor.System, async db =>
    {
        var campaign = await db.GiftCampaigns.FirstAsync(c => c.Id == id, cancel);
        if (campaign.Status is GiftCampaignStatus.Running or GiftCampaignStatus.Scheduled)
        {
            campaign.Fail(why.Length <= 400 ? why : why[..400], clock.GetUtcNow());
        }
    }, cancel);
}
