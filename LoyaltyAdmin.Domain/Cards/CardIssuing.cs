using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Cards;

/// <summary>Makes cards within a caller's write: one that is asked for, and those new members get by themselves.</summary>
public sealed class CardIssuing(LoyaltyDatabase database, GroupCalendar calendar)
{
    private static readonly BulkColumn[] cardColumns =
    [
        new("MemberId", BulkType.Long), new("PlanId", BulkType.Long), new("Number", BulkType.Text), new("TierId", BulkType.Long), new("EarnedTierId", BulkType.Long),
        new("TierSince", BulkType.Day), new("PeriodStart", BulkType.Day), new("PeriodEnd", BulkType.Day), new("Status", BulkType.Text), new("IssuedAt", BulkType.Instant),
        new("IssuedOn", BulkType.Day), new("IssuedStoreId", BulkType.Long), new("ValidUntil", BulkType.Instant), new("Version", BulkType.Guid),
    ];

    private static readonly BulkColumn[] changeColumns =
    [
        new("CardId", BulkType.Long), new("MemberId", BulkType.Long), new("ToTierId", BulkType.Long), new("Reason", BulkType.Text), new("ActorName", BulkType.Text), new("At", BulkType.Instant),
    ];

    /// <summary>
    /// Gives new members the card of every active plan that is issued on registration, in sets; who has one already keeps it. Call it after the
    /// members are saved.
    /// </summary>
    /// <returns>How many cards were made.</returns>
    public async Task<int> OnRegistrationAsync(LoyaltyDbContext db, IReadOnlyCollection<long> memberIds, CancellationToken cancel = default)
    {
        var plans = await db.CardPlans.AsNoTracking().Where(plan => plan.IsIssuedOnRegistration && plan.Status == CardPlanStatus.Active).ToListAsync(cancel);
        if (plans.Count == 0 || memberIds.Count == 0)
        {
            return 0;
        }

        await db.SaveChangesAsync(cancel);
        var day = await calendar.TodayAsync(db, cancel);
        var issued = 0;
        foreach (var plan in plans)
        {
            var tier = await FirstTierAsync(db, plan.Id, cancel);
            foreach (var batch in memberIds.Distinct().Chunk(1000))
            {
                var holders = (await db.LoyaltyCards.Where(card => card.PlanId == plan.Id && batch.Contains(card.MemberId)).Select(card => card.MemberId).ToListAsync(cancel)).ToHashSet();
                var stores = await db.Members.Where(member => batch.Contains(member.Id)).Select(member => new { member.Id, member.HomeStoreId }).ToDictionaryAsync(member => member.Id, member => member.HomeStoreId, cancel);
                long[] members = [.. batch.Where(member => stores.ContainsKey(member) && !holders.Contains(member))];
                if (members.Length == 0)
                {
                    continue;
                }

                var ids = await database.Provider.Bulk.InsertReturningIdsAsync(db, "LoyaltyCards", cardColumns, [.. members.Select(member => new object?[]
                {
                    member, plan.Id, MemberNumbers.NewCard(), tier, tier, day.Today, day.Today, day.Today.AddMonths(plan.PeriodMonths), nameof(LoyaltyCardStatus.Active), day.Now,
                    day.Today, stores[member], plan.Validity.EndFor(day.Now, day.Zone), Guid.CreateVersion7(day.Now),
                })], cancel);
                await database.Provider.Bulk.InsertAsync(db, "TierChanges", changeColumns,
                    [.. members.Select((member, i) => new object?[] { ids[i], member, tier, nameof(TierChangeReason.Issued), db.Actor.Name, day.Now })], cancel);
                issued += members.Length;
            }
        }

        return issued;
    }

    /// <summary>
    /// The member's card of the plan: a new one, or the one there is. An expired or cancelled card comes back under its number with a new validity and period.
    /// </summary>
    /// <exception cref="RuleViolationException">The plan issues no cards, the number is taken or differs from the member's card.</exception>
    internal async Task<LoyaltyCard> IssueAsync(LoyaltyDbContext db, Member member, CardPlan plan, string? number, long? storeId, CancellationToken cancel)
    {
        var existing = await db.LoyaltyCards.FirstOrDefaultAsync(card => card.MemberId == member.Id && card.PlanId == plan.Id, cancel);
        if (existing is not null && number is not null && existing.Number != number)
        {
            throw new RuleViolationException("card_exists", "The member has a card of this plan already, with another number. A member holds one card per plan.");
        }

        if (existing is { Status: LoyaltyCardStatus.Active or LoyaltyCardStatus.Frozen })
        {
            return existing;
        }

        if (plan.Status != CardPlanStatus.Active)
        {
            throw new RuleViolationException("plan_inactive", $"The card plan “{plan.Name}” is inactive: it issues no new cards.");
        }

        var day = await calendar.TodayAsync(db, cancel);
        var tier = await FirstTierAsync(db, plan.Id, cancel);
        if (existing is not null)
        {
            var before = existing.TierId;
            (existing.Status, existing.ValidUntil) = (LoyaltyCardStatus.Active, plan.Validity.EndFor(day.Now, day.Zone));
            (existing.TierId, existing.EarnedTierId, existing.TierSince) = (tier, tier, day.Today);
            (existing.PeriodStart, existing.PeriodEnd) = (day.Today, day.Today.AddMonths(plan.PeriodMonths));
            db.TierChanges.Add(new TierChange { CardId = existing.Id, MemberId = member.Id, FromTierId = before, ToTierId = tier, Reason = TierChangeReason.Issued, ActorName = db.Actor.Name, At = day.Now });

            return existing;
        }

        if (number is not null && await db.LoyaltyCards.AnyAsync(card => card.Number == number, cancel))
        {
            throw new RuleViolationException("card_number_taken", "Another card has this number.") { Field = "Number" };
        }

        var card = db.LoyaltyCards.Add(new LoyaltyCard
        {
            MemberId = member.Id,
            PlanId = plan.Id,
            Number = number ?? MemberNumbers.NewCard(),
            TierId = tier,
            EarnedTierId = tier,
            TierSince = day.Today,
            PeriodStart = day.Today,
            PeriodEnd = day.Today.AddMonths(plan.PeriodMonths),
            IssuedAt = day.Now,
            IssuedOn = day.Today,
            IssuedStoreId = storeId,
            ValidUntil = plan.Validity.EndFor(day.Now, day.Zone),
        }).Entity;
        await db.SaveChangesAsync(cancel);
        db.TierChanges.Add(new TierChange { CardId = card.Id, MemberId = member.Id, ToTierId = tier, Reason = TierChangeReason.Issued, ActorName = db.Actor.Name, At = day.Now });

        return card;
    }

    private static Task<long> FirstTierAsync(LoyaltyDbContext db, long planId, CancellationToken cancel) =>
        db.CardTiers.Where(tier => tier.PlanId == planId).OrderBy(tier => tier.Rank).Select(tier => tier.Id).FirstAsync(cancel);
}
