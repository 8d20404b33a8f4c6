using System.Collections.Immutable;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Gifts;

public enum GiftCampaignStatus
{
    Draft,

    /// <summary>Begins by itself at its time.</summary>
    Scheduled,
    Running,

    /// <summary>Everybody in the audience has it.</summary>
    Finished,

    /// <summary>By people, or because stock or budget were used up; it can go on.</summary>
    Stopped,
    Archived,
}

/// <summary>A gift to everybody in an audience, once each (Membership Marketing > Marketing > Gifts).</summary>
public sealed class GiftCampaign : IAudited, IVersioned
{
    public long Id { get; private set; }

    /// <summary>E.g. <c>GF-0003</c>; never changes.</summary>
    public required string Code { get; init; }

    public required string Name { get; set; }

    public required AudienceScope Audience { get; set; }

    public required GiftSpec Gift { get; set; }

    /// <summary>How many members may get it; null: all of the audience.</summary>
    public int? MemberLimit { get; set; }

    /// <summary>How many points it may give in all; null: as many as it takes.</summary>
    public decimal? PointsBudget { get; set; }

    /// <summary>Whether what has not been delivered is cancelled when the campaign is archived.</summary>
    public required bool CancelsPending { get; set; }

    /// <summary>The mini programs that carry its notices.</summary>
    public required ImmutableArray<long> MiniProgramIds { get; set; }

    public GiftCampaignStatus Status { get; private set; }

    /// <summary>UTC; null: not scheduled.</summary>
    public DateTimeOffset? StartAt { get; private set; }

    public DateTimeOffset? StartedAt { get; private set; }

    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>Why it stopped, in words.</summary>
    public string? StopReason { get; private set; }

    /// <summary>Who started it: the gifts are given in this name.</summary>
    public string? ActorKey { get; private set; }

    public string? ActorName { get; private set; }

    /// <summary>Members up to this one were looked at; only for speed, the unique key decides.</summary>
    public long LastMemberId { get; private set; }

    /// <summary>How many members got it; never above <see cref="MemberLimit"/>, the database sees to it.</summary>
    public int Granted { get; private set; }

    /// <summary>How many points were given; never above <see cref="PointsBudget"/>.</summary>
    public decimal PointsGranted { get; private set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public Guid Version { get; set; }

    public bool IsOpen => Status is GiftCampaignStatus.Draft or GiftCampaignStatus.Scheduled;

    /// <summary>Begins now, or at a later time; a stopped campaign goes on where it stopped.</summary>
    /// <param name="at">UTC; null: now.</param>
    /// <param name="now">UTC.</param>
    /// <param name="by">In whose name it gives.</param>
    public void Start(DateTimeOffset? at, DateTimeOffset now, Access.Actor by)
    {
        if (Status is not (GiftCampaignStatus.Draft or GiftCampaignStatus.Scheduled or GiftCampaignStatus.Stopped))
        {
            throw new RuleViolationException("not_startable", Status == GiftCampaignStatus.Running ? "The campaign is running already." : "Only a draft, scheduled or stopped campaign can be started. Copy it instead.");
        }

        // Who joins the audience behind the point where it stopped is not forgotten.
        LastMemberId = 0;
        (ActorKey, ActorName, StopReason, EndedAt) = (by.Key, by.Name, null, null);
        (Status, StartAt, StartedAt) = at > now ? (GiftCampaignStatus.Scheduled, at, StartedAt) : (GiftCampaignStatus.Running, StartAt, StartedAt ?? now);
    }

    /// <summary>Its time has come.</summary>
    internal void Begin(DateTimeOffset now) => (Status, StartedAt) = (GiftCampaignStatus.Running, StartedAt ?? now);

    /// <summary>Back to a draft before its time.</summary>
    public void Unschedule()
    {
        if (Status != GiftCampaignStatus.Scheduled)
        {
            throw new RuleViolationException("not_scheduled", "Only a scheduled campaign can be taken off the schedule.");
        }

        (Status, StartAt) = (GiftCampaignStatus.Draft, null);
    }

    /// <summary>Gives to nobody further. What was granted still comes.</summary>
    public void Stop(string reason, DateTimeOffset now)
    {
        if (Status != GiftCampaignStatus.Running)
        {
            throw new RuleViolationException("not_running", "Only a running campaign can be stopped.");
        }

        (Status, StopReason, EndedAt) = (GiftCampaignStatus.Stopped, reason, now);
    }

    /// <summary>Everybody has it.</summary>
    internal void Finish(DateTimeOffset now) => (Status, EndedAt) = (GiftCampaignStatus.Finished, now);

    /// <summary>It cannot begin or go on.</summary>
    internal void Fail(string reason, DateTimeOffset now) => (Status, StopReason, EndedAt) = (GiftCampaignStatus.Stopped, reason, now);

    /// <summary>Off the list for good.</summary>
    public void Archive()
    {
        if (Status is GiftCampaignStatus.Running or GiftCampaignStatus.Scheduled or GiftCampaignStatus.Archived)
        {
            throw Status == GiftCampaignStatus.Archived
                ? new RuleViolationException("archived", "The campaign is archived already.")
                : new RuleViolationException("still_active", Status == GiftCampaignStatus.Running ? "Stop the campaign before archiving it." : "Take the campaign off the schedule before archiving it.");
        }

        Status = GiftCampaignStatus.Archived;
    }

    string? IAudited.AuditName => Name;
}

internal sealed class GiftCampaignConfiguration : IEntityTypeConfiguration<GiftCampaign>
{
    public void Configure(EntityTypeBuilder<GiftCampaign> campaign)
    {
        campaign.ToTable("GiftCampaigns", table =>
        {
            table.HasCheckConstraint("CK_GiftCampaigns_Granted", "\"MemberLimit\" IS NULL OR \"Granted\" <= \"MemberLimit\"");
            table.HasCheckConstraint("CK_GiftCampaigns_PointsGranted", "\"PointsBudget\" IS NULL OR \"PointsGranted\" <= \"PointsBudget\"");
        });
        campaign.Property(c => c.Code).HasMaxLength(20);
        campaign.Property(c => c.Name).HasMaxLength(120);
        campaign.Property(c => c.Audience).AsJson().HasMaxLength(-1);
        campaign.Property(c => c.Gift).AsJson().HasMaxLength(-1);
        campaign.Property(c => c.MiniProgramIds).AsJson();
        campaign.Property(c => c.ActorKey).HasMaxLength(40);
        campaign.Property(c => c.ActorName).HasMaxLength(120);
        campaign.Property(c => c.Version).IsConcurrencyToken();
        campaign.HasIndex(c => c.Code).IsUnique();
        campaign.HasIndex(c => new { c.Status, c.StartAt });
    }
}
