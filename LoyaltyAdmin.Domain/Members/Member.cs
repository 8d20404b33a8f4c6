using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Members;

public enum MemberStatus
{
    Active,

    /// <summary>Takes part in nothing until restored: no benefit, no gift, no message but transactional ones.</summary>
    Frozen,

    /// <summary>Was a duplicate; everything it had belongs to <see cref="Member.MergedIntoId"/>.</summary>
    Merged,

    /// <summary>Personal data is gone for good; orders and the ledger keep summing under the bare number.</summary>
    Erased,
}

public enum Gender
{
    Female,
    Male,
    Other,
}

/// <summary>Through which door a member came in.</summary>
public enum RegistrationSource
{
    Staff,
    Pos,
    Online,
    Import,

    /// <summary>Made for an order or an order import that named a customer nobody knew.</summary>
    Order,
}

/// <summary>
/// A person the merchant knows. Phone and e-mail are unique, because tills and shops find people by them; whoever is merged or erased gives them up.
/// </summary>
public sealed class Member : IAudited, IVersioned
{
    public long Id { get; private set; }

    /// <summary>How everybody outside names the member: the merchant's own number, or 12 digits of ours (11 random, one Damm check digit). Unique, never changes.</summary>
    public required string Number { get; init; }

    [SealedField]
    public string? FullName { get; set; }

    [SealedField]
    public DateOnly? BirthDate { get; set; }

    /// <summary>Month × 100 + day of the birthday, 29 February as 28 (domain rules 11): what birthday rules look in. Null without a birthday.</summary>
    [SealedField]
    public int? BirthdayKey { get; private set; }

    /// <summary>How often the birthday was changed after it was first given; limited, because benefits hang on it.</summary>
    public int BirthDateChanges { get; set; }

    public Gender? Gender { get; set; }

    /// <summary>ISO 3166 alpha-2.</summary>
    public string? Country { get; set; }

    public string? Region { get; set; }

    public string? City { get; set; }

    [SealedField]
    public string? PostalCode { get; set; }

    [SealedField]
    public string? Street { get; set; }

    /// <summary>Building, floor, apartment.</summary>
    [SealedField]
    public string? Street2 { get; set; }

    /// <summary>The identity document's number, sealed; shown as its last four characters without an audited reveal.</summary>
    [SealedField]
    public byte[]? SealedIdNumber { get; set; }

    [SealedField]
    public string? IdNumberLastFour { get; set; }

    /// <summary>Lower case; unique.</summary>
    [SealedField]
    public string? Email { get; set; }

    /// <summary>E.164; unique.</summary>
    [SealedField]
    public string? Phone { get; set; }

    /// <summary>UTC; null: the address was never proved to be the member's. A changed address starts unproved.</summary>
    public DateTimeOffset? EmailVerifiedAt { get; set; }

    public DateTimeOffset? PhoneVerifiedAt { get; set; }

    /// <summary>BCP 47, e.g. <c>en</c>, <c>zh-CN</c>: the language of messages.</summary>
    public string? Language { get; set; }

    /// <summary>IANA zone for quiet hours; null: the home store's, else the group's.</summary>
    public string? TimeZone { get; set; }

    /// <summary>Staff of single stores see the members of their stores and those of none.</summary>
    public long? HomeStoreId { get; set; }

    public required RegistrationSource RegisteredThrough { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset RegisteredAt { get; init; }

    /// <summary>The day of registration in the home store's zone (the group's without one).</summary>
    public required DateOnly RegisteredOn { get; init; }

    public MemberStatus Status { get; set; }

    public long? MergedIntoId { get; set; }

    public long? ImportId { get; init; }

    /// <summary>What contains-search looks in: number, name, phone and e-mail in lower case.</summary>
    [SealedField]
    public string SearchText { get; private set; } = "";

    public Guid Version { get; set; }

    /// <summary>Derives what is looked for from what is known; called before every save.</summary>
    public void Index()
    {
        BirthdayKey = BirthdayKeyOf(BirthDate);
        SearchText = SearchTextOf(Number, FullName, Phone, Email);
    }

    public static int? BirthdayKeyOf(DateOnly? birthDate) => birthDate switch
    {
        null => null,
        { Month: 2, Day: 29 } => 228,
        { } day => day.Month * 100 + day.Day,
    };

    internal static string SearchTextOf(string number, string? name, string? phone, string? email) =>
        string.Join(' ', new[] { number, name, phone, email }.Where(part => !string.IsNullOrEmpty(part))).ToLowerInvariant();

    string? IAudited.AuditName => Number;

    long? IAudited.AuditStoreId => HomeStoreId;
}

/// <summary>One custom attribute of a member, e.g. <c>Shoe size</c> = <c>42</c>; segments can ask for it.</summary>
public sealed class MemberAttribute
{
    public required long MemberId { get; init; }

