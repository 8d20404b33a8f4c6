using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Members;

/// <summary>The rules a row of a member list is held against.</summary>
internal sealed class MemberImportChecks(IReadOnlyDictionary<string, long> stores, Grant grant, bool updates, DateOnly today, SecretKeys keys) : ImportChecks<ImportedMember>
{
    private static readonly RowEffect creates = new(ImportEffect.Creates, "Creates a member.");

    private readonly Dictionary<string, int> seen = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<long> targets = [];

    // Of one chunk: a file has many.
    private readonly Dictionary<ImportedMember, RowEffect> existing = new(ReferenceEqualityComparer.Instance);
    private int created;
    private int updated;
    private int unchanged;

    public override string? ValueSummary => updates ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{created:N0} new, {updated:N0} to update, {unchanged:N0} without change") : null;

    public override ImportedMember? Check(SheetRow row, Action<string, string, string> error)
    {
        var form = new MemberForm
        {
            Number = row.Text(MemberImport.Number),
            FullName = row.Text(MemberImport.FullName),
            Phone = row.Text(MemberImport.Phone),
            Email = row.Text(MemberImport.Email),
            BirthDate = row.Date(MemberImport.BirthDate),
            Gender = Enum.TryParse<Gender>(row.Text(MemberImport.GenderColumn), ignoreCase: true, out var gender) ? gender : null,
            Country = row.Text(MemberImport.Country),
            Region = row.Text(MemberImport.Region),
            City = row.Text(MemberImport.City),
            PostalCode = row.Text(MemberImport.PostalCode),
            Street = row.Text(MemberImport.Street),
            Street2 = row.Text(MemberImport.Street2),
            Language = row.Text(MemberImport.Language),
        };
        form.Normalise();
        foreach (var fault in MemberRules.Check(form, today).All)
        {
            var (column, code) = Place(fault.Field);
            error(column, code, fault.Message);
        }

        if (form is { Number: null, Phone: null, Email: null, FullName: null })
        {
            error(MemberImport.FullName, "member_unnamed", "A member needs a number, a name, a phone or an e-mail.");
        }

        var registered = row.Date(MemberImport.RegisteredOn);
        if (registered > today || registered < new DateOnly(1970, 1, 1))
        {
            error(MemberImport.RegisteredOn, "registered_invalid", "The day of registration lies in the future or before 1970.");
        }

        var store = row.Text(MemberImport.Store);
        if (store is not null ? !stores.ContainsKey(store) : grant.Stores.Kind != StoreScopeKind.All)
        {
            error(MemberImport.Store, "store_unknown", store is null ? "Enter the home store: you import for single stores." : "There is no store with this code among your stores.");
        }

        Once(MemberImport.Number, form.Number, "number_twice", "The member number", row.RowNumber, error);
        Once(MemberImport.Phone, form.Phone, "phone_twice", "The phone number", row.RowNumber, error);
        Once(MemberImport.Email, form.Email, "email_twice", "The e-mail", row.RowNumber, error);

        return new ImportedMember
        {
            Number = form.Number,
            FullName = form.FullName,
            Phone = form.Phone,
            Email = form.Email,
            BirthDate = form.BirthDate,
            Gender = form.Gender,
            Country = form.Country,
            Region = form.Region,
            City = form.City,
            PostalCode = form.PostalCode,
            Street = form.Street,
            Street2 = form.Street2,
            Language = form.Language,
            Store = store,
            RegisteredOn = registered,
        };
    }

    public override RowEffect? EffectOf(ImportedMember row) => updates ? existing.GetValueOrDefault(row, creates) : null;

    public override void Add(ImportedMember row)
    {
        switch (EffectOf(row)?.Effect)
        {
            case ImportEffect.Updates:
                updated++;
                break;
            case ImportEffect.Unchanged:
                unchanged++;
                break;
            default:
                created++;
                break;
        }
    }

    public override async Task<IReadOnlyDictionary<int, RowFault>> AgainstDatabaseAsync(LoyaltyDbContext db, IReadOnlyList<ImportedMember> rows, CancellationToken cancel)
    {
        if (!updates)
        {
            return await TakenAsync(db, [.. rows.Select(row => (row.Number, row.Phone, row.Email))], cancel);
        }

        existing.Clear();
        var match = await MemberImportMatch.ReadAsync(db, rows, cancel);
        var faults = new Dictionary<int, RowFault>();
        for (var i = 0; i < rows.Count; i++)
        {
            if (match.Fault(rows[i], member => member.HomeStoreId is not { } home || grant.Sees(home)) is { } fault)
            {
                faults[i] = fault;
            }
            else if (match.Of(rows[i]) is { } member && !targets.Add(member.Id))
            {
                faults[i] = new RowFault(MemberImport.Number, "member_twice", "A row above is about the same member.");
            }
            else if (match.Of(rows[i]) is { } known)
            {
                existing[rows[i]] = EffectOn(known, rows[i]);
            }
        }

        return faults;
    }

