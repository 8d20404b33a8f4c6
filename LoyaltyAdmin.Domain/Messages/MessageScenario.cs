using System.Collections.Immutable;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Messages;

/// <summary>Why members are written to.</summary>
public enum MessageScenario
{
    CouponArrival,
    PointsEarned,
    PointsExpiring,
    TopUp,
    GiftCard,
    TierChange,
    Verification,
    WalletPayment,
}

/// <summary>A channel of a scenario; the list's order is the order they are tried in.</summary>
public sealed record ScenarioChannel(ConsentChannel Channel, bool IsOn);

/// <summary>Which channels a scenario uses; without a row it uses <see cref="Scenarios"/>' defaults.</summary>
public sealed class MessageScenarioSettings : IAudited, IVersioned
{
    public required MessageScenario Id { get; init; }
    public required bool IsOn { get; set; }
    public required ImmutableArray<ScenarioChannel> Channels { get; set; }
    public Guid Version { get; set; }

    string? IAudited.AuditName => Id.ToString();
}

/// <summary>A text of one scenario, channel and language that replaces the built-in one.</summary>
public sealed class MessageTemplate : IAudited, IVersioned
{
    public long Id { get; private set; }
    public required MessageScenario Scenario { get; init; }
    public required ConsentChannel Channel { get; init; }

    /// <summary>BCP 47, e.g. <c>en</c>, <c>zh-CN</c>.</summary>
    public required string Language { get; init; }

    /// <summary>The edition in use, counted from 1.</summary>
    public required int Number { get; set; }

    public Guid Version { get; set; }

    string? IAudited.AuditName => $"{Scenario}, {Channel}, {Language}";
}

/// <summary>An edition of a template; a sent message names the one it was made from.</summary>
public sealed class MessageTemplateVersion : IAppendOnly
{
    public long Id { get; private set; }
    public required long TemplateId { get; init; }
    public required int Number { get; init; }
    public string? Subject { get; init; }
    public required string Body { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string ActorName { get; init; }
}

internal sealed class MessageScenarioSettingsConfiguration : IEntityTypeConfiguration<MessageScenarioSettings>
{
    public void Configure(EntityTypeBuilder<MessageScenarioSettings> settings)
    {
        settings.Property(s => s.Channels).AsJson().HasMaxLength(1000);
        settings.Property(s => s.Version).IsConcurrencyToken();
    }
}

internal sealed class MessageTemplateConfiguration : IEntityTypeConfiguration<MessageTemplate>
{
    public void Configure(EntityTypeBuilder<MessageTemplate> template)
    {
        template.Property(t => t.Language).HasMaxLength(20);
        template.HasIndex(t => new { t.Scenario, t.Channel, t.Language }).IsUnique();
        template.Property(t => t.Version).IsConcurrencyToken();
    }
}

internal sealed class MessageTemplateVersionConfiguration : IEntityTypeConfiguration<MessageTemplateVersion>
{
    public void Configure(EntityTypeBuilder<MessageTemplateVersion> version)
    {
        version.Property(v => v.Subject).HasMaxLength(400);
        version.Property(v => v.Body).HasMaxLength(-1);
        version.HasIndex(v => new { v.TemplateId, v.Number }).IsUnique();
        version.HasOne<MessageTemplate>().WithMany().HasForeignKey(v => v.TemplateId).OnDelete(DeleteBehavior.Restrict);
    }
}
