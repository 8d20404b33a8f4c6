using System.Collections.Immutable;
using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Gifts;

/// <summary>One line of the Gifts page.</summary>
/// <param name="GiftText">The gift in words.</param>
public sealed record GiftCampaignRow(
    long Id, string Code, string Name, AudienceScope Audience, GiftSpec Gift, GiftCampaignStatus Status, DateTimeOffset? StartAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, string? StopReason,
    int? MemberLimit, decimal? PointsBudget, bool CancelsPending, int Granted, decimal PointsGranted, DateTimeOffset CreatedAt, string GiftText = "");

/// <summary>How far the things of a campaign's gifts are.</summary>
public sealed record GiftFigures(int Pending, int Delivered, int Failed, int Cancelled);

/// <summary>Gift campaigns from first draft to archive (Membership Marketing > Marketing > Gifts).</summary>
public sealed class GiftCampaigns(LoyaltyDatabase database, AccessControl access, GroupCalendar calendar, GiftCampaignWork work)
{
    private const int SaveAttempts = 10;

    private static readonly SortColumns<GiftCampaign> sorts = new SortColumns<GiftCampaign>(campaign => campaign.Id).By("Name", campaign => campaign.Name).By("Granted", campaign => campaign.Granted);

    /// <summary>One page, newest first by default; archived campaigns only when asked for.</summary>
    [Requires(Permission.GiftsRead)]
    public async Task<Page<GiftCampaignRow>> ListAsync(Actor actor, string? name, GiftCampaignStatus? status, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.GiftsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var found = await Filtered(db, name, status).ToPageAsync(page, sorts, Row, cancel);
        var names = await GiftNames.LoadAsync(db, [.. found.Rows.Select(row => row.Gift)], cancel);

        return found with { Rows = [.. found.Rows.Select(row => row with { GiftText = names.Of(row.Gift) })] };
    }

    [Requires(Permission.GiftsRead)]
    public async Task<BoundedCount> CountAsync(Actor actor, string? name, GiftCampaignStatus? status, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.GiftsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await Filtered(db, name, status).BoundedCountAsync(cancel: cancel);
    }

    /// <summary>One campaign with its gift in words.</summary>
    [Requires(Permission.GiftsRead)]
    public async Task<GiftCampaignRow> FindAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.GiftsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var row = await db.GiftCampaigns.Where(c => c.Id == id).Select(Row).FirstOrDefaultAsync(cancel) ?? throw new NotFoundException("The gift campaign");

