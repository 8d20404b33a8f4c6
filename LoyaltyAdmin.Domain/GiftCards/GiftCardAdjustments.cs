using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>Corrects a card's balance up or down for a stated reason; above the role's limit it waits for a second person.</summary>
public sealed class GiftCardAdjustments(LoyaltyDatabase database, Ledger.Ledger ledger, AccessControl access, GiftCardCatalog catalog, TimeProvider clock) : ApprovalHandler
{
    public override ApprovalKind Kind => ApprovalKind.GiftCardAdjustment;

    public override Permission ApproverNeeds => Permission.LedgerAdjustApprove;

    /// <summary>Adds (positive) or takes (negative) value. Major units.</summary>
    [Requires(Permission.LedgerAdjust)]
    public async Task<ValueDecision> AdjustAsync(Actor actor, long cardId, decimal change, string reason, string operationId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.LedgerAdjust, cancel: cancel);
        new FieldErrors().Text(nameof(reason), "Reason", reason, 1000, required: true).ThrowIfAny();
        await using var db = await database.ReadAsync(cancel);
        var card = await GiftCardQueries.Cards(db, grant).Where(x => x.Card.Id == cardId).Select(x => x.Card).FirstOrDefaultAsync(cancel) ?? throw new NotFoundException("The card");
        var currency = Currency.Of(card.Currency);
        new FieldErrors().Require(change != 0 && currency.Fits(change), nameof(change), $"The adjustment must not be 0 and has at most {currency.Digits} decimals.").ThrowIfAny();
        var operation = Operation.For(actor, operationId, "adjust", cardId, change);
        if (await Approvals.FindAsync(database, Kind, cardId, operation, cancel) is { } waiting)
        {
            return new ValueDecision(null, waiting);
        }

        if (grant.AdjustmentLimit is { } limit && Math.Abs(change) > limit && await ledger.FindAsync(operation, cancel) is null)
        {
            return new ValueDecision(null, await RequestAsync(operation, card, change, reason, cancel));
        }

        var posted = await ledger.PostAsync(await PostingAsync(card, operation, change, reason, cancel), cancel: cancel);

        return posted.Transaction.Refusal is { } refusal
            ? throw Refusals.Exception(refusal, posted.Transaction.BalanceAfter, card.Currency)
            : new ValueDecision(posted.Transaction.Id, ApprovalId: null);
    }

    public override async Task ExecuteAsync(LoyaltyDbContext db, Approval approval, Actor approver, CancellationToken cancel)
    {
        var card = await db.GiftCards.AsNoTracking().SingleAsync(c => c.Id == approval.SubjectId, cancel);
        var operation = Operation.For(approver, approval.OperationKey, "adjust", approval.SubjectId) with { Source = "approval" };
        await ledger.PostAsync(db, await PostingAsync(card, operation, approval.Amount ?? 0, $"{approval.Reason} (asked for by {approval.RequestedByName})", cancel), cancel);
    }

    private Task<long> RequestAsync(Operation operation, GiftCard card, decimal change, string reason, CancellationToken cancel) =>
        database.WriteAsync(operation.Actor, async db =>
        {
            await GiftCardQueries.HoldAsync(db, card.Id, cancel);

            return await Approvals.FindAsync(db, Kind, card.Id, operation, cancel) ?? (await Approvals.RequestAsync(db, new Approval
            {
                Kind = Kind,
                Subject = GiftCard.Mask(card.LastFour),
                SubjectId = card.Id,
                Amount = change,
                Currency = card.Currency,
                StoreId = card.StoreId,
                Request = Approvals.RequestText(operation, new { card.Id, change }),
                Reason = reason.Trim(),
                RequestedByKey = operation.Actor.Key,
                RequestedByName = operation.Actor.Name,
                RequestedAt = clock.GetUtcNow(),
            }, cancel)).Id;
        }, cancel);

    private async Task<Posting> PostingAsync(GiftCard card, Operation operation, decimal change, string reason, CancellationToken cancel)
    {
        var store = await catalog.StoreAsync(card.StoreId, cancel);
        var now = clock.GetUtcNow();
        var minor = Currency.Of(card.Currency).ToMinor(change);

        return new Posting
        {
            Operation = operation,
            Type = TransactionType.Adjustment,
            AccountKind = AccountKind.GiftCard,
            AccountId = card.AccountId,
            Currency = card.Currency,
            Amount = minor,
            House = [new HouseLeg(House.Adjustments, -minor)],
            HomeStoreId = card.StoreId,
            StoreId = card.StoreId,
            Channel = Channel.Pos,
            BusinessDay = store.Zone.DayOf(now),
            At = now,
            Reason = Inputs.Clean(reason),
        };
    }
}