    /// <summary>The rows whose number, phone or e-mail a member has already, by their place.</summary>
    public static async Task<IReadOnlyDictionary<int, RowFault>> TakenAsync(LoyaltyDbContext db, IReadOnlyList<(string? Number, string? Phone, string? Email)> rows, CancellationToken cancel)
    {
        var (numbers, phones, emails) = (rows.Where(r => r.Number is not null).Select(r => r.Number!).ToArray(), rows.Where(r => r.Phone is not null).Select(r => r.Phone).ToArray(), rows.Where(r => r.Email is not null).Select(r => r.Email).ToArray());
        var takenNumbers = (await db.Members.Where(m => numbers.Contains(m.Number)).Select(m => m.Number).ToListAsync(cancel)).ToHashSet(StringComparer.Ordinal);
        var takenPhones = (await db.Members.Where(m => m.Phone != null && phones.Contains(m.Phone)).Select(m => m.Phone!).ToListAsync(cancel)).ToHashSet(StringComparer.Ordinal);
        var takenEmails = (await db.Members.Where(m => m.Email != null && emails.Contains(m.Email)).Select(m => m.Email!).ToListAsync(cancel)).ToHashSet(StringComparer.Ordinal);
        var faults = new Dictionary<int, RowFault>();
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].Number is { } number && takenNumbers.Contains(number))
            {
                faults[i] = new RowFault(MemberImport.Number, "number_taken", "A member with this number already exists.");
            }
            else if (rows[i].Phone is { } phone && takenPhones.Contains(phone))
            {
                faults[i] = new RowFault(MemberImport.Phone, "phone_taken", "A member with this phone number already exists.");
            }
            else if (rows[i].Email is { } email && takenEmails.Contains(email))
            {
                faults[i] = new RowFault(MemberImport.Email, "email_taken", "A member with this e-mail already exists.");
            }
        }

        return faults;
    }

    // Tried on the member as it was read, by what will write it: nothing is saved here.
    private RowEffect EffectOn(Member member, ImportedMember row)
    {
        (string Column, string? Given, string? Was)[] parts =
        [
            (MemberImport.Country, row.Country, member.Country), (MemberImport.Region, row.Region, member.Region), (MemberImport.City, row.City, member.City),
            (MemberImport.PostalCode, row.PostalCode, member.PostalCode), (MemberImport.Street, row.Street, member.Street), (MemberImport.Street2, row.Street2, member.Street2),
        ];
        var address = parts.Where(part => part.Given is not null && part.Given != part.Was).Select(part => part.Column).ToList();
        var changed = MemberWriting.Apply(keys, member, MemberImportApply.FormOf(member, row, row.Store is { } code ? stores[code] : null));

        return changed.Count == 0
            ? new RowEffect(ImportEffect.Unchanged, $"Changes nothing: member {member.Number} is as the row says.")
            : new RowEffect(ImportEffect.Updates, $"Updates member {member.Number}: {string.Join(", ", changed.SelectMany(field => field == "address" ? address : [Column(field)]))}.");
    }

    private static string Column(string field) => field switch
    {
        "fullName" => MemberImport.FullName,
        "birthDate" => MemberImport.BirthDate,
        "gender" => MemberImport.GenderColumn,
        "email" => MemberImport.Email,
        "phone" => MemberImport.Phone,
        "language" => MemberImport.Language,
        "homeStore" => MemberImport.Store,
        _ => field,
    };

    private void Once(string column, string? value, string code, string what, int rowNumber, Action<string, string, string> error)
    {
        if (value is not null && !seen.TryAdd($"{column}:{value}", rowNumber))
        {
            error(column, code, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{what} is in row {seen[$"{column}:{value}"]} already."));
        }
    }

    private static (string Column, string Code) Place(string field) => field switch
    {
        nameof(MemberForm.Number) => (MemberImport.Number, "number_invalid"),
        nameof(MemberForm.Phone) => (MemberImport.Phone, "phone_invalid"),
        nameof(MemberForm.Email) => (MemberImport.Email, "email_invalid"),
        nameof(MemberForm.BirthDate) => (MemberImport.BirthDate, "birthday_invalid"),
        nameof(MemberForm.Country) => (MemberImport.Country, "country_unknown"),
        nameof(MemberForm.PostalCode) => (MemberImport.PostalCode, "postal_code_invalid"),
        nameof(MemberForm.Language) => (MemberImport.Language, "language_invalid"),
        nameof(MemberForm.City) => (MemberImport.City, "address_incomplete"),
        nameof(MemberForm.Street) => (MemberImport.Street, "address_incomplete"),
        nameof(MemberForm.Region) => (MemberImport.Region, "text_invalid"),
        nameof(MemberForm.Street2) => (MemberImport.Street2, "text_invalid"),
        _ => (MemberImport.FullName, "text_invalid"),
    };
}
