using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Imports;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Members;

/// <summary>
/// Whom rows of a member list mean among the members there are: by number, else by phone, else by e-mail. A row that means two members, or whose
/// phone or e-mail belongs to another than its number, is at fault.
/// </summary>
internal sealed class MemberImportMatch
{
    private readonly Dictionary<string, Member> byNumber;
    private readonly Dictionary<string, Member> byPhone;
    private readonly Dictionary<string, Member> byEmail;

    private MemberImportMatch(IReadOnlyCollection<Member> found)
    {
        byNumber = found.ToDictionary(m => m.Number, StringComparer.Ordinal);
        byPhone = found.Where(m => m.Phone is not null).ToDictionary(m => m.Phone!, StringComparer.Ordinal);
        byEmail = found.Where(m => m.Email is not null).ToDictionary(m => m.Email!, StringComparer.Ordinal);
    }

    /// <summary>Reads the members these rows may mean; tracked where the context tracks.</summary>
    public static async Task<MemberImportMatch> ReadAsync(LoyaltyDbContext db, IReadOnlyCollection<ImportedMember> rows, CancellationToken cancel)
    {
        var found = new Dictionary<long, Member>();
        foreach (var chunk in rows.Chunk(500))
        {
            var (numbers, phones, emails) = (chunk.Select(r => r.Number).OfType<string>().ToArray(), chunk.Select(r => r.Phone).OfType<string>().ToArray(), chunk.Select(r => r.Email).OfType<string>().ToArray());
            foreach (var member in (await db.Members.Where(m => numbers.Contains(m.Number)).ToListAsync(cancel))
                .Concat(await db.Members.Where(m => m.Phone != null && phones.Contains(m.Phone)).ToListAsync(cancel))
                .Concat(await db.Members.Where(m => m.Email != null && emails.Contains(m.Email)).ToListAsync(cancel)))
            {
                found.TryAdd(member.Id, member);
            }
        }

        return new MemberImportMatch(found.Values);
    }

    /// <summary>The member a row is about; null: a new one.</summary>
    public Member? Of(ImportedMember row) =>
        (row.Number is { } number ? byNumber.GetValueOrDefault(number) : null)
        ?? (row.Phone is { } phone ? byPhone.GetValueOrDefault(phone) : null)
        ?? (row.Email is { } email ? byEmail.GetValueOrDefault(email) : null);

    /// <summary>Why a row may neither make nor change a member, or null.</summary>
    /// <param name="row">The row.</param>
    /// <param name="mayChange">Whether the importer may change this member: it is one of the importer's own.</param>
    public RowFault? Fault(ImportedMember row, Func<Member, bool> mayChange)
    {
        var member = Of(row);

        return member switch
        {
            null => null,
            _ when row.Number is { } number && member.Number != number => new RowFault(MemberImport.Number, "number_differs", "The phone or e-mail belongs to a member with another number. Correct one of them, or leave the number empty."),
            _ when row.Phone is { } phone && byPhone.GetValueOrDefault(phone) is { } owner && owner != member => new RowFault(MemberImport.Phone, "phone_taken", "This phone number belongs to another member. Merge the two if they are one person."),
            _ when row.Email is { } email && byEmail.GetValueOrDefault(email) is { } holder && holder != member => new RowFault(MemberImport.Email, "email_taken", "This e-mail belongs to another member. Merge the two if they are one person."),
            { Status: MemberStatus.Merged } => new RowFault(MemberImport.Number, "member_merged", "This member was merged into another one. Use that one's number."),
            { Status: MemberStatus.Erased } => new RowFault(MemberImport.Number, "member_erased", "This member's data was erased for good."),
            _ when !mayChange(member) => new RowFault(MemberImport.Number, "member_elsewhere", "This member is at home in a store that is not yours."),
            _ when row.BirthDate is { } day && member.BirthDate is { } given && day != given && member.BirthDateChanges >= MemberRules.BirthDateChanges => new RowFault(MemberImport.BirthDate, "birthday_fixed", "The birthday was changed once already and cannot be changed again: birthday benefits hang on it."),
            _ => null,
        };
    }
}
