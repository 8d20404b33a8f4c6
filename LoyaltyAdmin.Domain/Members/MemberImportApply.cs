using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Members;

/// <summary>Writes the members of a confirmed import in sets, with the cards that registration gives.</summary>
internal sealed class MemberImportApply(LoyaltyDatabase database, CardIssuing cards, ImportJob job, IReadOnlyDictionary<string, Store> stores, GroupDay group) : ImportApply<ImportedMember, NewMember>
{
    public override NewMember Prepare(int rowNumber, ImportedMember row)
    {
        var store = row.Store is { } code ? stores[code] : null;
        var zone = store?.Zone ?? group.Zone;

        return new NewMember
        {
            Number = row.Number,
            FullName = row.FullName,
            Phone = row.Phone,
            Email = row.Email,
            BirthDate = row.BirthDate,
            Gender = row.Gender,
            Country = row.Country,
            Region = row.Region,
            City = row.City,
            PostalCode = row.PostalCode,
            Street = row.Street,
            Street2 = row.Street2,
            Language = row.Language,
            HomeStoreId = store?.Id,
            Through = RegistrationSource.Import,
            RegisteredAt = row.RegisteredOn is { } day && day < zone.DayOf(group.Now) ? zone.StartOf(day) : group.Now,
            RegisteredOn = row.RegisteredOn ?? zone.DayOf(group.Now),
            ImportId = job.Id,
        };
    }

    public override async Task<IReadOnlyList<long>> WriteAsync(LoyaltyDbContext db, IReadOnlyList<NewMember> rows, CancellationToken cancel)
    {
        var ids = await MemberRegistration.AddManyAsync(database, db, rows, cancel);
        await cards.OnRegistrationAsync(db, ids, cancel);

        return ids;
    }

    public override Task<IReadOnlyDictionary<int, RowFault>> ClashesAsync(LoyaltyDbContext db, IReadOnlyList<NewMember> rows, CancellationToken cancel) =>
        MemberImportChecks.TakenAsync(db, [.. rows.Select(row => (row.Number, row.Phone, row.Email))], cancel);

    public override async Task CompleteAsync(LoyaltyDbContext db, ImportJob job, CancellationToken cancel)
    {
        if (await db.Members.CountAsync(member => member.ImportId == job.Id, cancel) != job.ValidRows)
        {
            throw new InvalidOperationException($"Import {job.Id} has not a member for each of {job.ValidRows} rows.");
        }
    }
}
