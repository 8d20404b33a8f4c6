using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>The arithmetic of a refund, shown before it is done. Major units.</summary>
/// <param name="Loaded">The value ever put on the card: face value and recharges.</param>
/// <param name="Paid">What was paid for it.</param>
/// <param name="Used">What was spent, less what was given back.</param>
/// <param name="EarlierRefunds">What was paid back before.</param>
/// <param name="DiscountShare">The part of the balance that was never paid for and is forfeited.</param>
/// <param name="Amount">What is paid back; the card closes.</param>
/// <param name="Refusal">Why the card cannot be refunded; null when it can.</param>
public sealed record RefundWorksheet(long CardId, string MaskedNumber, string Currency, GiftCardRefundPolicy Policy, decimal Loaded, decimal Paid, decimal Used, decimal EarlierRefunds, decimal Balance, decimal DiscountShare, decimal Amount, string? Refusal)
{
    internal long Sequence { get; init; }
    internal long AccountId { get; init; }
    internal long StoreId { get; init; }
}

/// <summary>What became of a request to refund or adjust: done, or waiting for a second person.</summary>
public sealed record ValueDecision(long? TransactionId, long? ApprovalId)
{
    public bool IsWaiting => ApprovalId is not null;
}

/// <summary>Refunds unused or partly used cards (2.5.4) by the policy they were sold under; fully redeemed cards are not refundable.</summary>
public sealed class GiftCardRefunds(LoyaltyDatabase database, Ledger.Ledger ledger, AccessControl access, GiftCardCatalog catalog, TimeProvider clock) : ApprovalHandler
{
    public override ApprovalKind Kind => ApprovalKind.GiftCardRefund;

    public override Permission ApproverNeeds => Permission.GiftCardsRefundApprove;

    /// <summary>What would be paid back now, with the arithmetic.</summary>
    [Requires(Permission.GiftCardsRefund)]
    public async Task<RefundWorksheet> WorksheetAsync(Actor actor, long cardId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsRefund, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await WorksheetAsync(db, GiftCardQueries.Cards(db, grant), cardId, cancel);
    }

    /// <summary>Pays the worksheet's amount back and closes the card; above the role's limit it waits for a second person.</summary>
    /// <param name="expectedAmount">The amount the operator saw: if the card moved meanwhile, nothing is refunded.</param>
    [Requires(Permission.GiftCardsRefund)]
    public async Task<ValueDecision> RefundAsync(Actor actor, long cardId, decimal expectedAmount, string reason, string operationId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsRefund, cancel: cancel);
        new FieldErrors().Text(nameof(reason), "Reason", reason, 1000, required: true).ThrowIfAny();
        var operation = Operation.For(actor, operationId, "refund", cardId, expectedAmount);
        if (await Approvals.FindAsync(database, Kind, cardId, operation, cancel) is { } waiting)
        {
            return new ValueDecision(null, waiting);
        }

        if (grant.RefundLimit is { } limit && expectedAmount > limit && await ledger.FindAsync(operation, cancel) is null)
        {
            return new ValueDecision(null, await RequestAsync(grant, operation, cardId, expectedAmount, reason, cancel));
        }

        // The worksheet is computed anew inside: it must still say what the operator saw, so the limit was held against the right amount.
        var posted = await ledger.OnceAsync(operation, async db => await PostAsync(db, operation, Refundable(await WorksheetAsync(db, GiftCardQueries.Cards(db, grant), cardId, cancel), expectedAmount), reason, cancel), cancel);

