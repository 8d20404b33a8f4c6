using System.Globalization;
using System.Text.Json;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Members;

/// <summary>A member's row and its form, either way.</summary>
internal static class MemberWriting
{
    /// <summary>Writes the form's values and answers which fields changed. A changed address starts unproved.</summary>
    public static List<string> Apply(SecretKeys keys, Member member, MemberForm form)
    {
        var before = (member.FullName, member.BirthDate, member.Gender, member.Email, member.Phone, member.Language, member.TimeZone, member.HomeStoreId);
        var address = (member.Country, member.Region, member.City, member.PostalCode, member.Street, member.Street2);
        var keeps = form.HidesPersonalData;
        member.FullName = form.FullName ?? (keeps ? member.FullName : null);
        member.BirthDate = form.BirthDate ?? (keeps ? member.BirthDate : null);
        (member.Gender, member.Country, member.Region, member.City) = (form.Gender, form.Country, form.Region, form.City);
        member.PostalCode = form.PostalCode ?? (keeps ? member.PostalCode : null);
        member.Street = form.Street ?? (keeps ? member.Street : null);
        member.Street2 = form.Street2 ?? (keeps ? member.Street2 : null);
        member.Email = form.Email ?? (keeps ? member.Email : null);
        member.Phone = form.Phone ?? (keeps ? member.Phone : null);
        (member.Language, member.TimeZone, member.HomeStoreId) = (form.Language, form.TimeZone, form.HomeStoreId);
        var changed = new List<string>();
        void Note(bool differs, string field)
        {
            if (differs)
            {
                changed.Add(field);
            }
        }

        Note(before.FullName != member.FullName, "fullName");
        Note(before.BirthDate != member.BirthDate, "birthDate");
        Note(before.Gender != member.Gender, "gender");
        Note(before.Email != member.Email, "email");
        Note(before.Phone != member.Phone, "phone");
        Note(before.Language != member.Language, "language");
        Note(before.TimeZone != member.TimeZone, "timeZone");
        Note(before.HomeStoreId != member.HomeStoreId, "homeStore");
        Note(address != (member.Country, member.Region, member.City, member.PostalCode, member.Street, member.Street2), "address");
        if (before.Email != member.Email)
        {
            member.EmailVerifiedAt = null;
        }

        if (before.Phone != member.Phone)
        {
            member.PhoneVerifiedAt = null;
        }

        if (form.IdNumber is { } id)
        {
            (member.SealedIdNumber, member.IdNumberLastFour) = (keys.Seal(id), id[^4..]);
            changed.Add("idNumber");
        }
        else if (form.RemoveIdNumber && member.SealedIdNumber is not null)
        {
            (member.SealedIdNumber, member.IdNumberLastFour) = (null, null);
            changed.Add("idNumber");
        }

        member.Index();

        return changed;
    }

    public static async Task<IReadOnlyList<string>> SetAttributesAsync(LoyaltyDbContext db, Member member, MemberForm form, DateTimeOffset now, CancellationToken cancel)
    {
        var stored = await db.MemberAttributes.Where(a => a.MemberId == member.Id).ToListAsync(cancel);
        var changed = new List<string>();
        foreach (var gone in stored.Where(s => !form.Attributes.Exists(a => a.Name == s.Name)))
        {
            db.MemberAttributes.Remove(gone);
            changed.Add(gone.Name);
        }

        foreach (var attribute in form.Attributes)
        {
            if (stored.Find(s => s.Name == attribute.Name) is not { } known)
            {
                db.MemberAttributes.Add(new MemberAttribute { MemberId = member.Id, Name = attribute.Name, Value = attribute.Value });
                changed.Add(attribute.Name);
            }
            else if (known.Value != attribute.Value)
            {
                known.Value = attribute.Value;
                changed.Add(attribute.Name);
            }
        }

        if (changed.Count == 0)
        {
            return [];
        }

        db.AuditEntries.Add(new AuditEntry(db.Actor, now, "Member.SetAttributes")
        {
            EntityType = nameof(Member),
            EntityId = member.Id.ToString(CultureInfo.InvariantCulture),
            Subject = member.Number,
            StoreId = member.HomeStoreId,
            After = JsonSerializer.Serialize(new { Attributes = changed }, Json.Options),
        });

        return ["attributes"];
    }

    public static async Task<MemberForm> FormOfAsync(LoyaltyDbContext db, Member member, CancellationToken cancel) => new()
    {
        Id = member.Id,
        Number = member.Number,
        FullName = member.FullName,
        BirthDate = member.BirthDate,
        Gender = member.Gender,
        Country = member.Country,
        Region = member.Region,
        City = member.City,
        PostalCode = member.PostalCode,
        Street = member.Street,
        Street2 = member.Street2,
        Email = member.Email,
        Phone = member.Phone,
        Language = member.Language,
        TimeZone = member.TimeZone,
        HomeStoreId = member.HomeStoreId,
        IdNumberLastFour = member.IdNumberLastFour,
        Version = member.Version,
        Attributes = await db.MemberAttributes.Where(a => a.MemberId == member.Id).OrderBy(a => a.Name).Select(a => new MemberAttributeForm { Name = a.Name, Value = a.Value }).ToListAsync(cancel),
    };
}
