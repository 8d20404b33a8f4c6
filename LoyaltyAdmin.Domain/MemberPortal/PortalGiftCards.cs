using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.MemberPortal;

/// <summary>A gift card the member bought. Major units; the number stays masked: it is money to whoever reads it.</summary>
public sealed record PortalGiftCard(long Id, string MaskedNumber, string Plan, string Currency, decimal FaceValue, decimal Balance, GiftCardStatus Status, DateOnly SoldOn, DateTimeOffset? UsableUntil, string Store);

/// <summary>A gift card with what happened to it.</summary>
public sealed record PortalGiftCardDetail(PortalGiftCard Card, IReadOnlyList<PortalMovement> Movements);

/// <summary>
/// The gift cards a member bought: those sold to the phone number or e-mail address that the member has proved to be the own one. An address nobody
/// proved shows nothing: typing somebody's number into a profile must not open that person's cards.
/// </summary>
public sealed class PortalGiftCards(LoyaltyDatabase database, AccessControl access)
{
    private const int Most = 50;

    [Requires(ActorKind.Member)]
    public async Task<IReadOnlyList<PortalGiftCard>> ListAsync(Actor actor, CancellationToken cancel = default)
    {
        var member = await access.DemandMemberAsync(actor, cancel);
        await using var db = await database.ReadAsync(cancel);

        return await OfAsync(db, member.MemberId, cancel);
    }

    [Requires(ActorKind.Member)]
    public async Task<PortalGiftCardDetail> DetailAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        var member = await access.DemandMemberAsync(actor, cancel);
        await using var db = await database.ReadAsync(cancel);
        var card = (await OfAsync(db, member.MemberId, cancel, id)).FirstOrDefault() ?? throw new NotFoundException("The gift card");
        var accountId = await db.GiftCards.Where(c => c.Id == id).Select(c => c.AccountId).FirstAsync(cancel);
        var currency = Currency.Of(card.Currency);
        var moved = await db.LedgerTransactions.Where(t => t.AccountId == accountId && t.Refusal == null && t.Amount != 0).OrderByDescending(t => t.Id).Take(PortalBalances.MostMovements)
            .Select(t => new { t.At, t.Type, t.Amount, t.BalanceAfter, Store = db.Stores.Where(s => s.Id == t.StoreId).Select(s => s.Name).FirstOrDefault(), t.OrderNumber }).ToListAsync(cancel);

        return new PortalGiftCardDetail(card, moved.ConvertAll(t => new PortalMovement(t.At, t.Type, currency.ToMajor(t.Amount), currency.ToMajor(t.BalanceAfter), card.Currency, t.Store ?? "", t.OrderNumber)));
    }

    internal static async Task<IReadOnlyList<PortalGiftCard>> OfAsync(LoyaltyDbContext db, long memberId, CancellationToken cancel, long? onlyId = null)
    {
        var proved = await db.Members.Where(m => m.Id == memberId).Select(m => new { Phone = m.PhoneVerifiedAt == null ? null : m.Phone, Email = m.EmailVerifiedAt == null ? null : m.Email }).FirstOrDefaultAsync(cancel);
        if (proved is null or { Phone: null, Email: null })
        {
            return [];
        }

        // Every store's: the member bought them, wherever that was.
        var everything = new Grant(Actor.System, new HashSet<Permission>(), new HashSet<ApiScope>(), StoreScope.All);
#pragma warning disable RCS1155 // Compared by the database.
        var cards = await GiftCardQueries.Cards(db, everything)
            .Where(c => (proved.Phone != null && c.Card.BuyerPhone == proved.Phone) || (proved.Email != null && c.Card.BuyerEmail != null && c.Card.BuyerEmail.ToLower() == proved.Email))
            .Where(c => onlyId == null || c.Card.Id == onlyId)
            .OrderByDescending(c => c.Card.Id).Take(Most)
            .Select(c => new { c.Card.Id, c.Card.LastFour, c.Card.Currency, c.Card.FaceValue, c.Card.SoldOn, c.Account.Balance, c.Account.Status, c.Account.UsableUntil, Plan = db.GiftCardPlans.Where(p => p.Id == c.Card.PlanId).Select(p => p.Name).First(), Store = db.Stores.Where(s => s.Id == c.Card.StoreId).Select(s => s.Name).First() }).ToListAsync(cancel);
#pragma warning restore RCS1155

        return cards.ConvertAll(c => new PortalGiftCard(c.Id, GiftCard.Mask(c.LastFour), c.Plan, c.Currency, c.FaceValue, Currency.Of(c.Currency).ToMajor(c.Balance), GiftCardStatuses.Of(c.Status, c.Balance), c.SoldOn, c.UsableUntil, c.Store));
    }
}
