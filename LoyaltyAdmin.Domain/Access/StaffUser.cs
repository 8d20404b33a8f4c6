using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Access;

/// <summary>A person who signs in to the portal. Has one role and sees all stores or only the listed ones.</summary>
public sealed class StaffUser : IdentityUser<long>, IAudited
{
    public required string DisplayName { get; set; }

    public long RoleId { get; set; }

    public StoreScope Stores { get; set; } = StoreScope.All;

    /// <summary>A disabled user can neither sign in nor finish what an open page starts.</summary>
    public bool IsEnabled { get; set; } = true;

    public bool MustChangePassword { get; set; }

    public DateTimeOffset? LastSignInAt { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    string? IAudited.AuditName => DisplayName;
}

/// <summary>A named, editable bundle of permissions with the money limits of those who hold it.</summary>
public sealed class Role : IAudited, IVersioned
{
    public const string Administrator = "Administrator";

    public long Id { get; private set; }

    public required string Name { get; set; }

    public required IReadOnlyList<Permission> Permissions { get; set; }

    /// <summary>Above this amount (major units, any currency) a refund or adjustment waits for a second person; null: never waits, 0: always.</summary>
    public decimal? RefundLimit { get; set; }

    public decimal? AdjustmentLimit { get; set; }

    /// <summary>Above this many points given or taken by hand a second person is waited for.</summary>
    public decimal? PointsLimit { get; set; }

    /// <summary>Above this opening value an import waits for a second person.</summary>
    public decimal? ImportLimit { get; set; }

    /// <summary>Two-factor sign-in is demanded of everyone with this role.</summary>
    public bool RequiresTwoFactor { get; set; }

    public Guid Version { get; set; }

    string? IAudited.AuditName => Name;
}

internal sealed class StaffUserConfiguration : IEntityTypeConfiguration<StaffUser>
{
    public void Configure(EntityTypeBuilder<StaffUser> user)
    {
        user.ToTable("Staff");
        user.Property(u => u.Email).HasMaxLength(256);
        user.Property(u => u.NormalizedEmail).HasMaxLength(256);
        user.Property(u => u.UserName).HasMaxLength(256);
        user.Property(u => u.NormalizedUserName).HasMaxLength(256);
        user.Property(u => u.Stores).AsJson();
        user.Property(u => u.ConcurrencyStamp).IsConcurrencyToken();
        user.HasIndex(u => u.NormalizedUserName).IsUnique();
        user.HasIndex(u => u.NormalizedEmail);
        user.HasOne<Role>().WithMany().HasForeignKey(u => u.RoleId).OnDelete(DeleteBehavior.Restrict);
        user.HasMany<IdentityUserClaim<long>>().WithOne().HasForeignKey(c => c.UserId);
        user.HasMany<IdentityUserLogin<long>>().WithOne().HasForeignKey(l => l.UserId);
        user.HasMany<IdentityUserToken<long>>().WithOne().HasForeignKey(t => t.UserId);
    }
}

internal sealed class RoleConfiguration : IEntityTypeConfiguration<Role>
{
    public void Configure(EntityTypeBuilder<Role> role)
    {
        role.Property(r => r.Name).HasMaxLength(80);
        role.HasIndex(r => r.Name).IsUnique();
        role.Property(r => r.Permissions).AsJson();
        role.Property(r => r.Version).IsConcurrencyToken();
    }
}