        return new ValueDecision(posted.Transaction.Id, ApprovalId: null);
    }

    public override async Task ExecuteAsync(LoyaltyDbContext db, Approval approval, Actor approver, CancellationToken cancel)
    {
        var system = await access.FindAsync(Actor.System, cancel);
        var worksheet = await WorksheetAsync(db, GiftCardQueries.Cards(db, system!), approval.SubjectId, cancel);
        var operation = Operation.For(approver, approval.OperationKey, "refund", approval.SubjectId) with { Source = "approval" };
        await PostAsync(db, operation, Refundable(worksheet, approval.Amount ?? 0), $"{approval.Reason} (asked for by {approval.RequestedByName})", cancel);
    }

    private Task<long> RequestAsync(Grant grant, Operation operation, long cardId, decimal amount, string reason, CancellationToken cancel) =>
        database.WriteAsync(operation.Actor, async db =>
        {
            // Of several requests about one card at once, each sees what the one before it filed.
            await GiftCardQueries.HoldAsync(db, cardId, cancel);
            if (await Approvals.FindAsync(db, Kind, cardId, operation, cancel) is { } earlier)
            {
                return earlier;
            }

            var worksheet = Refundable(await WorksheetAsync(db, GiftCardQueries.Cards(db, grant), cardId, cancel), amount);

            return (await Approvals.RequestAsync(db, new Approval
            {
                Kind = Kind,
                Subject = worksheet.MaskedNumber,
                SubjectId = cardId,
                Amount = worksheet.Amount,
                Currency = worksheet.Currency,
                StoreId = worksheet.StoreId,
                Request = Approvals.RequestText(operation, worksheet),
                Reason = reason.Trim(),
                RequestedByKey = operation.Actor.Key,
                RequestedByName = operation.Actor.Name,
                RequestedAt = clock.GetUtcNow(),
            }, cancel)).Id;
        }, cancel);

    private static RefundWorksheet Refundable(RefundWorksheet worksheet, decimal expected) => worksheet.Refusal is { } refusal
        ? throw new RuleViolationException("not_refundable", refusal)
        : worksheet.Amount == expected ? worksheet : throw new ConcurrentChangeException("The card");

    private async Task<RefundWorksheet> WorksheetAsync(LoyaltyDbContext db, IQueryable<CardAccount> visible, long cardId, CancellationToken cancel)
    {
        var found = await visible.AsNoTracking().FirstOrDefaultAsync(x => x.Card.Id == cardId, cancel) ?? throw new NotFoundException("The card");
        var (card, account) = (found.Card, found.Account);
        var currency = Currency.Of(card.Currency);
        var sums = await db.LedgerTransactions.Where(t => t.AccountId == account.Id && t.Refusal == null).GroupBy(t => t.Type).Select(g => new { g.Key, Sum = g.Sum(t => t.Amount) }).ToDictionaryAsync(g => g.Key, g => currency.ToMajor(g.Sum), cancel);
        var cashId = HouseAccount.Id(House.CashIn, card.Currency);
        var refunded = currency.ToMajor(await (from t in db.LedgerTransactions
                                               where t.AccountId == account.Id && t.Type == TransactionType.Refund && t.Refusal == null
                                               join e in db.LedgerEntries on t.Id equals e.TransactionId
                                               where e.AccountId == cashId
                                               select e.Amount).SumAsync(cancel));
        decimal Sum(TransactionType type) => sums.GetValueOrDefault(type);
        var recharged = Sum(TransactionType.Recharge);
        var paid = card.Paid + recharged;
        var loaded = card.FaceValue + recharged;
        var used = -(Sum(TransactionType.Consumption) + Sum(TransactionType.ConsumptionReversal));
        var balance = currency.ToMajor(account.Balance);
        var policy = (await catalog.RulesAsync(card.TermsId, cancel)).RefundPolicy;
        var amount = Amount(policy, currency, paid, loaded, used, refunded, balance);

        return new RefundWorksheet(card.Id, GiftCard.Mask(card.LastFour), card.Currency, policy, loaded, paid, used, refunded, balance, balance - amount, amount, Refusal(account, balance, amount))
        {
            Sequence = account.LastSequence,
            AccountId = account.Id,
            StoreId = card.StoreId,
        };
    }

    /// <summary>Never below zero, never above what was paid less earlier refunds, never above what is left on the card.</summary>
    internal static decimal Amount(GiftCardRefundPolicy policy, Currency currency, decimal paid, decimal loaded, decimal used, decimal refunded, decimal balance)
    {
        var share = policy == GiftCardRefundPolicy.ProRata ? (loaded == 0 ? 0 : currency.Round(balance * paid / loaded)) : paid - used - refunded;

        return Math.Max(0, Math.Min(share, Math.Min(balance, paid - refunded)));
    }

    private static string? Refusal(LedgerAccount account, decimal balance, decimal amount) => account.Status switch
    {
        AccountStatus.Blocked => "The card is frozen. Restore it before refunding.",
        AccountStatus.Closed => "The card was already refunded.",
        AccountStatus.Expired => "The card has expired. Extend its validity before refunding.",
        AccountStatus.Cancelled => "The card's import was rolled back.",
        _ when balance == 0 => "The card is fully redeemed. Fully redeemed cards are not refundable.",
        _ when amount == 0 => "Nothing that was paid for is left on the card: the rest is purchase discount.",
        _ => null,
    };

    private async Task<LedgerTransaction> PostAsync(LoyaltyDbContext db, Operation operation, RefundWorksheet worksheet, string reason, CancellationToken cancel)
    {
        var currency = Currency.Of(worksheet.Currency);
        var store = await catalog.StoreAsync(worksheet.StoreId, cancel);
        var now = clock.GetUtcNow();
        var (balance, back) = (currency.ToMinor(worksheet.Balance), currency.ToMinor(worksheet.Amount));

        return await ledger.PostAsync(db, new Posting
        {
            Operation = operation,
            Type = TransactionType.Refund,
            AccountKind = AccountKind.GiftCard,
            AccountId = worksheet.AccountId,
            Currency = worksheet.Currency,
            Amount = -balance,
            House = [new HouseLeg(House.CashIn, back), new HouseLeg(House.PromotionCost, balance - back)],
            HomeStoreId = worksheet.StoreId,
            StoreId = worksheet.StoreId,
            Channel = Channel.Pos,
            BusinessDay = store.Zone.DayOf(now),
            At = now,
            Reason = Inputs.Clean(reason),
            From = [AccountStatus.Open, AccountStatus.Pending],
            To = AccountStatus.Closed,
            OnlyWhileUsable = false,
            ExpectedSequence = worksheet.Sequence,
        }, cancel);
    }
}
