using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Members;

/// <summary>A member to be written: checked and normalised by whoever registers it.</summary>
internal sealed record NewMember
{
    /// <summary>The merchant's own number; null: one is made.</summary>
    public string? Number { get; init; }

    public string? FullName { get; init; }
    public DateOnly? BirthDate { get; init; }
    public Gender? Gender { get; init; }
    public string? Country { get; init; }
    public string? Region { get; init; }
    public string? City { get; init; }
    public string? PostalCode { get; init; }
    public string? Street { get; init; }
    public string? Street2 { get; init; }

    /// <summary>Lower case.</summary>
    public string? Email { get; init; }

    /// <summary>E.164.</summary>
    public string? Phone { get; init; }

    public string? Language { get; init; }
    public long? HomeStoreId { get; init; }
    public required RegistrationSource Through { get; init; }
    public required DateTimeOffset RegisteredAt { get; init; }

    /// <summary>The day of <see cref="RegisteredAt"/> in the home store's zone, the group's without one.</summary>
    public required DateOnly RegisteredOn { get; init; }

    public long? ImportId { get; init; }
}

/// <summary>Writes new members for every door: staff, API, imports, orders that name somebody nobody knew. Callers keep phone and e-mail unique.</summary>
internal static class MemberRegistration
{
    private static readonly BulkColumn[] columns =
    [
        new("Number", BulkType.Text), new("FullName", BulkType.Text), new("BirthDate", BulkType.Day), new("BirthdayKey", BulkType.Int), new("BirthDateChanges", BulkType.Int),
        new("Gender", BulkType.Text), new("Country", BulkType.Text), new("Region", BulkType.Text), new("City", BulkType.Text), new("PostalCode", BulkType.Text),
        new("Street", BulkType.Text), new("Street2", BulkType.Text), new("Email", BulkType.Text), new("Phone", BulkType.Text), new("Language", BulkType.Text),
        new("HomeStoreId", BulkType.Long), new("RegisteredThrough", BulkType.Text), new("RegisteredAt", BulkType.Instant), new("RegisteredOn", BulkType.Day),
        new("Status", BulkType.Text), new("ImportId", BulkType.Long), new("SearchText", BulkType.Text), new("Version", BulkType.Guid),
    ];

    /// <summary>One member, saved with the caller's other changes and audited with them.</summary>
    public static Member Add(LoyaltyDbContext db, NewMember from)
    {
        var member = new Member
        {
            Number = from.Number ?? MemberNumbers.New(),
            FullName = from.FullName,
            BirthDate = from.BirthDate,
            Gender = from.Gender,
            Country = from.Country,
            Region = from.Region,
            City = from.City,
            PostalCode = from.PostalCode,
            Street = from.Street,
            Street2 = from.Street2,
            Email = from.Email,
            Phone = from.Phone,
            Language = from.Language,
            HomeStoreId = from.HomeStoreId,
            RegisteredThrough = from.Through,
            RegisteredAt = from.RegisteredAt,
            RegisteredOn = from.RegisteredOn,
            ImportId = from.ImportId,
        };
        member.Index();

        return db.Members.Add(member).Entity;
    }

    /// <summary>Many members in one statement, within the caller's transaction. Answers their identifiers in order. Not audited one by one: the import or batch is.</summary>
    public static Task<long[]> AddManyAsync(LoyaltyDatabase database, LoyaltyDbContext db, IReadOnlyList<NewMember> members, CancellationToken cancel) =>
        database.Provider.Bulk.InsertReturningIdsAsync(db, "Members", columns, [.. members.Select(Row)], cancel);

    private static object?[] Row(NewMember m)
    {
        var number = m.Number ?? MemberNumbers.New();

        return
        [
            number, m.FullName, m.BirthDate, Member.BirthdayKeyOf(m.BirthDate), 0, m.Gender?.ToString(), m.Country, m.Region, m.City, m.PostalCode, m.Street, m.Street2, m.Email, m.Phone,
            m.Language, m.HomeStoreId, m.Through.ToString(), m.RegisteredAt, m.RegisteredOn, nameof(MemberStatus.Active), m.ImportId,
            Member.SearchTextOf(number, m.FullName, m.Phone, m.Email), Guid.CreateVersion7(m.RegisteredAt),
        ];
    }
}
