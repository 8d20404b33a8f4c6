using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Jobs;

/// <summary>Who may work on a job now. The token grows with every holder: a paused holder that wakes up late is refused by its old token.</summary>
public sealed class JobLease
{
    /// <summary>The job's name.</summary>
    public required string Id { get; init; }

    public required string Owner { get; set; }
    public required long Token { get; set; }
    public required DateTimeOffset Until { get; set; }
}

/// <summary>What a job's run did, for the history and the health check.</summary>
public sealed class JobRun
{
    public long Id { get; private set; }
    public required string Job { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>Null while running.</summary>
    public bool? Succeeded { get; set; }

    /// <summary>What was done, or a sentence without personal data about what went wrong.</summary>
    public string? Summary { get; set; }
}

internal sealed class JobLeaseConfiguration : IEntityTypeConfiguration<JobLease>
{
    public void Configure(EntityTypeBuilder<JobLease> lease)
    {
        lease.Property(l => l.Id).HasMaxLength(80);
        lease.Property(l => l.Owner).HasMaxLength(120);
    }
}

internal sealed class JobRunConfiguration : IEntityTypeConfiguration<JobRun>
{
    public void Configure(EntityTypeBuilder<JobRun> run)
    {
        run.Property(r => r.Job).HasMaxLength(80);
        run.Property(r => r.Summary).HasMaxLength(1000);
        run.HasIndex(r => new { r.Job, r.Id });
    }
}
