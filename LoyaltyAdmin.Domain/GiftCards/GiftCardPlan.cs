using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.GiftCards;

public enum GiftCardType
{
    Electronic,
    Physical,
}

public enum GiftCardPlanStatus
{
    /// <summary>Saved as draft: not offered yet.</summary>
    Draft,
    Active,
    Inactive,
}

/// <summary>What a merchant sells: a gift card plan (member-benefits 2.5.2). Sold cards keep the <see cref="GiftCardTerms"/> they were sold under.</summary>
public sealed class GiftCardPlan : IAudited, IVersioned
{
    public long Id { get; private set; }

    /// <summary>How POS, online stores and imports name the plan, e.g. <c>GC-0007</c>; never changes.</summary>
    public required string Code { get; init; }

    public required string Name { get; set; }

    /// <summary>Chosen first and for ever: a card belongs to one currency.</summary>
    public required string Currency { get; init; }

    public required GiftCardType CardType { get; init; }

    public GiftCardPlanStatus Status { get; private set; } = GiftCardPlanStatus.Draft;

    public long DesignId { get; set; }

    public required GiftCardRules Rules { get; set; }

    /// <summary>The terms the next card is sold under; a new row for every edit of the rules.</summary>
    public long? TermsId { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public Guid Version { get; set; }

    /// <summary>Launches the plan in its stores and channels at once.</summary>
    public void Activate()
    {
        if (Status == GiftCardPlanStatus.Active)
        {
            throw new RuleViolationException("already_active", "The gift card is already active.");
        }

        Status = GiftCardPlanStatus.Active;
    }

    /// <summary>Pauses sales. Sold cards remain valid for redemption (2.5.3).</summary>
    public void Deactivate()
    {
        if (Status != GiftCardPlanStatus.Active)
        {
            throw new RuleViolationException("not_active", "Only an active gift card can be deactivated.");
        }

        Status = GiftCardPlanStatus.Inactive;
    }

    string? IAudited.AuditName => Name;
}

/// <summary>The rules as they were when cards were sold: immutable, shared by every card sold under them.</summary>
public sealed class GiftCardTerms : IAppendOnly
{
    public long Id { get; private set; }

    public required long PlanId { get; init; }

    public required int Number { get; init; }

    public required GiftCardRules Rules { get; init; }

    /// <summary>The version of the terms of use the buyer agreed to, where the plan has one.</summary>
    public int? AgreementVersion { get; init; }

    public required DateTimeOffset Since { get; init; }
}

/// <summary>A card face: one of the product's own library or an uploaded image.</summary>
public sealed class GiftCardDesign : IAudited
{
    public long Id { get; private set; }

    public required string Name { get; init; }

    /// <summary>Drawn by the product's own style sheet under this name; null for an uploaded image.</summary>
    public string? LibraryKey { get; init; }

    /// <summary>PNG, JPEG or WebP as checked at upload.</summary>
    public byte[]? Image { get; init; }

    public string? ContentType { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    string? IAudited.AuditName => Name;
}

internal sealed class GiftCardPlanConfiguration : IEntityTypeConfiguration<GiftCardPlan>
{
    public void Configure(EntityTypeBuilder<GiftCardPlan> plan)
    {
        plan.Property(p => p.Code).HasMaxLength(20);
        plan.Property(p => p.Name).HasMaxLength(120);
        plan.Property(p => p.Currency).HasMaxLength(3);
        plan.Property(p => p.Rules).AsJson();
        plan.Property(p => p.Version).IsConcurrencyToken();
        plan.HasIndex(p => p.Code).IsUnique();
        plan.HasOne<GiftCardDesign>().WithMany().HasForeignKey(p => p.DesignId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class GiftCardTermsConfiguration : IEntityTypeConfiguration<GiftCardTerms>
{
    public void Configure(EntityTypeBuilder<GiftCardTerms> terms)
    {
        terms.Property(t => t.Rules).AsJson();
        terms.HasIndex(t => new { t.PlanId, t.Number }).IsUnique();
        terms.HasOne<GiftCardPlan>().WithMany().HasForeignKey(t => t.PlanId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class GiftCardDesignConfiguration : IEntityTypeConfiguration<GiftCardDesign>
{
    public void Configure(EntityTypeBuilder<GiftCardDesign> design)
    {
        design.Property(d => d.Name).HasMaxLength(120);
        design.Property(d => d.LibraryKey).HasMaxLength(40);
        design.Property(d => d.ContentType).HasMaxLength(40);
    }
}
