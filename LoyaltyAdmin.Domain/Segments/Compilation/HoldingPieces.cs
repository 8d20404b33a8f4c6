using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Segments.Compilation;

/// <summary>Conditions on what the member holds: cards, tags, consents, other segments, balances.</summary>
internal static class HoldingPieces
{
    public static Piece Of(CardCondition condition, RuleContext context)
    {
        var (db, plan, now) = (context.Db, condition.PlanId, context.Day.Now);
        var cards = db.LoyaltyCards.Where(c => c.PlanId == plan && c.Status == LoyaltyCardStatus.Active && (c.ValidUntil == null || c.ValidUntil > now));
        cards = condition switch
        {
            { TierId: { } tier, AndAbove: true } => cards.Where(c => db.CardTiers.Any(t => t.Id == c.TierId && db.CardTiers.Any(from => from.Id == tier && from.PlanId == t.PlanId && from.Rank <= t.Rank))),
            { TierId: { } tier } => cards.Where(c => c.TierId == tier),
            _ => cards,
        };

        return Piece.In(cards.Select(c => c.MemberId), condition.Not);
    }

    public static Piece Of(TagCondition condition, RuleContext context)
    {
        var tag = condition.TagId;

        return Piece.In(context.Db.MemberTags.Where(t => t.TagId == tag).Select(t => t.MemberId), condition.Not);
    }

    public static Piece Of(ConsentCondition condition, RuleContext context)
    {
        var (channel, purpose) = (condition.Channel, condition.Purpose);

        return Piece.In(context.Db.MemberConsents.Where(c => c.Channel == channel && c.Purpose == purpose && c.Status == ConsentStatus.Granted).Select(c => c.MemberId), condition.Not);
    }

    public static Piece Static(long segmentId, RuleContext context) =>
        Piece.In(context.Db.SegmentMembers.Where(m => m.SegmentId == segmentId).Select(m => m.MemberId));

    /// <summary>Members whose balance fails are found where a member with nothing would pass, so that nobody needs a row to count as zero.</summary>
    public static Piece Of(BalanceCondition condition, RuleContext context) => condition.Of == BalanceKind.GiftCards ? OfGiftCards(condition, context) : OfAccounts(condition, context);

    /// <summary>The member's account of points or the wallet in the group's currency.</summary>
    internal static IQueryable<LedgerAccount> Accounts(BalanceKind of, RuleContext context)
    {
        var (kind, currency) = of == BalanceKind.Points ? (AccountKind.Points, Currency.Points.Code) : (AccountKind.Wallet, context.Day.Currency);

        return context.Db.LedgerAccounts.Where(a => a.Kind == kind && a.Currency == currency && a.MemberId != null);
    }

    private static Piece OfAccounts(BalanceCondition condition, RuleContext context)
    {
        var minor = condition.Amount * (condition.Of == BalanceKind.Points ? Currency.Points : Currency.Of(context.Day.Currency)).MinorPerMajor;
        var (low, high) = ((long)Math.Ceiling(minor), (long)Math.Floor(minor));
        var accounts = Accounts(condition.Of, context);
        var not = condition.Comparison.Holds(0, condition.Amount);
        var found = (condition.Comparison, not) switch
        {
            (Comparison.AtLeast, false) => accounts.Where(a => a.Balance >= low),
            (Comparison.AtLeast, true) => accounts.Where(a => a.Balance < low),
            (Comparison.AtMost, false) => accounts.Where(a => a.Balance <= high),
            (Comparison.AtMost, true) => accounts.Where(a => a.Balance > high),
            (_, true) => accounts.Where(a => a.Balance != low),
            _ => low == high ? accounts.Where(a => a.Balance == low) : accounts.Where(_ => false),
        };

        return Piece.In(found.Select(a => a.MemberId!.Value), not);
    }

    private static Piece OfGiftCards(BalanceCondition condition, RuleContext context)
    {
        var (db, currency, now) = (context.Db, context.Day.Currency, context.Day.Now);
        var minor = condition.Amount * Currency.Of(currency).MinorPerMajor;
        var (low, high) = ((long)Math.Ceiling(minor), (long)Math.Floor(minor));
        var held = db.GiftCards.Where(c => c.Currency == currency && c.BuyerPhone != null)
            .Where(c => c.ImportId == null || db.ImportJobs.Any(job => job.Id == c.ImportId && (job.Status == ImportStatus.Committed || job.Status == ImportStatus.RollingBack)))
            .Join(db.LedgerAccounts.Where(a => a.Status == AccountStatus.Open && (a.UsableUntil == null || a.UsableUntil > now)), c => c.AccountId, a => a.Id, (c, a) => new { c.BuyerPhone, a.Balance })
            .GroupBy(c => c.BuyerPhone!);
        var not = condition.Comparison.Holds(0, condition.Amount);
        var phones = (condition.Comparison, not) switch
        {
            (Comparison.AtLeast, false) => held.Where(g => g.Sum(c => c.Balance) >= low).Select(g => g.Key),
            (Comparison.AtLeast, true) => held.Where(g => g.Sum(c => c.Balance) < low).Select(g => g.Key),
            (Comparison.AtMost, false) => held.Where(g => g.Sum(c => c.Balance) <= high).Select(g => g.Key),
            (Comparison.AtMost, true) => held.Where(g => g.Sum(c => c.Balance) > high).Select(g => g.Key),
            (_, true) => held.Where(g => g.Sum(c => c.Balance) != low).Select(g => g.Key),
            _ => low == high ? held.Where(g => g.Sum(c => c.Balance) == low).Select(g => g.Key) : held.Where(_ => false).Select(g => g.Key),
        };

        return Piece.In(db.Members.Where(m => m.Phone != null && phones.Contains(m.Phone)).Select(m => m.Id), not);
    }
}