    public required string Name { get; init; }

    [SealedField]
    public required string Value { get; set; }
}

/// <summary>A duplicate that was merged into another member: what moved, by whom and why.</summary>
public sealed class MemberMerge : IAppendOnly
{
    public long Id { get; private set; }
    public required long FromId { get; init; }
    public required long IntoId { get; init; }
    public required int Orders { get; init; }
    public required int Cards { get; init; }
    public required string Reason { get; init; }
    public required string ActorKey { get; init; }
    public required string ActorName { get; init; }
    public required DateTimeOffset At { get; init; }
}

internal sealed class MemberConfiguration : IEntityTypeConfiguration<Member>
{
    public void Configure(EntityTypeBuilder<Member> member)
    {
        member.Property(m => m.Number).HasMaxLength(40);
        member.Property(m => m.FullName).HasMaxLength(120);
        member.Property(m => m.Country).HasMaxLength(2);
        member.Property(m => m.Region).HasMaxLength(80);
        member.Property(m => m.City).HasMaxLength(80);
        member.Property(m => m.PostalCode).HasMaxLength(20);
        member.Property(m => m.Street).HasMaxLength(200);
        member.Property(m => m.Street2).HasMaxLength(200);
        member.Property(m => m.SealedIdNumber).HasMaxLength(200);
        member.Property(m => m.IdNumberLastFour).HasMaxLength(4);
        member.Property(m => m.Email).HasMaxLength(254);
        member.Property(m => m.Phone).HasMaxLength(20);
        member.Property(m => m.Language).HasMaxLength(20);
        member.Property(m => m.TimeZone).HasMaxLength(60);
        member.Property(m => m.SearchText).HasMaxLength(450);
        member.Property(m => m.Version).IsConcurrencyToken();
        member.HasIndex(m => m.Number).IsUnique();
        member.HasIndex(m => m.Email).IsUnique();
        member.HasIndex(m => m.Phone).IsUnique();
        member.HasIndex(m => new { m.HomeStoreId, m.Id });
        member.HasIndex(m => new { m.RegisteredOn, m.Id });
        member.HasIndex(m => new { m.BirthdayKey, m.Id });
        member.HasIndex(m => new { m.Status, m.Id });
        member.HasIndex(m => m.MergedIntoId);
        member.HasIndex(m => m.ImportId);
        member.HasOne<Store>().WithMany().HasForeignKey(m => m.HomeStoreId).OnDelete(DeleteBehavior.Restrict);
        member.HasOne<Member>().WithMany().HasForeignKey(m => m.MergedIntoId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class MemberAttributeConfiguration : IEntityTypeConfiguration<MemberAttribute>
{
    public void Configure(EntityTypeBuilder<MemberAttribute> attribute)
    {
        attribute.HasKey(a => new { a.MemberId, a.Name });
        attribute.Property(a => a.Name).HasMaxLength(60);
        attribute.Property(a => a.Value).HasMaxLength(200);
        attribute.HasIndex(a => new { a.Name, a.Value, a.MemberId });
        attribute.HasOne<Member>().WithMany().HasForeignKey(a => a.MemberId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class MemberMergeConfiguration : IEntityTypeConfiguration<MemberMerge>
{
    public void Configure(EntityTypeBuilder<MemberMerge> merge)
    {
        merge.Property(m => m.ActorKey).HasMaxLength(40);
        merge.Property(m => m.Reason).HasMaxLength(1000);
        merge.HasIndex(m => m.IntoId);
        merge.HasIndex(m => m.FromId);
    }
}
