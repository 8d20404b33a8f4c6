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

    /// <summary>The process that ran it.</summary>
    public string? Node { get; init; }

    /// <summary>How much it did, counted in its own things: cards, coupons, rows.</summary>
    public long? Amount { get; set; }

    /// <summary>Who asked for it on the Jobs page; null: the schedule did.</summary>
    public string? AskedBy { get; init; }
}

/// <summary>What people decided about a job, for all nodes: whether it is paused, and whether it shall run at once.</summary>
public sealed class JobControl
{
    /// <summary>The job's name.</summary>
    public required string Id { get; init; }

    public DateTimeOffset? PausedAt { get; set; }
    public string? PausedBy { get; set; }
    public string? PauseReason { get; set; }

    /// <summary>Somebody wants it to run now; taken away by the node that does it.</summary>
    public DateTimeOffset? AskedAt { get; set; }

    public string? AskedBy { get; set; }
}

/// <summary>A node's sign of life for a job it looks after, written every few seconds.</summary>
public sealed class JobBeat
{
    public required string Job { get; init; }
    public required string Node { get; init; }
    public required DateTimeOffset SeenAt { get; set; }

    /// <summary>When this node last came to the end of a round, whether or not there was something to do.</summary>
    public DateTimeOffset? LookedAt { get; set; }

    /// <summary>At work since then; null: idle.</summary>
    public DateTimeOffset? BusySince { get; set; }
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
        run.Property(r => r.Node).HasMaxLength(120);
        run.Property(r => r.AskedBy).HasMaxLength(120);
        run.HasIndex(r => new { r.Job, r.Id });
        run.HasIndex(r => r.StartedAt);
    }
}

internal sealed class JobControlConfiguration : IEntityTypeConfiguration<JobControl>
{
    public void Configure(EntityTypeBuilder<JobControl> control)
    {
        control.Property(c => c.Id).HasMaxLength(80);
        control.Property(c => c.PausedBy).HasMaxLength(120);
        control.Property(c => c.AskedBy).HasMaxLength(120);
    }
}

internal sealed class JobBeatConfiguration : IEntityTypeConfiguration<JobBeat>
{
    public void Configure(EntityTypeBuilder<JobBeat> beat)
    {
        beat.HasKey(b => new { b.Job, b.Node });
        beat.Property(b => b.Job).HasMaxLength(80);
        beat.Property(b => b.Node).HasMaxLength(120);
    }
}
