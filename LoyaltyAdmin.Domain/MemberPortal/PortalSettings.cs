using LoyaltyAdmin.Domain.Audit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.MemberPortal;

/// <summary>The members' own pages: open or closed, how long links live, how they look. Their public address is that of messages (<see cref="Messages.MessageSettings.PublicUrl"/>).</summary>
public sealed class PortalSettings : IAudited, IVersioned
{
    public const long TheId = 1;

    public long Id { get; init; } = TheId;

    public bool IsOn { get; set; } = true;

    /// <summary>How long a link within a message opens the page.</summary>
    public int MessageLinkDays { get; set; } = 7;

    /// <summary>Where members ask for help: shown under every page.</summary>
    public string? Contact { get; set; }

    /// <summary>The merchant's colour, <c>#rrggbb</c>; white text must be readable on it.</summary>
    public string Colour { get; set; } = DefaultColour;

    public Guid Version { get; set; }

    public const string DefaultColour = "#2f5bd7";

    string? IAudited.AuditName => "Member page";
}

/// <summary>
/// Which of a member's links and sessions still hold: those of the present generation. Links in messages are signed and have no row of their own,
/// so this is how all of them end at once. A number, not a time: clocks may go back.
/// </summary>
public sealed class PortalStanding
{
    public required long MemberId { get; init; }

    public required int Generation { get; set; }
}

internal sealed class PortalSettingsConfiguration : IEntityTypeConfiguration<PortalSettings>
{
    public void Configure(EntityTypeBuilder<PortalSettings> settings)
    {
        settings.ToTable("PortalSettings");
        settings.Property(s => s.Id).ValueGeneratedNever();
        settings.Property(s => s.Contact).HasMaxLength(200);
        settings.Property(s => s.Colour).HasMaxLength(7);
        settings.Property(s => s.Version).IsConcurrencyToken();
    }
}

internal sealed class PortalStandingConfiguration : IEntityTypeConfiguration<PortalStanding>
{
    public void Configure(EntityTypeBuilder<PortalStanding> standing)
    {
        standing.ToTable("PortalStandings");
        standing.HasKey(s => s.MemberId);
        standing.Property(s => s.MemberId).ValueGeneratedNever();
        standing.HasOne<Members.Member>().WithOne().HasForeignKey<PortalStanding>(s => s.MemberId).OnDelete(DeleteBehavior.Restrict);
    }
}
