using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Gifts;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Members;

/// <summary>
/// Erases a person (GDPR): personal data is gone for good, in the member, its duplicates, its gift cards' buyer fields, consent evidence and uploaded
/// rows. Orders, ledger and consent events keep summing and proving under the bare number (ADR-011).
/// </summary>
public sealed class MemberErasure(LoyaltyDatabase database, AccessControl access, WebhookOutbox webhooks, GroupCalendar calendar)
{
    /// <param name="number">The member's number, typed once more: this cannot be taken back.</param>
    [Requires(Permission.MembersErase)]
    public async Task EraseAsync(Actor actor, long id, string number, string reason, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersErase, cancel: cancel);
        new FieldErrors().Text(nameof(reason), "Reason", reason, 1000, required: true).ThrowIfAny();
        await database.WriteAsync(actor, async db =>
        {
            var member = await MemberQueries.Members(db, grant).FirstOrDefaultAsync(m => m.Id == id, cancel) ?? throw new NotFoundException("The member");
            if (member.Status == MemberStatus.Erased)
            {
                throw new RuleViolationException("member_erased", "The member's data was erased already.");
            }

            if (member.Number != number?.Trim())
            {
                throw new RuleViolationException("number_differs", "Type the member's number exactly: this cannot be taken back.") { Field = nameof(number) };
            }

            var now = (await calendar.TodayAsync(db, cancel)).Now;
            var ids = await db.Members.Where(m => m.Id == id || m.MergedIntoId == id).Select(m => m.Id).ToArrayAsync(cancel);
            await ClearBuyersAsync(db, member.Phone, member.Email, cancel);
            await db.MemberAttributes.Where(a => ids.Contains(a.MemberId)).ExecuteDeleteAsync(cancel);
            await db.ConsentEvidence.Where(e => ids.Contains(e.MemberId)).ExecuteDeleteAsync(cancel);
            await db.AcceptanceEvidence.Where(e => ids.Contains(e.MemberId)).ExecuteDeleteAsync(cancel);
            await MemberPortal.PortalStandings.ForgetAsync(db, ids, cancel);
            await db.MemberConsents.Where(c => ids.Contains(c.MemberId)).ExecuteDeleteAsync(cancel);
            await db.MemberTags.Where(t => ids.Contains(t.MemberId)).ExecuteDeleteAsync(cancel);
            await db.SegmentMembers.Where(s => ids.Contains(s.MemberId)).ExecuteDeleteAsync(cancel);
            await CouponMoves.VoidAsync(db, ids, now, cancel);
            await GiftMoves.CancelAsync(db, db.GiftItems.Where(i => ids.Contains(i.MemberId)), "The member’s data was erased.", cancel);
            await db.LoyaltyCards.Where(c => ids.Contains(c.MemberId)).ExecuteUpdateAsync(set => set.SetProperty(c => c.Status, LoyaltyCardStatus.Cancelled), cancel);
            await db.ImportRows.Where(r => r.CreatedId != null && ids.Contains(r.CreatedId.Value) && db.ImportJobs.Any(j => j.Id == r.ImportId && (j.Kind == Imports.ImportKind.Members || j.Kind == Imports.ImportKind.Consents))).ExecuteDeleteAsync(cancel);
            await db.MemberDevices.Where(d => ids.Contains(d.MemberId)).ExecuteDeleteAsync(cancel);
            await db.Messages.Where(m => ids.Contains(m.MemberId)).ExecuteUpdateAsync(set => set
                .SetProperty(m => m.Variables, "{}").SetProperty(m => m.SealedVariables, (byte[]?)null).SetProperty(m => m.Subject, (string?)null).SetProperty(m => m.Body, (string?)null).SetProperty(m => m.MaskedTo, (string?)null), cancel);
            await db.Messages.Where(m => ids.Contains(m.MemberId) && m.NextAt != null).ExecuteUpdateAsync(set => set
                .SetProperty(m => m.Status, MessageStatus.Cancelled).SetProperty(m => m.NextAt, (DateTimeOffset?)null).SetProperty(m => m.Claim, (Guid?)null).SetProperty(m => m.Error, "The member's data was erased."), cancel);
            Clear(member);
            member.Status = MemberStatus.Erased;
            member.Index();
            db.AuditEntries.Add(new AuditEntry(db.Actor, now, "Member.Erase")
            {
                EntityType = nameof(Member),
                EntityId = id.ToString(CultureInfo.InvariantCulture),
                Subject = member.Number,
                StoreId = member.HomeStoreId,
                Reason = reason.Trim(),
            });
            await webhooks.AddAsync(db, WebhookEvents.MemberUpdated, [new { number = member.Number, change = "erased", fields = new[] { "status" } }], cancel);
        }, cancel);
    }

    /// <summary>Removes everything personal from the row; the number and what sums hang on stay.</summary>
    internal static void Clear(Member member)
    {
        (member.FullName, member.BirthDate, member.Gender) = (null, null, null);
        (member.Country, member.Region, member.City, member.PostalCode, member.Street, member.Street2) = (null, null, null, null, null, null);
        (member.SealedIdNumber, member.IdNumberLastFour) = (null, null);
        (member.Email, member.Phone, member.EmailVerifiedAt, member.PhoneVerifiedAt) = (null, null, null, null);
        (member.Language, member.TimeZone) = (null, null);
    }

    // The card stays money in somebody's hand; who bought it is forgotten.
    private static async Task ClearBuyersAsync(LoyaltyDbContext db, string? phone, string? email, CancellationToken cancel)
    {
        if (phone is null && email is null)
        {
            return;
        }

#pragma warning disable RCS1155 // Compared by the database.
        foreach (var card in await db.GiftCards.Where(c => (phone != null && c.BuyerPhone == phone) || (email != null && c.BuyerEmail != null && c.BuyerEmail.ToLower() == email)).Select(c => new { c.Id, c.LastFour }).ToListAsync(cancel))
#pragma warning restore RCS1155
        {
            var search = GiftCard.SearchTextOf(null, null, null, card.LastFour);
            await db.GiftCards.Where(c => c.Id == card.Id).ExecuteUpdateAsync(set => set
                .SetProperty(c => c.BuyerName, (string?)null).SetProperty(c => c.BuyerPhone, (string?)null).SetProperty(c => c.BuyerEmail, (string?)null).SetProperty(c => c.SearchText, search), cancel);
        }
    }
}
