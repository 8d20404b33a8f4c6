using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Agreements;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Points;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Wallets;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.MemberPortal;

/// <summary>What stands around every page of a member.</summary>
/// <param name="TimeZone">The member's own, else the group's.</param>
/// <param name="Asked">How many agreements wait for the member's yes.</param>
public sealed record PortalFrame(string Number, string? Name, string? Language, string TimeZone, bool IsFrozen, int Asked, PortalLook Look);

/// <summary>The first page: what the member has, at a glance.</summary>
public sealed record PortalOverview(IReadOnlyList<MemberCardRow> Cards, IReadOnlyList<WalletView> Wallets, PointsSummary Points, int Coupons, DateTimeOffset? NextCouponEnd, int GiftCards, IReadOnlyList<AgreementStanding> Asked);

/// <summary>A text to read, as a member stands to it.</summary>
public sealed record PortalAgreement(AgreementStanding Standing, string Body);

/// <summary>The member's frame, overview and agreements.</summary>
public sealed class PortalHome(LoyaltyDatabase database, AccessControl access, PortalSettingsService settings, MemberCardReader cards, WalletDirectory wallets, PointsAccounts points, GroupCalendar calendar)
{
    [Requires(ActorKind.Member)]
    public async Task<PortalFrame> FrameAsync(Actor actor, CancellationToken cancel = default)
    {
        var grant = await access.DemandMemberAsync(actor, cancel);
        await using var db = await database.ReadAsync(cancel);
        var member = await db.Members.Where(m => m.Id == grant.MemberId).Select(m => new { m.Number, m.FullName, m.Language, m.TimeZone }).FirstAsync(cancel);
        var zone = member.TimeZone ?? (await calendar.TodayAsync(db, cancel)).Zone.Id;

        return new PortalFrame(member.Number, member.FullName, member.Language, zone, grant.IsFrozen, (await AgreementAcceptances.StandingsAsync(db, grant.MemberId, cancel)).Count(a => a.IsAsked), await settings.LookAsync(cancel));
    }

    [Requires(ActorKind.Member)]
    public async Task<PortalOverview> OverviewAsync(Actor actor, CancellationToken cancel = default)
    {
        var member = await access.DemandMemberAsync(actor, cancel);
        await using var db = await database.ReadAsync(cancel);
        var day = await calendar.TodayAsync(db, cancel);
        var usable = db.MemberCoupons.Where(c => c.MemberId == member.MemberId && c.Status == MemberCouponStatus.Active && c.UsableUntil > day.Now);

        return new PortalOverview(
            await cards.OfAsync(db, member.MemberId, cancel), await wallets.OfAsync(db, member.MemberId, cancel), await points.SummaryAsync(db, member.MemberId, cancel),
            await usable.CountAsync(cancel), await usable.OrderBy(c => c.UsableUntil).Select(c => (DateTimeOffset?)c.UsableUntil).FirstOrDefaultAsync(cancel),
            (await PortalGiftCards.OfAsync(db, member.MemberId, cancel)).Count(card => card.Balance > 0),
            [.. (await AgreementAcceptances.StandingsAsync(db, member.MemberId, cancel)).Where(a => a.IsAsked)]);
    }

    [Requires(ActorKind.Member)]
    public async Task<IReadOnlyList<MemberCardRow>> CardsAsync(Actor actor, CancellationToken cancel = default)
    {
        var member = await access.DemandMemberAsync(actor, cancel);
        await using var db = await database.ReadAsync(cancel);

        return [.. (await cards.OfAsync(db, member.MemberId, cancel)).Where(card => card.Status != LoyaltyCardStatus.Cancelled)];
    }

    [Requires(ActorKind.Member)]
    public async Task<IReadOnlyList<AgreementStanding>> AgreementsAsync(Actor actor, CancellationToken cancel = default)
    {
        var member = await access.DemandMemberAsync(actor, cancel);
        await using var db = await database.ReadAsync(cancel);

        return await AgreementAcceptances.StandingsAsync(db, member.MemberId, cancel);
    }

    /// <summary>An agreement's text in the version that counts for the member.</summary>
    [Requires(ActorKind.Member)]
    public async Task<PortalAgreement> AgreementAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        var member = await access.DemandMemberAsync(actor, cancel);
        await using var db = await database.ReadAsync(cancel);
        var standing = (await AgreementAcceptances.StandingsAsync(db, member.MemberId, cancel)).FirstOrDefault(a => a.Id == id) ?? throw new NotFoundException("The agreement");

        return new PortalAgreement(standing, await db.AgreementVersions.Where(v => v.AgreementId == id && v.Number == standing.Version).Select(v => v.Body).FirstAsync(cancel));
    }
}
