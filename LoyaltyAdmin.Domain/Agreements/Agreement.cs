using LoyaltyAdmin.Domain.Audit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Agreements;

public enum AgreementKind
{
    GiftCardTerms,
    TopUpAgreement,
    PurchaseAgreement,
    TermsOfUse,
    Faq,
    PrivacyPolicy,
}

/// <summary>A text members agree to, with every published version kept.</summary>
public sealed class Agreement : IAudited, IVersioned
{
    public long Id { get; private set; }

    public required AgreementKind Kind { get; set; }

    public required string Title { get; set; }

    /// <summary>The number of the newest <see cref="AgreementVersion"/>.</summary>
    public int CurrentVersion { get; set; }

    public bool IsActive { get; set; } = true;

    public Guid Version { get; set; }

    string? IAudited.AuditName => Title;
}

/// <summary>The text as published at a moment; never changed afterwards, because people agreed to it.</summary>
public sealed class AgreementVersion : IAppendOnly
{
    public long Id { get; private set; }

    public required long AgreementId { get; init; }

    public required int Number { get; init; }

    public required string Body { get; init; }

    public required DateTimeOffset PublishedAt { get; init; }

    public required string PublishedBy { get; init; }
}

internal sealed class AgreementConfiguration : IEntityTypeConfiguration<Agreement>
{
    public void Configure(EntityTypeBuilder<Agreement> agreement)
    {
        agreement.Property(a => a.Title).HasMaxLength(200);
        agreement.Property(a => a.Version).IsConcurrencyToken();
    }
}

internal sealed class AgreementVersionConfiguration : IEntityTypeConfiguration<AgreementVersion>
{
    public void Configure(EntityTypeBuilder<AgreementVersion> version)
    {
        version.Property(v => v.Body).HasMaxLength(-1);
        version.HasIndex(v => new { v.AgreementId, v.Number }).IsUnique();
        version.HasOne<Agreement>().WithMany().HasForeignKey(v => v.AgreementId).OnDelete(DeleteBehavior.Restrict);
    }
}
