using System.Text.Json.Serialization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Members;

/// <summary>Brings a member list in from Excel or CSV. Members that exist already are not touched: their rows get a verdict.</summary>
[Requires(Permission.MembersImport)]
public sealed class MemberImports(ImportTools tools, ImportWork work) : ImportFlow(tools, work, ImportKind.Members);

/// <summary>A row of a member list as it was understood.</summary>
internal sealed record ImportedMember
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Number { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FullName { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Phone { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Email { get; init; }

    public DateOnly? BirthDate { get; init; }
    public Gender? Gender { get; init; }
    public string? Country { get; init; }
    public string? Region { get; init; }
    public string? City { get; init; }
    public string? PostalCode { get; init; }
    public string? Street { get; init; }
    public string? Street2 { get; init; }
    public string? Language { get; init; }
    public string? Store { get; init; }
    public DateOnly? RegisteredOn { get; init; }
}

/// <summary>What an import of members is made of: sheet, checks, set-based writing with cards, roll-back while nobody used them.</summary>
internal sealed class MemberImport(LoyaltyDatabase database, CardIssuing cards, GroupCalendar calendar) : ImportDefinition<ImportedMember, NewMember>
{
    public const string Number = "Member Number";
    public const string FullName = "Full Name";
    public const string Phone = "Phone Number";
    public const string Email = "Email";
    public const string BirthDate = "Birthday";
    public const string GenderColumn = "Gender";
    public const string Country = "Country";
    public const string Region = "State or Province";
    public const string City = "City";
    public const string PostalCode = "Postal Code";
    public const string Street = "Street";
    public const string Street2 = "Building";
    public const string Language = "Language";
    public const string Store = "Home Store";
    public const string RegisteredOn = "Registered On";

    private static readonly Sheet<ImportedMember> sheet = new Sheet<ImportedMember>("Members")
        .Text(Number, m => m.Number, new() { Example = "M-100201", Help = "Your own number, 3 to 40 letters and digits. Empty: one is made.", Synonyms = ["Number", "Member No"], MaxLength = 40 })
        .Text(FullName, m => m.FullName, new() { Example = "Jane Miller", MaxLength = 120, Synonyms = ["Name"] })
        .Text(Phone, m => m.Phone, new() { Example = "+1 212 555 0100", Help = "International, with + and country code. Unique.", MaxLength = 40, Synonyms = ["Phone", "Mobile"] })
        .Text(Email, m => m.Email, new() { Example = "jane@example.com", Help = "Unique.", MaxLength = 254, Synonyms = ["E-mail"] })
        .Date(BirthDate, m => m.BirthDate, new() { Example = "1985-04-23", Synonyms = ["Date of Birth"] })
        .Text(GenderColumn, m => m.Gender?.ToString(), new() { Example = "Female", AllowedValues = ["Female", "Male", "Other"] })
        .Text(Country, m => m.Country, new() { Example = "US", Help = "Two letters (ISO 3166).", MaxLength = 2 })
        .Text(Region, m => m.Region, new() { Example = "NY", MaxLength = 80 })
        .Text(City, m => m.City, new() { Example = "New York", MaxLength = 80 })
        .Text(PostalCode, m => m.PostalCode, new() { Example = "10018", MaxLength = 20 })
        .Text(Street, m => m.Street, new() { Example = "1 Bryant Park", MaxLength = 200, Synonyms = ["Address"] })
        .Text(Street2, m => m.Street2, new() { Example = "Floor 12", MaxLength = 200 })
        .Text(Language, m => m.Language, new() { Example = "en", MaxLength = 20 })
        .Text(Store, m => m.Store, new() { Example = "NYC01", Help = "The code of the store the member is at home in." })
        .Date(RegisteredOn, m => m.RegisteredOn, new() { Example = "2024-09-01", Help = "Empty: today." });

    public override ImportKind Kind => ImportKind.Members;

    public override string Things => "members";

    public override Sheet<ImportedMember> Rows => sheet;

    public override bool CanRollBack => true;

    internal override async Task<Sheet> TemplateAsync(LoyaltyDbContext db, Grant grant, CancellationToken cancel)
    {
        var stores = await db.Stores.OrderBy(s => s.Code).Select(s => new { s.Id, s.Code }).ToListAsync(cancel);

        return sheet.Allow(Store, stores.Where(s => grant.Sees(s.Id)).Select(s => s.Code));
    }

    public override async Task<ImportChecks<ImportedMember>> ChecksAsync(LoyaltyDbContext db, Grant grant, string? settings, CancellationToken cancel) =>
        new MemberImportChecks([.. (await db.Stores.ToListAsync(cancel)).Where(store => grant.Sees(store.Id)).Select(store => store.Code)], grant.Stores.Kind == StoreScopeKind.All, (await calendar.TodayAsync(db, cancel)).Today);

    public override async Task<ImportApply<ImportedMember, NewMember>> ApplierAsync(LoyaltyDbContext db, ImportJob job, CancellationToken cancel) =>
        new MemberImportApply(database, cards, job, await db.Stores.ToDictionaryAsync(store => store.Code, StringComparer.OrdinalIgnoreCase, cancel), await calendar.TodayAsync(db, cancel));

    internal override async Task<string?> RollBackRefusalAsync(LoyaltyDbContext db, long importId, CancellationToken cancel) =>
        await Used(db, importId).AnyAsync(cancel) ? "Members of this import have cards, orders, tags or consents already, so the import cannot be rolled back. Erase or merge members one by one instead." : null;

    internal override async Task<int> UndoAsync(ImportTools tools, ImportJob job, HeldLease lease, Action<int> progressed, CancellationToken cancel)
    {
        var done = 0;
        while (true)
        {
            var removed = await tools.Database.WriteAsync(Actor.System, async db =>
            {
                await tools.Leases.DemandAsync(db, lease, cancel);
                var used = Used(db, job.Id).Select(m => m.Id);
                var ids = await db.Members.Where(m => m.ImportId == job.Id && !used.Contains(m.Id)).OrderBy(m => m.Id).Take(500).Select(m => m.Id).ToArrayAsync(cancel);
                await db.Members.Where(m => ids.Contains(m.Id)).ExecuteDeleteAsync(cancel);

                return ids.Length;
            }, cancel);
            if (removed == 0)
            {
                await using var db = await tools.Database.ReadAsync(cancel);

                return await db.Members.CountAsync(m => m.ImportId == job.Id, cancel);
            }

            progressed(done += removed);
        }
    }

    // A card alone was given by the import; its tier history is a proof and keeps the member.
    private static IQueryable<Member> Used(LoyaltyDbContext db, long importId) => db.Members.Where(m => m.ImportId == importId
        && (db.Orders.Any(o => o.MemberId == m.Id) || db.LoyaltyCards.Any(c => c.MemberId == m.Id) || db.ConsentEvents.Any(c => c.MemberId == m.Id) || db.MemberTags.Any(t => t.MemberId == m.Id)
            || db.MemberAttributes.Any(a => a.MemberId == m.Id) || db.SegmentMembers.Any(s => s.MemberId == m.Id) || db.MemberMerges.Any(x => x.FromId == m.Id || x.IntoId == m.Id) || db.PurchaseSummaries.Any(s => s.MemberId == m.Id)));
}

/// <summary>The rules a row of a member list is held against.</summary>
internal sealed class MemberImportChecks(HashSet<string> stores, bool mayBeHomeless, DateOnly today) : ImportChecks<ImportedMember>
{
    private readonly HashSet<string> storeCodes = new(stores, StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, int> seen = new(StringComparer.OrdinalIgnoreCase);

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
        if (store is not null ? !storeCodes.Contains(store) : !mayBeHomeless)
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

    public override Task<IReadOnlyDictionary<int, RowFault>> AgainstDatabaseAsync(LoyaltyDbContext db, IReadOnlyList<ImportedMember> rows, CancellationToken cancel) =>
        TakenAsync(db, [.. rows.Select(row => (row.Number, row.Phone, row.Email))], cancel);

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
