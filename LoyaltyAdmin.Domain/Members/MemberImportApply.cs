using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Members;

/// <summary>A row as it was understood, and as the member it makes where nobody is meant by it.</summary>
internal sealed record ReadyMember(ImportedMember Row, NewMember New);

/// <summary>Writes the members of a confirmed import: new ones in sets, with the cards that registration gives, others one by one, so that each change is in its history.</summary>
internal sealed class MemberImportApply(LoyaltyDatabase database, CardIssuing cards, ImportJob job, IReadOnlyDictionary<string, Store> stores, GroupDay group, SecretKeys keys, WebhookOutbox webhooks) : ImportApply<ImportedMember, ReadyMember>
{
    private readonly bool updates = MemberImports.UpdatesMembers(job.Settings);

    public override ReadyMember Prepare(int rowNumber, ImportedMember row)
    {
        var store = row.Store is { } code ? stores[code] : null;
        var zone = store?.Zone ?? group.Zone;

        return new ReadyMember(row, new NewMember
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
        });
    }

    public override async Task<IReadOnlyList<long>> WriteAsync(LoyaltyDbContext db, IReadOnlyList<ReadyMember> rows, CancellationToken cancel)
    {
        var known = await UpdateAsync(db, rows, cancel);
        var made = rows.Where(row => !known.ContainsKey(row)).ToList();
        var ids = await MemberRegistration.AddManyAsync(database, db, made.ConvertAll(row => row.New), cancel);
        await cards.OnRegistrationAsync(db, ids, cancel);
        for (var i = 0; i < made.Count; i++)
        {
            known[made[i]] = ids[i];
        }

        return [.. rows.Select(row => known[row])];
    }

    public override async Task<IReadOnlyDictionary<int, RowFault>> ClashesAsync(LoyaltyDbContext db, IReadOnlyList<ReadyMember> rows, CancellationToken cancel)
    {
        if (!updates)
        {
            return await MemberImportChecks.TakenAsync(db, [.. rows.Select(row => (row.Row.Number, row.Row.Phone, row.Row.Email))], cancel);
        }

        var match = await MemberImportMatch.ReadAsync(db, [.. rows.Select(row => row.Row)], cancel);

        return Enumerable.Range(0, rows.Count).Select(i => (At: i, Fault: match.Fault(rows[i].Row, _ => true))).Where(one => one.Fault is not null).ToDictionary(one => one.At, one => one.Fault!);
    }

    // What became wrong since the dry run (merged, erased, the birthday changed) stays as it is now: a list is older than what happened since.
    private async Task<Dictionary<ReadyMember, long>> UpdateAsync(LoyaltyDbContext db, IReadOnlyList<ReadyMember> rows, CancellationToken cancel)
    {
        var known = new Dictionary<ReadyMember, long>(ReferenceEqualityComparer.Instance);
        if (!updates)
        {
            return known;
        }

        db.Actor = Actor.Of(job.UploadedByKey, job.UploadedByName);
        var match = await MemberImportMatch.ReadAsync(db, [.. rows.Select(row => row.Row)], cancel);
        var told = new List<object>();
        foreach (var row in rows)
        {
            if (match.Of(row.Row) is not { } member)
            {
                continue;
            }

            known[row] = member.Id;
            if (match.Fault(row.Row, _ => true) is null && Apply(member, row) is { Count: > 0 } fields)
            {
                told.Add(new { number = member.Number, change = "edited", fields });
            }
        }

        await db.SaveChangesAsync(cancel);
        if (told.Count > 0)
        {
            await webhooks.AddAsync(db, WebhookEvents.MemberUpdated, told, cancel);
        }

        return known;
    }

    private List<string> Apply(Member member, ReadyMember ready)
    {
        var row = ready.Row;
        if (row.BirthDate is { } day && member.BirthDate is { } given && day != given)
        {
            member.BirthDateChanges++;
        }

        return MemberWriting.Apply(keys, member, FormOf(member, row, ready.New.HomeStoreId));
    }

    /// <summary>The member with what the row gives; what its empty cells do not stays.</summary>
    public static MemberForm FormOf(Member member, ImportedMember row, long? store) => new()
    {
        FullName = row.FullName ?? member.FullName,
        Phone = row.Phone ?? member.Phone,
        Email = row.Email ?? member.Email,
        BirthDate = row.BirthDate ?? member.BirthDate,
        Gender = row.Gender ?? member.Gender,
        Country = row.Country ?? member.Country,
        Region = row.Region ?? member.Region,
        City = row.City ?? member.City,
        PostalCode = row.PostalCode ?? member.PostalCode,
        Street = row.Street ?? member.Street,
        Street2 = row.Street2 ?? member.Street2,
        Language = row.Language ?? member.Language,
        TimeZone = member.TimeZone,
        HomeStoreId = store ?? member.HomeStoreId,
    };

    public override async Task CompleteAsync(LoyaltyDbContext db, ImportJob job, CancellationToken cancel)
    {
        if (!updates && await db.Members.CountAsync(member => member.ImportId == job.Id, cancel) != job.ValidRows)
        {
            throw new InvalidOperationException($"Import {job.Id} has not a member for each of {job.ValidRows} rows.");
        }
    }
}
