using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>So many of one coupon.</summary>
public sealed record CouponPackageItem(long CouponId, int Quantity);

/// <summary>Several coupons given together. What was issued with it stays as it is when the package changes.</summary>
public sealed class CouponPackage : IAudited, IVersioned
{
    public const int MostItems = 20;

    public long Id { get; private set; }

    /// <summary>E.g. <c>CP-0003</c>; never changes.</summary>
    public required string Code { get; init; }

    public required string Name { get; set; }

    public string? Description { get; set; }

    public CouponStatus Status { get; private set; } = CouponStatus.Draft;

    public required IReadOnlyList<CouponPackageItem> Items { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public Guid Version { get; set; }

    public void Activate()
    {
        if (Status is CouponStatus.Active or CouponStatus.Archived)
        {
            throw Status == CouponStatus.Active
                ? new RuleViolationException("already_active", "The coupon package is already active.")
                : new RuleViolationException("archived", "An archived coupon package cannot be activated.");
        }

        Status = CouponStatus.Active;
    }

    public void Deactivate()
    {
        if (Status != CouponStatus.Active)
        {
            throw new RuleViolationException("not_active", "Only an active coupon package can be deactivated.");
        }

        Status = CouponStatus.Inactive;
    }

    public void Archive()
    {
        if (Status is CouponStatus.Active or CouponStatus.Archived)
        {
            throw Status == CouponStatus.Active
                ? new RuleViolationException("still_active", "Deactivate the coupon package before archiving it.")
                : new RuleViolationException("archived", "The coupon package is archived already.");
        }

        Status = CouponStatus.Archived;
    }

    string? IAudited.AuditName => Name;
}

internal sealed class CouponPackageConfiguration : IEntityTypeConfiguration<CouponPackage>
{
    public void Configure(EntityTypeBuilder<CouponPackage> package)
    {
        package.ToTable("CouponPackages");
        package.Property(p => p.Code).HasMaxLength(20);
        package.Property(p => p.Name).HasMaxLength(120);
        package.Property(p => p.Description).HasMaxLength(2000);
        package.Property(p => p.Items).AsJson().HasMaxLength(-1);
        package.Property(p => p.Version).IsConcurrencyToken();
        package.HasIndex(p => p.Code).IsUnique();
    }
}
