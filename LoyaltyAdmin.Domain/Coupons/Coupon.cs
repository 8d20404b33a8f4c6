using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Coupons;

public enum CouponStatus
{
    /// <summary>Saved as draft: not offered yet.</summary>
    Draft,
    Active,
    Inactive,
    Archived,
}

/// <summary>How a coupon is presented.</summary>
public enum CouponCodeKind
{
    /// <summary>One code for everybody; the member is named beside it.</summary>
    Universal,

    /// <summary>Every issued coupon has a code of its own, made here.</summary>
    Individual,

    /// <summary>Every issued coupon takes one of the codes that were imported.</summary>
    Imported,
}

/// <summary>What a merchant gives away (Membership Marketing > Marketing > Coupons). Issued coupons keep the <see cref="CouponTerms"/> they were issued under.</summary>
public sealed class Coupon : IAudited, IVersioned
{
    public long Id { get; private set; }

    /// <summary>How stores and programs name the coupon, e.g. <c>CN-0007</c>; never changes. Not what members present.</summary>
    public required string Code { get; init; }

    public required string Name { get; set; }

    public required CouponType Type { get; init; }

    /// <summary>Amounts are in this currency for ever.</summary>
    public required string Currency { get; init; }

    public required CouponCodeKind CodeKind { get; init; }

    /// <summary>HMAC-SHA256 of the code that is the same for everybody. Unique.</summary>
    [SealedField]
    public byte[]? CodeHash { get; init; }

    /// <summary>The code that is the same for everybody: printed on posters, so no secret.</summary>
    public string? UniversalCode { get; init; }

    public CouponStatus Status { get; private set; } = CouponStatus.Draft;

    public required CouponRules Rules { get; set; }

    /// <summary>How many may ever be issued; null: unlimited. Guarded by <see cref="CouponStock"/>.</summary>
    public int? Stock { get; set; }

    /// <summary>How many one member may ever get; null: unlimited.</summary>
    public int? PerMemberLimit { get; set; }

    public long? ImageId { get; set; }

    /// <summary>The terms the next coupon is issued under; a new row for every edit of the rules.</summary>
    public long? TermsId { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public Guid Version { get; set; }

    /// <summary>Lets it be issued and claimed.</summary>
    /// <exception cref="RuleViolationException">It is active or archived, or its fixed window has passed.</exception>
    public void Activate(DateTimeOffset now, TimeZoneInfo zone)
    {
        if (Status is CouponStatus.Active or CouponStatus.Archived)
        {
            throw Status == CouponStatus.Active
                ? new RuleViolationException("already_active", "The coupon is already active.")
                : new RuleViolationException("archived", "An archived coupon cannot be activated. Copy it instead.");
        }

        if (Rules.Validity.HasEndedAt(now, zone))
        {
            throw new RuleViolationException("validity_past", "The coupon’s fixed validity has ended. Change it before activating the coupon.");
        }

        Status = CouponStatus.Active;
    }

    /// <summary>Stops issuing and claiming. Issued coupons stay usable.</summary>
    public void Deactivate()
    {
        if (Status != CouponStatus.Active)
        {
            throw new RuleViolationException("not_active", "Only an active coupon can be deactivated.");
        }

        Status = CouponStatus.Inactive;
    }

    /// <summary>Takes it off the list for good. Issued coupons stay usable.</summary>
    public void Archive()
    {
        if (Status is CouponStatus.Active or CouponStatus.Archived)
        {
            throw Status == CouponStatus.Active
                ? new RuleViolationException("still_active", "Deactivate the coupon before archiving it.")
                : new RuleViolationException("archived", "The coupon is archived already.");
        }

        Status = CouponStatus.Archived;
    }

    string? IAudited.AuditName => Name;
}

/// <summary>
/// How many of a coupon were issued. Apart from the coupon: whoever issues holds this row until the transaction ends, so that stock and what each
/// member has are decided one after the other.
/// </summary>
public sealed class CouponStock
{
    public required long CouponId { get; init; }

    /// <summary>Null: unlimited.</summary>
    public int? Limit { get; set; }

    public int Issued { get; private set; }
}

/// <summary>The rules as they were when coupons were issued: immutable, shared by every coupon issued under them.</summary>
public sealed class CouponTerms : IAppendOnly
{
    public long Id { get; private set; }

    public required long CouponId { get; init; }

    public required int Number { get; init; }

    public required CouponRules Rules { get; init; }

    public required DateTimeOffset Since { get; init; }
}

/// <summary>A coupon's picture, rebuilt from the upload.</summary>
public sealed class CouponImage : IAudited
{
    public long Id { get; private set; }

    public required byte[] Image { get; init; }

    public required string ContentType { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    string? IAudited.AuditName => null;
}

internal sealed class CouponConfiguration : IEntityTypeConfiguration<Coupon>
{
    public void Configure(EntityTypeBuilder<Coupon> coupon)
    {
        coupon.Property(c => c.Code).HasMaxLength(20);
        coupon.Property(c => c.Name).HasMaxLength(120);
        coupon.Property(c => c.Currency).HasMaxLength(3);
        coupon.Property(c => c.CodeHash).HasMaxLength(32);
        coupon.Property(c => c.UniversalCode).HasMaxLength(32);
        coupon.Property(c => c.Rules).AsJson().HasMaxLength(-1);
        coupon.Property(c => c.Version).IsConcurrencyToken();
        coupon.HasIndex(c => c.Code).IsUnique();
        coupon.HasIndex(c => c.CodeHash).IsUnique();
        coupon.HasOne<CouponImage>().WithMany().HasForeignKey(c => c.ImageId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class CouponStockConfiguration : IEntityTypeConfiguration<CouponStock>
{
    public void Configure(EntityTypeBuilder<CouponStock> stock)
    {
        stock.ToTable("CouponStocks");
        stock.HasKey(s => s.CouponId);
        stock.Property(s => s.CouponId).ValueGeneratedNever();
        stock.HasOne<Coupon>().WithOne().HasForeignKey<CouponStock>(s => s.CouponId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class CouponTermsConfiguration : IEntityTypeConfiguration<CouponTerms>
{
    public void Configure(EntityTypeBuilder<CouponTerms> terms)
    {
        terms.Property(t => t.Rules).AsJson().HasMaxLength(-1);
        terms.HasIndex(t => new { t.CouponId, t.Number }).IsUnique();
        terms.HasOne<Coupon>().WithMany().HasForeignKey(t => t.CouponId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class CouponImageConfiguration : IEntityTypeConfiguration<CouponImage>
{
    public void Configure(EntityTypeBuilder<CouponImage> image) => image.Property(i => i.ContentType).HasMaxLength(40);
}
