using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Stores;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Gifts;

/// <summary>
/// Delivers what has become due, in its order and in short transactions. After a crash or on another node it goes on: an item is delivered in the
/// transaction that says so. What fails unexpectedly is tried again by itself, apart from the others, with growing pauses, and then left to people.
/// </summary>
public sealed class GiftDeliveryWork(LoyaltyDatabase database, GiftDelivery delivery, JobLeases leases, GroupCalendar calendar, TimeProvider clock) : BackgroundWork
{
    /// <summary>How often something is tried that fails for no reason of the business.</summary>
    public const int MostAttempts = 5;

    private const string Lease = "gift-delivery";
    private const int Chunk = 100;

    private static readonly TimeSpan leaseFor = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan[] pauses = [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2)];

    public override string Name => "Gift delivery";

    public override string Purpose => "Delivers delayed gifts at their time.";

    public override TimeSpan PollEvery => TimeSpan.FromSeconds(5);

    public override async Task<JobResult?> RunOnceAsync(CancellationToken cancel = default)
    {
        if ((await DueAsync(cancel)).Length == 0 || await leases.TryTakeAsync(Lease, leaseFor, cancel) is not { } lease)
        {
            return null;
        }

        var (delivered, failed) = (0, 0);
        try
        {
            for (var due = await DueAsync(cancel); due.Length > 0; due = await DueAsync(cancel))
            {
                var (good, bad) = await StepAsync(due, lease, cancel);
                (delivered, failed) = (delivered + good, failed + bad);
            }
        }
        finally
        {
            await leases.ReleaseAsync(lease, CancellationToken.None);
        }

        return JobResult.Of(delivered, string.Create(CultureInfo.InvariantCulture, $"gifts delivered{(failed > 0 ? $", {failed} could not be" : "")}."));
    }

    private async Task<long[]> DueAsync(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await using var db = await database.ReadAsync(cancel);

        return await db.GiftItems.Where(i => i.NextAt != null && i.NextAt <= now).OrderBy(i => i.NextAt).ThenBy(i => i.Id).Select(i => i.Id).Take(Chunk).ToArrayAsync(cancel);
    }

    private async Task<(int Delivered, int Failed)> StepAsync(long[] due, HeldLease lease, CancellationToken cancel)
    {
        try
        {
            return await DeliverAsync(due, lease, cancel);
        }
        catch (Exception exception) when (IsOfTheItems(exception))
        {
            // One of them spoils the chunk: each by itself, so that it holds up nobody else.
            var (delivered, failed) = (0, 0);
            foreach (var item in due)
            {
                try
                {
                    var (good, bad) = await DeliverAsync([item], lease, cancel);
                    (delivered, failed) = (delivered + good, failed + bad);
                }
                catch (Exception poison) when (IsOfTheItems(poison))
                {
                    await PostponeAsync(item, JobRuns.WithoutPersonalData(poison), lease, cancel);
                    failed++;
                }
            }

            return (delivered, failed);
        }
    }

    private static bool IsOfTheItems(Exception exception) => exception is not (OperationCanceledException or LeaseLostException or DatabaseUnavailableException);

    private Task<(int Delivered, int Failed)> DeliverAsync(long[] due, HeldLease lease, CancellationToken cancel) => database.WriteAsync(Actor.System, async db =>
    {
        await leases.DemandAsync(db, lease, cancel);
        var day = await calendar.TodayAsync(db, cancel);
        // Members before items, as everybody who changes both does; whoever was merged meanwhile comes with the next chunk.
        long[] members = [.. await db.GiftItems.Where(i => EF.Parameter(due).Contains(i.Id)).Select(i => i.MemberId).Distinct().ToListAsync(cancel)];
        await database.Provider.LockRowsAsync(db, "Members", members, cancel);
        await database.Provider.LockRowsAsync(db, "GiftItems", due, cancel);
        var items = await (from item in db.GiftItems
                           where EF.Parameter(due).Contains(item.Id) && item.Status == GiftItemStatus.Pending && item.NextAt <= day.Now && EF.Parameter(members).Contains(item.MemberId)
                           join grant in db.GiftGrants on item.GrantId equals grant.Id
                           join member in db.Members on item.MemberId equals member.Id
                           orderby item.NextAt, item.Id
                           select new { Item = item, grant.SourceName, grant.MiniProgramIds, grant.ActorName, member.Status }).AsNoTracking().ToListAsync(cancel);
        var (active, gone) = (items.Where(i => i.Status == MemberStatus.Active).ToList(), items.Where(i => i.Status == MemberStatus.Erased).Select(i => i.Item.Id).ToArray());
        long[] frozen = [.. items.Where(i => i.Status is not (MemberStatus.Active or MemberStatus.Erased)).Select(i => i.Item.Id)];
        var failed = frozen.Length == 0 ? 0 : await GiftDelivery.FailAsync(db, frozen, GiftItemStatus.Pending, "The member is frozen. Restore the member, then try again.", cancel);
        if (gone.Length > 0)
        {
            await GiftMoves.CancelAsync(db, db.GiftItems.Where(i => gone.Contains(i.Id)), "The member’s data was erased.", cancel);
        }

        var outcome = await delivery.DeliverAsync(db, [.. active.Select(i => new DueGift(i.Item.Id, i.Item.GrantId, i.Item.MemberId,
            new GiftLine(i.Item.Line, i.Item.Kind, i.Item.Points, i.Item.CouponId, i.Item.PackageId, i.Item.Quantity, i.Item.Validity, Values.DistributionRule.Instant), i.SourceName, i.MiniProgramIds))], day, cancel);
        foreach (var reason in outcome.Failed.GroupBy(failure => failure.Reason, failure => failure.ItemId))
        {
            failed += await GiftDelivery.FailAsync(db, [.. reason], GiftItemStatus.Pending, reason.Key, cancel);
        }

        long[] delivered = [.. active.Select(i => i.Item.Id).Except(outcome.Failed.Select(failure => failure.ItemId))];
        var marked = await db.GiftItems.Where(i => EF.Parameter(delivered).Contains(i.Id) && i.Status == GiftItemStatus.Pending).ExecuteUpdateAsync(set => set
            .SetProperty(i => i.Status, GiftItemStatus.Delivered).SetProperty(i => i.NextAt, (DateTimeOffset?)null).SetProperty(i => i.DeliveredAt, day.Now)
            .SetProperty(i => i.Attempts, i => i.Attempts + 1).SetProperty(i => i.Reason, (string?)null), cancel);

        return marked == delivered.Length ? (marked, failed) : throw new InvalidOperationException("A gift was delivered that was no longer waiting.");
    }, cancel);

    private Task PostponeAsync(long item, string why, HeldLease lease, CancellationToken cancel) => database.WriteAsync(Actor.System, async db =>
    {
        await leases.DemandAsync(db, lease, cancel);
        var attempts = await db.GiftItems.Where(i => i.Id == item).Select(i => i.Attempts).SingleAsync(cancel) + 1;
        DateTimeOffset? next = attempts < MostAttempts ? clock.GetUtcNow() + pauses[Math.Min(attempts, pauses.Length) - 1] : null;
        var status = next is null ? GiftItemStatus.Failed : GiftItemStatus.Pending;
        var reason = next is null ? $"It could not be delivered in {MostAttempts} attempts because of an error in the program ({why})." : $"An error in the program ({why}); tried again by itself.";
        await db.GiftItems.Where(i => i.Id == item && i.Status == GiftItemStatus.Pending).ExecuteUpdateAsync(set => set
            .SetProperty(i => i.Attempts, attempts).SetProperty(i => i.NextAt, next).SetProperty(i => i.Status, status).SetProperty(i => i.Reason, reason.Length <= 400 ? reason : reason.Substring(0, 400)), cancel);
    }, cancel);
}
