using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Members;

/// <summary>How a till or shop knows a member: exactly one of these.</summary>
public sealed record MemberSought(string? Number = null, string? Phone = null, string? Email = null, string? Card = null);

/// <summary>A member as tills and shops see it.</summary>
public sealed record MemberView(
    long Id, string Number, string? FullName, DateOnly? BirthDate, Gender? Gender, string? Phone, string? Email, bool PhoneVerified, bool EmailVerified, string? Language,
    string? Country, string? Region, string? City, string? PostalCode, string? Street, string? Street2, string? IdNumberLastFour, string? HomeStore,
    DateOnly RegisteredOn, MemberStatus Status, IReadOnlyList<MemberAttributeForm> Attributes, IReadOnlyList<MemberConsentView> Consents);

/// <summary>What a member said last about one channel and purpose.</summary>
public sealed record MemberConsentView(ConsentChannel Channel, ConsentPurpose Purpose, ConsentStatus Status, DateTimeOffset Since);

/// <summary>Exact look-ups over the whole group: a till must recognise a member of another store (ADR-011). Nothing is found by a part.</summary>
public sealed class MemberLookups(LoyaltyDatabase database, AccessControl access)
{
    /// <summary>The member with this number; a merged duplicate's number leads to the one it was merged into.</summary>
    [Requires(ApiScope.MembersRead)]
    public async Task<MemberView> GetAsync(Actor actor, string number, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, permission: null, ApiScope.MembersRead, cancel);

        return await FindAsync(new MemberSought(Number: number), cancel) ?? throw new NotFoundException("The member");
    }

    /// <summary>The member with exactly this phone, e-mail, number or card, or null.</summary>
    [Requires(ApiScope.MembersRead)]
    public async Task<MemberView?> FindAsync(Actor actor, MemberSought reference, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, permission: null, ApiScope.MembersRead, cancel);
        new FieldErrors().Require(new[] { reference.Number, reference.Phone, reference.Email, reference.Card }.Count(value => !string.IsNullOrWhiteSpace(value)) == 1, "phone", "Look up by exactly one of phone, email, card or number.").ThrowIfAny();

        return await FindAsync(reference, cancel);
    }

    /// <summary>The member's row by any of its references; merged ones lead to their survivor. Used by every door that names a member.</summary>
    internal static async Task<Member?> ResolveAsync(LoyaltyDbContext db, MemberSought reference, CancellationToken cancel)
    {
        if (Inputs.Clean(reference.Number) is { } number)
        {
            return await ByNumberAsync(db.Members, number, cancel);
        }

        if (Inputs.NormalisePhone(reference.Phone) is { } phone)
        {
            return await db.Members.FirstOrDefaultAsync(m => m.Phone == phone, cancel);
        }

        if (Inputs.Clean(reference.Email)?.ToLowerInvariant() is { } email)
        {
            return await db.Members.FirstOrDefaultAsync(m => m.Email == email, cancel);
        }

        if (Inputs.Clean(reference.Card) is { } card && await db.LoyaltyCards.Where(c => c.Number == card).Select(c => (long?)c.MemberId).FirstOrDefaultAsync(cancel) is { } owner)
        {
            return await SurvivorAsync(db.Members, await db.Members.FirstAsync(m => m.Id == owner, cancel), cancel);
        }

        return null;
    }

    /// <summary>The member whose value moves; a merged duplicate's number leads to its survivor.</summary>
    /// <exception cref="RuleViolationException">The member is frozen.</exception>
    internal static async Task<long> DemandActiveAsync(LoyaltyDbContext db, string number, CancellationToken cancel) =>
        await ResolveAsync(db, new MemberSought(Number: number), cancel) switch
        {
            { Status: MemberStatus.Active } member => member.Id,
            { Status: MemberStatus.Frozen } => throw new RuleViolationException("member_frozen", "The member is frozen. Restore the member first."),
            _ => throw new NotFoundException("The member"),
        };

    internal static async Task<Member?> ByNumberAsync(IQueryable<Member> members, string number, CancellationToken cancel) =>
        await members.FirstOrDefaultAsync(m => m.Number == number, cancel) is { } found ? await SurvivorAsync(members, found, cancel) : null;

    // A merge points everything merged earlier at its own survivor: one step is enough.
    private static async Task<Member?> SurvivorAsync(IQueryable<Member> members, Member member, CancellationToken cancel) =>
        member.MergedIntoId is { } into ? await members.FirstOrDefaultAsync(m => m.Id == into, cancel) : member;

    private async Task<MemberView?> FindAsync(MemberSought reference, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);

        return await ResolveAsync(db, reference, cancel) is { } member ? await ViewAsync(db, member, cancel) : null;
    }

    internal static async Task<MemberView> ViewAsync(LoyaltyDbContext db, Member member, CancellationToken cancel)
    {
        var home = member.HomeStoreId is { } store ? await db.Stores.Where(s => s.Id == store).Select(s => s.Code).FirstOrDefaultAsync(cancel) : null;
        var attributes = await db.MemberAttributes.Where(a => a.MemberId == member.Id).OrderBy(a => a.Name).Select(a => new MemberAttributeForm { Name = a.Name, Value = a.Value }).ToListAsync(cancel);
        var consents = await db.MemberConsents.Where(c => c.MemberId == member.Id).OrderBy(c => c.Channel).ThenBy(c => c.Purpose).Select(c => new MemberConsentView(c.Channel, c.Purpose, c.Status, c.Since)).ToListAsync(cancel);

        return new MemberView(member.Id, member.Number, member.FullName, member.BirthDate, member.Gender, member.Phone, member.Email, member.PhoneVerifiedAt is not null, member.EmailVerifiedAt is not null, member.Language,
            member.Country, member.Region, member.City, member.PostalCode, member.Street, member.Street2, member.IdNumberLastFour, home, member.RegisteredOn, member.Status, attributes, consents);
    }
}
