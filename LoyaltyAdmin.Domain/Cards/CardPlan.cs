using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Cards;

public enum CardPlanStatus
{
    Active,

    /// <summary>No new cards; those that exist stay valid.</summary>
    Inactive,
}

/// <summary>What a tier is reached and kept by.</summary>
public enum TierBasis
{
    /// <summary>Net revenue in the group's currency.</summary>
    Spend,

    /// <summary>Distinct purchase days.</summary>
    Visits,

    /// <summary>Points earned.</summary>
    Points,
}

/// <summary>
/// A loyalty card plan: who holds its card climbs its tiers. A member holds one card per plan. Validity is permanent or relative to the day of issue.
/// </summary>
public sealed class CardPlan : IAudited, IVersioned
{
    public long Id { get; private set; }

    /// <summary>How tills and imports name the plan, e.g. <c>MAIN</c>; never changes.</summary>
    public required string Code { get; init; }

    public required string Name { get; set; }

    public string? Description { get; set; }

    public CardPlanStatus Status { get; set; }

    /// <summary>How long a card is valid from its issue; <see cref="ValidityPeriod.Unlimited"/> is the documents' “Permanent Validity”.</summary>
    public required ValidityPeriod Validity { get; set; }

    public TierBasis Basis { get; set; }

    /// <summary>Months of purchases a tier is reached by, and months it is kept before it is looked at again.</summary>
    public int PeriodMonths { get; set; } = 12;

    /// <summary>At the end of the period a card that does not reach its tier's retain threshold falls one tier at most (false: to the tier it deserves).</summary>
    public bool FallsOneTierOnly { get; set; } = true;

    /// <summary>New members get the card by themselves.</summary>
    public bool IsIssuedOnRegistration { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public Guid Version { get; set; }

    string? IAudited.AuditName => Name;
}

/// <summary>A step of a plan. The order is <see cref="Rank"/>: “Silver Tier and Above” means every tier of the plan whose rank is not below Silver's, whenever it was added.</summary>
public sealed class CardTier : IAudited
{
    public long Id { get; private set; }

    public required long PlanId { get; init; }

    /// <summary>From 1, without gaps.</summary>
    public required int Rank { get; set; }

    public required string Name { get; set; }

    /// <summary>Reached at this much of the plan's basis within its period; the first tier's is 0.</summary>
    public decimal UpgradeAt { get; set; }

    /// <summary>Kept at the end of the period with this much.</summary>
    public decimal RetainAt { get; set; }

    /// <summary>Points earned per unit of the currency, e.g. 0.1 for 10 %.</summary>
    public decimal EarningRate { get; set; }

    /// <summary>#RRGGBB of the badge.</summary>
    public string Colour { get; set; } = "#64748b";

    string? IAudited.AuditName => Name;
}

internal sealed class CardPlanConfiguration : IEntityTypeConfiguration<CardPlan>
{
    public void Configure(EntityTypeBuilder<CardPlan> plan)
    {
        plan.Property(p => p.Code).HasMaxLength(20);
        plan.Property(p => p.Name).HasMaxLength(120);
        plan.Property(p => p.Description).HasMaxLength(1000);
        plan.Property(p => p.Validity).AsJson();
        plan.Property(p => p.Version).IsConcurrencyToken();
        plan.HasIndex(p => p.Code).IsUnique();
    }
}

internal sealed class CardTierConfiguration : IEntityTypeConfiguration<CardTier>
{
    public void Configure(EntityTypeBuilder<CardTier> tier)
    {
        tier.Property(t => t.Name).HasMaxLength(60);
        tier.Property(t => t.Colour).HasMaxLength(7);
        // Not unique: inserting a tier renumbers its neighbours within one save.
        tier.HasIndex(t => new { t.PlanId, t.Rank });
        tier.HasIndex(t => new { t.PlanId, t.Name }).IsUnique();
        tier.HasOne<CardPlan>().WithMany().HasForeignKey(t => t.PlanId).OnDelete(DeleteBehavior.Restrict);
    }
}
