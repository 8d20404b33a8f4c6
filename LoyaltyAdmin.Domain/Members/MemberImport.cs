using System.Text.Json;
using System.Text.Json.Serialization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Members;

/// <summary>Brings a member list in from Excel or CSV. Members that exist already are updated where the upload says so; else their rows get a verdict.</summary>
[Requires(Permission.MembersImport)]
public sealed class MemberImports(ImportTools tools, ImportWork work) : ImportFlow(tools, work, ImportKind.Members)
{
    /// <summary>What the upload's choice is kept as (<see cref="ImportJob.Settings"/>); creating only is what a file means without a choice.</summary>
    public static string? ToJson(bool updatesMembers) => updatesMembers ? JsonSerializer.Serialize(new MemberImportSettings(true), Json.Options) : null;

    /// <summary>Whether members that exist are updated.</summary>
    public static bool UpdatesMembers(string? settings) => settings is not null && JsonSerializer.Deserialize<MemberImportSettings>(settings, Json.Options)!.UpdatesMembers;

    private sealed record MemberImportSettings(bool UpdatesMembers);
}

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

/// <summary>What an import of members is made of: sheet, checks, set-based writing with cards, updates one by one with their history, roll-back while nobody used what was made.</summary>
internal sealed class MemberImport(LoyaltyDatabase database, CardIssuing cards, GroupCalendar calendar, SecretKeys keys, WebhookOutbox webhooks) : ImportDefinition<ImportedMember, ReadyMember>
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
        .Date(RegisteredOn, m => m.RegisteredOn, new() { Example = "2024-09-01", Help = "Empty: today. For new members only." });

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
        new MemberImportChecks((await db.Stores.ToListAsync(cancel)).Where(store => grant.Sees(store.Id)).ToDictionary(store => store.Code, store => store.Id, StringComparer.OrdinalIgnoreCase), grant,
            MemberImports.UpdatesMembers(settings), (await calendar.TodayAsync(db, cancel)).Today, keys);

    public override async Task<ImportApply<ImportedMember, ReadyMember>> ApplierAsync(LoyaltyDbContext db, ImportJob job, CancellationToken cancel) =>
        new MemberImportApply(database, cards, job, await db.Stores.ToDictionaryAsync(store => store.Code, StringComparer.OrdinalIgnoreCase, cancel), await calendar.TodayAsync(db, cancel), keys, webhooks);

    internal override async Task<string?> RollBackRefusalAsync(LoyaltyDbContext db, long importId, CancellationToken cancel) =>
        await Updated(db, importId).AnyAsync(cancel) ? "This import changed members that existed, and what they were before is in their histories only: it cannot be rolled back as a whole. Correct the members, or import a corrected list."
        : await Used(db, importId).AnyAsync(cancel) ? "Members of this import have cards, orders, tags or consents already, so the import cannot be rolled back. Erase or merge members one by one instead." : null;

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

                return await db.Members.CountAsync(m => m.ImportId == job.Id, cancel) + await Updated(db, job.Id).CountAsync(cancel);
            }

            progressed(done += removed);
        }
    }

    private static IQueryable<ImportRow> Updated(LoyaltyDbContext db, long importId) => db.ImportRows.Where(row => row.ImportId == importId && row.CreatedId != null && db.Members.Any(m => m.Id == row.CreatedId && m.ImportId != importId));

    // A card alone was given by the import; its tier history is a proof and keeps the member.
    private static IQueryable<Member> Used(LoyaltyDbContext db, long importId) => db.Members.Where(m => m.ImportId == importId
        && (db.Orders.Any(o => o.MemberId == m.Id) || db.LoyaltyCards.Any(c => c.MemberId == m.Id) || db.ConsentEvents.Any(c => c.MemberId == m.Id) || db.MemberTags.Any(t => t.MemberId == m.Id)
            || db.MemberAttributes.Any(a => a.MemberId == m.Id) || db.SegmentMembers.Any(s => s.MemberId == m.Id) || db.MemberMerges.Any(x => x.FromId == m.Id || x.IntoId == m.Id) || db.PurchaseSummaries.Any(s => s.MemberId == m.Id)));
}
