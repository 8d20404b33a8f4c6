using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Cards;

/// <summary>What a card operation made of the card, for answers and messages.</summary>
public sealed record IssuedCard(long Id, string Number, string PlanCode, string Plan, string Tier, LoyaltyCardStatus Status, DateTimeOffset? ValidUntil);

/// <summary>Members' cards: issued, frozen, restored, extended and cancelled. Reading them is <see cref="MemberCardReader"/>.</summary>
public sealed class LoyaltyCards(LoyaltyDatabase database, AccessControl access, CardIssuing issuing, TierCalculation tiers, GroupCalendar calendar, Receipts receipts)
{
    /// <summary>Issues the card of a plan to a member, under a number of its own or a printed one. Asked again, answers the same card.</summary>
    /// <param name="actor">Who issues.</param>
    /// <param name="memberNumber">The member.</param>
    /// <param name="planCode">The plan.</param>
    /// <param name="number">Printed on the card; null: a number is made.</param>
    /// <param name="storeCode">Where it is handed out; null: the member's home store.</param>
    /// <param name="operation">The request: sent again it gets the same answer, whatever happened since.</param>
    /// <param name="cancel">Ends the work.</param>
    [Requires(Permission.MembersEdit, ApiScope.MembersWrite)]
    public async Task<IssuedCard> IssueAsync(Actor actor, string memberNumber, string planCode, string? number = null, string? storeCode = null, Operation? operation = null, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersEdit, ApiScope.MembersWrite, cancel);
        number = Inputs.Clean(number);
        new FieldErrors()
            .Require(number is null || (number.Length is >= 4 and <= 30 && number.All(char.IsAsciiLetterOrDigit)), nameof(number), "A card number has 4 to 30 letters and digits.")
            .Require(!PaymentCards.Contains(number), nameof(number), "This looks like a payment card number. Never enter payment cards here.")
            .ThrowIfAny();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await database.WriteAsync(actor, db => operation is null
                    ? IssueAsync(db, grant, memberNumber, planCode, number, storeCode, cancel)
                    : receipts.OnceAsync(db, operation, () => IssueAsync(db, grant, memberNumber, planCode, number, storeCode, cancel), cancel), cancel);
            }
            catch (Exception exception) when (attempt < 3 && database.Provider.IsUniqueViolation(exception))
            {
                // Issued by another call at the same moment: that one is the card, or its number is taken now.
            }
        }
    }

    /// <summary>Stops a lost or misused card; its tier is not lost.</summary>
    [Requires(Permission.MembersEdit)]
    public Task FreezeAsync(Actor actor, long cardId, string reason, CancellationToken cancel = default) =>
        ChangeAsync(actor, cardId, reason, (_, card) => To(card, LoyaltyCardStatus.Frozen, LoyaltyCardStatus.Active), cancel);

    [Requires(Permission.MembersEdit)]
    public Task RestoreAsync(Actor actor, long cardId, string reason, CancellationToken cancel = default) =>
        ChangeAsync(actor, cardId, reason, (_, card) => To(card, LoyaltyCardStatus.Active, LoyaltyCardStatus.Frozen), cancel);

    /// <summary>Gives the card up. Issuing it again starts from the first tier.</summary>
    [Requires(Permission.MembersEdit)]
    public Task CancelAsync(Actor actor, long cardId, string reason, CancellationToken cancel = default) =>
        ChangeAsync(actor, cardId, reason, (_, card) => To(card, LoyaltyCardStatus.Cancelled, LoyaltyCardStatus.Active, LoyaltyCardStatus.Frozen, LoyaltyCardStatus.Expired), cancel);

    /// <summary>
    /// Adds a period to a card of relative validity, from today or its present last day, whichever is later (domain rules, Benefits 7). An expired card is valid again.
    /// </summary>
    /// <param name="actor">Who extends.</param>
    /// <param name="cardId">The card.</param>
    /// <param name="by">How much longer.</param>
    /// <param name="seenUntil">The end the caller saw: pressed twice, the second press finds another one and extends nothing.</param>
    /// <param name="reason">Kept in the audit trail.</param>
    /// <param name="cancel">Ends the work.</param>
    [Requires(Permission.MembersEdit)]
    public async Task ExtendAsync(Actor actor, long cardId, ValidityPeriod by, DateTimeOffset seenUntil, string reason, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.MembersEdit, cancel: cancel);
        new FieldErrors().Require(by.Unit != ValidityUnit.None && by.Count is >= 1 and <= 1000, nameof(by), "Extend by 1 to 1,000 days, months or years.").ThrowIfAny();
        await ChangeAsync(actor, cardId, reason, (day, card) =>
        {
            if (card.ValidUntil != seenUntil)
            {
                throw card.ValidUntil is null ? new RuleViolationException("permanent", "This card is valid permanently and needs no extension.") : new ConcurrentChangeException("The card");
            }

            Extend(card, by, day);
        }, cancel);
    }

    /// <summary>Extends within a caller's write, for benefits that extend cards.</summary>
    internal static void Extend(LoyaltyCard card, ValidityPeriod by, GroupDay day)
    {
        if (card.ValidUntil is not { } until || card.Status is LoyaltyCardStatus.Cancelled)
        {
            throw new RuleViolationException("not_extendable", "Only cards of relative validity that were not cancelled can be extended.");
        }

        var last = day.Zone.DayOf(until.AddTicks(-1));
        card.ValidUntil = by.EndFor(day.Zone.StartOf(last > day.Today ? last : day.Today), day.Zone);
        card.Status = card.Status == LoyaltyCardStatus.Expired ? LoyaltyCardStatus.Active : card.Status;
    }

    /// <summary>The card, where its member exists for the caller.</summary>
    internal static async Task<LoyaltyCard> FindAsync(LoyaltyDbContext db, Grant grant, long cardId, CancellationToken cancel) =>
        await db.LoyaltyCards.FirstOrDefaultAsync(card => card.Id == cardId && MemberQueries.Members(db, grant, null).Any(member => member.Id == card.MemberId), cancel) ?? throw new NotFoundException("The card");

    private async Task<IssuedCard> IssueAsync(LoyaltyDbContext db, Grant grant, string memberNumber, string planCode, string? number, string? storeCode, CancellationToken cancel)
    {
        var member = await MemberQueries.Members(db, grant).FirstOrDefaultAsync(m => m.Number == memberNumber, cancel) ?? throw new NotFoundException("The member");
        if (member.Status != MemberStatus.Active)
        {
            throw new RuleViolationException("member_not_active", "Cards are issued to active members only.");
        }

        var code = planCode.Trim().ToUpperInvariant();
        var plan = await db.CardPlans.FirstOrDefaultAsync(p => p.Code == code, cancel) ?? throw new RuleViolationException("unknown_plan", $"There is no card plan with the code “{planCode}”.") { Field = nameof(planCode) };
        var store = member.HomeStoreId;
        if (Inputs.Clean(storeCode) is { } named)
        {
            store = await db.Stores.Where(s => s.Code == named).Select(s => (long?)s.Id).FirstOrDefaultAsync(cancel) ?? throw new RuleViolationException("unknown_store", $"There is no store with the code “{named}”.") { Field = nameof(storeCode) };
            grant.DemandStore(store.Value, "The store");
        }

        var card = await issuing.IssueAsync(db, member, plan, number, store, cancel);
        // Bought something earlier today already.
        await tiers.RecalculateCardsAsync(db, [card.Id], TierChangeReason.Purchase, cancel);
        var tier = await db.LoyaltyCards.Where(c => c.Id == card.Id).Join(db.CardTiers, c => c.TierId, t => t.Id, (_, t) => t.Name).FirstAsync(cancel);

        return new IssuedCard(card.Id, card.Number, plan.Code, plan.Name, tier, card.Status, card.ValidUntil);
    }

    private static void To(LoyaltyCard card, LoyaltyCardStatus status, params ReadOnlySpan<LoyaltyCardStatus> from)
    {
        if (!from.Contains(card.Status))
        {
            throw new RuleViolationException("wrong_status", $"The card is {card.Status.ToString().ToLowerInvariant()}.");
        }

        card.Status = status;
    }

    private async Task ChangeAsync(Actor actor, long cardId, string reason, Action<GroupDay, LoyaltyCard> change, CancellationToken cancel)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersEdit, cancel: cancel);
        new FieldErrors().Text(nameof(reason), "Reason", reason, 1000, required: true).ThrowIfAny();
        await database.WriteAsync(actor, async db =>
        {
            var card = await FindAsync(db, grant, cardId, cancel);
            change(await calendar.TodayAsync(db, cancel), card);
            db.AuditEntries.Add(new Audit.AuditEntry(actor, (await calendar.TodayAsync(db, cancel)).Now, "LoyaltyCard.Reason")
            {
                EntityType = nameof(LoyaltyCard),
                EntityId = cardId.ToString(System.Globalization.CultureInfo.InvariantCulture),
                Subject = card.Number,
                Reason = reason.Trim(),
            });
        }, cancel);
    }
}
