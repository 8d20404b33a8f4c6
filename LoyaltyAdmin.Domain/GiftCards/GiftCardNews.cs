using System.Globalization;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>Who is told about a gift card: its buyer, where that is a member. The card's number never goes into a message.</summary>
internal static class GiftCardNews
{
    /// <summary>The member with the buyer's e-mail or phone.</summary>
    public static async Task<long?> BuyerAsync(LoyaltyDbContext db, string? buyerEmail, string? phone, CancellationToken cancel)
    {
        var email = buyerEmail?.ToLowerInvariant();

        return email is null && phone is null
            ? null
            : await db.Members.Where(m => m.Status == MemberStatus.Active && ((email != null && m.Email == email) || (phone != null && m.Phone == phone))).OrderBy(m => m.Id).Select(m => (long?)m.Id).FirstOrDefaultAsync(cancel);
    }

    /// <summary>The receipt of a recharge; null where nobody is known.</summary>
    public static async Task<PostingNews?> RechargedAsync(LoyaltyDbContext db, long cardId, Currency currency, long minor, string store, CancellationToken cancel)
    {
        var card = await db.GiftCards.Where(c => c.Id == cardId).Select(c => new { c.BuyerEmail, c.BuyerPhone, c.LastFour, Plan = db.GiftCardPlans.Where(p => p.Id == c.PlanId).Select(p => p.Name).First() }).SingleAsync(cancel);

        return await BuyerAsync(db, card.BuyerEmail, card.BuyerPhone, cancel) is not { } memberId ? null : new PostingNews(MessageScenario.GiftCard, memberId, row => new Dictionary<string, string?>
        {
            ["amount"] = Text(currency, row.BalanceAfter),
            ["recharged"] = Text(currency, minor),
            ["cardEnding"] = card.LastFour,
            ["plan"] = card.Plan,
            ["store"] = store,
        });
    }

    private static string Text(Currency currency, long minor) => currency.Format(currency.ToMajor(minor), CultureInfo.InvariantCulture);
}