        return row with { GiftText = (await GiftNames.LoadAsync(db, [row.Gift], cancel)).Of(row.Gift) };
    }

    /// <summary>How far the things of its gifts are.</summary>
    [Requires(Permission.GiftsRead)]
    public async Task<GiftFigures> FiguresAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.GiftsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var counts = await (from grant in db.GiftGrants
                            where grant.SourceKind == GiftSourceKind.Campaign && grant.SourceId == id
                            join item in db.GiftItems on grant.Id equals item.GrantId
                            group item by item.Status into same
                            select new { same.Key, Count = same.Count() }).ToDictionaryAsync(same => same.Key, same => same.Count, cancel);

        return new GiftFigures(counts.GetValueOrDefault(GiftItemStatus.Pending), counts.GetValueOrDefault(GiftItemStatus.Delivered), counts.GetValueOrDefault(GiftItemStatus.Failed), counts.GetValueOrDefault(GiftItemStatus.Cancelled));
    }

    /// <summary>The campaign as an edited copy.</summary>
    [Requires(Permission.GiftsRead)]
    public async Task<GiftCampaignForm> GetAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.GiftsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return GiftCampaignForm.Of(await LoadAsync(db, id, cancel), (await calendar.TodayAsync(db, cancel)).Zone);
    }

    /// <summary>Who changed the campaign, when, before and after; newest first.</summary>
    [Requires(Permission.GiftsRead)]
    public async Task<Page<HistoryEntry>> HistoryAsync(Actor actor, long id, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.GiftsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await db.HistoryOfAsync<GiftCampaign>(id, page, cancel);
    }

    /// <summary>
    /// Saves a new or edited campaign and, unless as draft, starts it: at once or at its time. A stopped campaign keeps its gift and audience and goes on
    /// with the others. The same form sent again is the same campaign.
    /// </summary>
    [Requires(Permission.GiftsManage)]
    public async Task<long> SaveAsync(Actor actor, GiftCampaignForm form, bool asDraft = false, CancellationToken cancel = default)
    {
        await DemandAsync(actor, cancel);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var id = await database.WriteAsync(form.Id is null ? actor with { CorrelationId = form.OperationId } : actor, db => SaveAsync(db, actor, form, asDraft, cancel), cancel);
                work.Wake();

                return id;
            }
            catch (Exception exception) when (database.Provider.IsUniqueViolation(exception) && attempt < SaveAttempts)
            {
                // Two new campaigns at once wanted the same number.
            }
        }
    }

    /// <summary>Duplicates a campaign with all its configuration under a new name, as a draft.</summary>
    [Requires(Permission.GiftsManage)]
    public async Task<long> CopyAsync(Actor actor, long id, string name, string operationId, CancellationToken cancel = default)
    {
        await DemandAsync(actor, cancel);
        var copied = await GetAsync(actor, id, cancel);

        return await SaveAsync(actor, new GiftCampaignForm
        {
            OperationId = operationId,
            Name = name,
            Audience = copied.Audience,
            Gift = copied.Gift,
            MemberLimit = copied.MemberLimit,
            PointsBudget = copied.PointsBudget,
            CancelsPending = copied.CancelsPending,
            MiniPrograms = copied.MiniPrograms,
        }, asDraft: true, cancel);
    }

    /// <summary>Starts a draft, or lets a stopped campaign go on.</summary>
    [Requires(Permission.GiftsManage)]
    public async Task StartAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await DemandAsync(actor, cancel);
        await database.WriteAsync(actor, async db =>
        {
            var campaign = await LoadAsync(db, id, cancel);
            var day = await calendar.TodayAsync(db, cancel);
            var errors = await GiftChecks.CheckAsync(db, campaign.Gift, GiftCampaignForm.Of(campaign, day.Zone).Validate(goesLive: true), nameof(campaign.Gift), day, goesLive: true, cancel);
            if (errors.All.Count > 0)
            {
                // There is no form whose fields could say it.
                throw new RuleViolationException("not_ready", string.Join(" ", errors.All.Select(error => error.Message)));
            }

            campaign.Start(null, day.Now, actor);
        }, cancel);
        work.Wake();
    }

    /// <summary>Gives to nobody further; once this returns, nobody gets it. What was granted still comes.</summary>
    [Requires(Permission.GiftsManage)]
    public Task StopAsync(Actor actor, long id, CancellationToken cancel = default) =>
        ChangeAsync(actor, id, (campaign, now) => campaign.Stop($"Stopped by {actor.Name}.", now), cancel);

    /// <summary>Back to a draft before its time.</summary>
    [Requires(Permission.GiftsManage)]
    public Task UnscheduleAsync(Actor actor, long id, CancellationToken cancel = default) => ChangeAsync(actor, id, (campaign, _) => campaign.Unschedule(), cancel);

    /// <summary>Takes a campaign off the list for good; what was not delivered is cancelled if the campaign says so.</summary>
    /// <returns>How many things will not come.</returns>
    [Requires(Permission.GiftsManage)]
    public async Task<int> ArchiveAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await DemandAsync(actor, cancel);

        return await database.WriteAsync(actor, async db =>
        {
            var campaign = await LoadAsync(db, id, cancel);
            campaign.Archive();

            return campaign.CancelsPending ? await GiftGranting.CancelPendingAsync(db, GiftSourceKind.Campaign, id, $"The campaign “{campaign.Name}” was archived.", cancel) : 0;
        }, cancel);
    }

    private async Task ChangeAsync(Actor actor, long id, Action<GiftCampaign, DateTimeOffset> change, CancellationToken cancel)
    {
        await DemandAsync(actor, cancel);
        await database.WriteAsync(actor, async db =>
        {
            // Held first, so that what the campaign's work does at this moment is over: afterwards it sees the change.
            await GiftCampaignWork.HoldAsync(db, id, cancel);
            change(await LoadAsync(db, id, cancel), (await calendar.TodayAsync(db, cancel)).Now);
        }, cancel);
    }

    // Campaigns give to members of all stores.
    private async Task DemandAsync(Actor actor, CancellationToken cancel)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftsManage, cancel: cancel);
        if (grant.Stores.Kind != StoreScopeKind.All)
        {
            throw new RuleViolationException("all_stores_needed", "Only staff of all stores give to an audience.");
        }
    }

    private async Task<long> SaveAsync(LoyaltyDbContext db, Actor actor, GiftCampaignForm form, bool asDraft, CancellationToken cancel)
    {
        var next = (await db.GiftCampaigns.MaxAsync(c => (long?)c.Id, cancel) ?? 0) + 1;
        if (form.Id is null && await db.AuditEntries.Where(e => e.Action == "GiftCampaign.Create" && e.ActorKey == actor.Key && e.CorrelationId == form.OperationId).Select(e => e.EntityId).FirstOrDefaultAsync(cancel) is { } made)
        {
            return long.Parse(made, CultureInfo.InvariantCulture);
        }

        var day = await calendar.TodayAsync(db, cancel);
        DateTimeOffset? at = form is { IsScheduled: true, StartAt: { } clock } ? ValidityRule.Instant(clock, day.Zone) : null;
        (await GiftChecks.CheckAsync(db, form.Gift, form.Validate(goesLive: !asDraft), nameof(form.Gift), day, goesLive: !asDraft, cancel))
            .Require(asDraft || at is null || at > day.Now, nameof(form.StartAt), "This time has passed already.")
            .Require(await db.MiniPrograms.CountAsync(p => form.MiniPrograms.Contains(p.Id), cancel) == form.MiniPrograms.Distinct().Count(), nameof(form.MiniPrograms), "One of the mini programs does not exist any more. Choose again.")
            .ThrowIfAny();
        var campaign = form.Id is { } id ? await EditedAsync(db, id, form, asDraft, cancel) : db.GiftCampaigns.Add(new GiftCampaign
        {
            Code = $"GF-{next:D4}",
            Name = form.Name.Trim(),
            Audience = form.Audience,
            Gift = form.Gift,
            CancelsPending = form.CancelsPending,
            MiniProgramIds = [.. form.MiniPrograms],
            CreatedAt = day.Now,
        }).Entity;
        (campaign.Name, campaign.Audience, campaign.Gift, campaign.MemberLimit, campaign.PointsBudget) = (form.Name.Trim(), form.Audience, form.Gift, form.MemberLimit, form.PointsBudget);
        (campaign.CancelsPending, campaign.MiniProgramIds) = (form.CancelsPending, [.. form.MiniPrograms]);
        if (!asDraft)
        {
            campaign.Start(at, day.Now, actor);
        }

        await db.SaveChangesAsync(cancel);

        return campaign.Id;
    }

    private static async Task<GiftCampaign> EditedAsync(LoyaltyDbContext db, long id, GiftCampaignForm form, bool asDraft, CancellationToken cancel)
    {
        var campaign = await LoadAsync(db, id, cancel);
        if (campaign.Version != form.Version)
        {
            throw new ConcurrentChangeException("The gift campaign");
        }

        if (!campaign.IsOpen && campaign.Status != GiftCampaignStatus.Stopped)
        {
            throw new RuleViolationException("immutable", "A campaign that has run keeps its configuration. Copy it instead.");
        }

        var hasGiven = campaign.Status == GiftCampaignStatus.Stopped;
        new FieldErrors()
            .Require(!hasGiven || campaign.Gift.Equals(form.Gift), nameof(form.Gift), "What some members got already stays as it is. Copy the campaign to give something else.")
            .Require(!hasGiven || campaign.Audience.Equals(form.Audience), nameof(form.Audience), "The audience of a campaign that has given stays as it is. Copy the campaign to choose another.")
            .Require(form.MemberLimit is not { } limit || limit >= campaign.Granted, nameof(form.MemberLimit), $"{campaign.Granted.ToString("N0", CultureInfo.InvariantCulture)} members have it already: the limit cannot be lower.")
            .Require(form.PointsBudget is not { } budget || budget >= campaign.PointsGranted, nameof(form.PointsBudget), $"{GiftSpec.PointsInWords(campaign.PointsGranted)} were given already: the budget cannot be lower.")
            .ThrowIfAny();
        if (asDraft && campaign.Status == GiftCampaignStatus.Scheduled)
        {
            campaign.Unschedule();
        }

        return campaign;
    }

    private static readonly System.Linq.Expressions.Expression<Func<GiftCampaign, GiftCampaignRow>> Row = c => new GiftCampaignRow(
        c.Id, c.Code, c.Name, c.Audience, c.Gift, c.Status, c.StartAt, c.StartedAt, c.EndedAt, c.StopReason, c.MemberLimit, c.PointsBudget, c.CancelsPending, c.Granted, c.PointsGranted, c.CreatedAt, "");

    private static IQueryable<GiftCampaign> Filtered(LoyaltyDbContext db, string? name, GiftCampaignStatus? status)
    {
        var text = Inputs.Clean(name)?.ToLowerInvariant();

        return db.GiftCampaigns.Where(c => text == null || c.Name.ToLower().Contains(text) || c.Code.ToLower().Contains(text))
            .Where(c => status == null ? c.Status != GiftCampaignStatus.Archived : c.Status == status);
    }

    private static async Task<GiftCampaign> LoadAsync(LoyaltyDbContext db, long id, CancellationToken cancel) =>
        await db.GiftCampaigns.FirstOrDefaultAsync(c => c.Id == id, cancel) ?? throw new NotFoundException("The gift campaign");
}
