using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Members;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Cards;

public enum LoyaltyCardStatus
{
    Active,
    Frozen,

    /// <summary>Its relative validity is over; a card extension or a new issue brings it back.</summary>
    Expired,

    /// <summary>Given up, or its member was merged or erased.</summary>
    Cancelled,
}

/// <summary>
/// A member's card of one plan. Its tier is the higher of the one earned by rule and those granted for a term; when a grant ends the earned one shows again.
/// </summary>
public sealed class LoyaltyCard : IAudited, IVersioned
{
    public long Id { get; private set; }

    public required long MemberId { get; init; }

    public required long PlanId { get; init; }

    /// <summary>Printed on the card and scanned at tills; unique.</summary>
    public required string Number { get; init; }

    /// <summary>What the member has right now.</summary>
    public required long TierId { get; set; }

    /// <summary>What the rules give, underneath any grant.</summary>
    public required long EarnedTierId { get; set; }

    /// <summary>The day <see cref="TierId"/> began, in the group's zone.</summary>
    public required DateOnly TierSince { get; set; }

    /// <summary>The first day of the running period and the day it is looked at again, in the group's zone.</summary>
    public required DateOnly PeriodStart { get; set; }

    public required DateOnly PeriodEnd { get; set; }

    public LoyaltyCardStatus Status { get; set; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    public required DateOnly IssuedOn { get; init; }

    public long? IssuedStoreId { get; init; }

    /// <summary>UTC, exclusive; null: permanent.</summary>
    public DateTimeOffset? ValidUntil { get; set; }

    public Guid Version { get; set; }

    string? IAudited.AuditName => Number;

    long? IAudited.AuditStoreId => IssuedStoreId;
}

public enum TierChangeReason
{
    Issued,

    /// <summary>A purchase reached a higher tier.</summary>
    Purchase,

    /// <summary>The nightly recalculation found another tier deserved (late or refunded orders, changed rules).</summary>
    Recalculation,

    /// <summary>The period ended below the retain threshold.</summary>
    PeriodEnd,

    /// <summary>Given for a term.</summary>
    Granted,
    GrantEnded,
    Staff,
    Merge,
}

/// <summary>One change of a card's tier, append-only.</summary>
public sealed class TierChange : IAppendOnly
{
    public long Id { get; private set; }
    public required long CardId { get; init; }
    public required long MemberId { get; init; }
    public long? FromTierId { get; init; }
    public required long ToTierId { get; init; }
    public required TierChangeReason Reason { get; init; }

    /// <summary>The figures that decided, for people, e.g. <c>USD 1,204.50 of 1,000 in 12 months</c>.</summary>
    public string? Detail { get; init; }

    public required string ActorName { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>A tier given for a term by a package, a top-up or staff; unique per reason, so that a retry grants once.</summary>
public sealed class TierGrant : IAudited
{
    public long Id { get; private set; }
    public required long CardId { get; init; }
    public required long TierId { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>UTC, exclusive.</summary>
    public required DateTimeOffset Until { get; set; }

    /// <summary>What gave it, e.g. <c>staff</c>, <c>package</c>.</summary>
    public required string Source { get; init; }

    /// <summary>The reason's own key; unique with <see cref="Source"/>.</summary>
    public required string SourceKey { get; init; }

    public string? Reason { get; init; }

    /// <summary>Set when it ran out or was taken back.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    string? IAudited.AuditName => Source;
}

internal sealed class LoyaltyCardConfiguration : IEntityTypeConfiguration<LoyaltyCard>
{
    public void Configure(EntityTypeBuilder<LoyaltyCard> card)
    {
        card.Property(c => c.Number).HasMaxLength(30);
        card.Property(c => c.Version).IsConcurrencyToken();
        card.HasIndex(c => c.Number).IsUnique();
        card.HasIndex(c => new { c.MemberId, c.PlanId }).IsUnique();
        card.HasIndex(c => new { c.TierId, c.MemberId });
        card.HasIndex(c => new { c.PlanId, c.MemberId });
        card.HasIndex(c => new { c.PlanId, c.PeriodEnd });
        card.HasIndex(c => c.ValidUntil);
        card.HasOne<Member>().WithMany().HasForeignKey(c => c.MemberId).OnDelete(DeleteBehavior.Restrict);
        card.HasOne<CardPlan>().WithMany().HasForeignKey(c => c.PlanId).OnDelete(DeleteBehavior.Restrict);
        card.HasOne<CardTier>().WithMany().HasForeignKey(c => c.TierId).OnDelete(DeleteBehavior.Restrict);
        card.HasOne<CardTier>().WithMany().HasForeignKey(c => c.EarnedTierId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class TierChangeConfiguration : IEntityTypeConfiguration<TierChange>
{
    public void Configure(EntityTypeBuilder<TierChange> change)
    {
        change.HasIndex(c => new { c.MemberId, c.Id });
        change.HasIndex(c => new { c.CardId, c.Id });
        change.HasIndex(c => c.At);
        change.HasOne<LoyaltyCard>().WithMany().HasForeignKey(c => c.CardId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class TierGrantConfiguration : IEntityTypeConfiguration<TierGrant>
{
    public void Configure(EntityTypeBuilder<TierGrant> grant)
    {
        grant.Property(g => g.Source).HasMaxLength(40);
        grant.Property(g => g.SourceKey).HasMaxLength(80);
        grant.HasIndex(g => new { g.Source, g.SourceKey }).IsUnique();
        grant.HasIndex(g => new { g.CardId, g.Until });
        grant.HasIndex(g => new { g.EndedAt, g.Until });
        grant.HasOne<LoyaltyCard>().WithMany().HasForeignKey(g => g.CardId).OnDelete(DeleteBehavior.Restrict);
        grant.HasOne<CardTier>().WithMany().HasForeignKey(g => g.TierId).OnDelete(DeleteBehavior.Restrict);
    }
}
