using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Audit;

/// <summary>An object whose every change is written to the audit trail in the same save.</summary>
public interface IAudited
{
    /// <summary>How people know the object, e.g. a plan's name. Never a full card number or other personal data.</summary>
    string? AuditName { get; }

    /// <summary>The store the object belongs to, so that store users see the history of their own objects only.</summary>
    long? AuditStoreId => null;
}

/// <summary>A row that is never changed or deleted; the database refuses it too.</summary>
public interface IAppendOnly;

/// <summary>An object edited by people: a save over a version that is no longer current is refused.</summary>
public interface IVersioned
{
    Guid Version { get; set; }
}

/// <summary>The value is personal or secret: the audit trail notes that it changed, never what it was.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SealedFieldAttribute : Attribute;

public enum AuditOutcome
{
    Done,
    Denied,
    Refused,
}

/// <summary>
/// One thing somebody did or was refused, append-only. Movements of value are not repeated here:
/// a <see cref="Ledger.LedgerTransaction"/> carries its own actor, time and reason and is just as immutable.
/// </summary>
public sealed class AuditEntry : IAppendOnly
{
    private AuditEntry()
    {
    }

    public AuditEntry(Actor actor, DateTimeOffset at, string action)
    {
        (At, Action) = (at, action);
        (ActorKey, ActorName, IpAddress, CorrelationId, AuthenticationMethod) = (actor.Key, actor.Name, actor.IpAddress, actor.CorrelationId, actor.AuthenticationMethod);
    }

    public long Id { get; private set; }

    /// <summary>UTC.</summary>
    public DateTimeOffset At { get; private set; }

    public string ActorKey { get; private set; } = "";
    public string ActorName { get; private set; } = "";
    public string? IpAddress { get; private set; }
    public string? CorrelationId { get; private set; }
    public string? AuthenticationMethod { get; private set; }

    /// <summary>What was done, as <c>Object.Verb</c>, e.g. <c>GiftCardPlan.Update</c>, <c>GiftCard.RevealNumber</c>.</summary>
    public string Action { get; private set; } = "";

    public AuditOutcome Outcome { get; init; }
    public string? EntityType { get; init; }
    public string? EntityId { get; init; }
    public string? Subject { get; init; }
    public long? StoreId { get; init; }
    public string? Reason { get; init; }

    /// <summary>JSON of the changed values before and after; sealed fields show only that they changed.</summary>
    public string? Before { get; init; }

    public string? After { get; init; }
}

/// <summary>The hash chain over <see cref="AuditEntry"/>, written behind by a job: editing, removing or reordering an entry breaks it.</summary>
public sealed class AuditSeal : IAppendOnly
{
    /// <summary>The identifier of the last entry this seal covers.</summary>
    public long Id { get; init; }

    /// <summary>The first entry covered; seals cover gapless ranges of existing entries.</summary>
    public long FirstId { get; init; }

    public int Count { get; init; }

    /// <summary>HMAC-SHA256 over the previous seal's hash and the canonical text of every covered entry, base64.</summary>
    public string Hash { get; init; } = "";

    public DateTimeOffset SealedAt { get; init; }
}

internal sealed class AuditEntryConfiguration : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> entry)
    {
        entry.Property(e => e.ActorKey).HasMaxLength(40);
        entry.Property(e => e.Action).HasMaxLength(80);
        entry.Property(e => e.EntityType).HasMaxLength(80);
        entry.Property(e => e.EntityId).HasMaxLength(40);
        entry.Property(e => e.Reason).HasMaxLength(1000);
        entry.Property(e => e.Before).HasMaxLength(-1);
        entry.Property(e => e.After).HasMaxLength(-1);
        entry.HasIndex(e => new { e.EntityType, e.EntityId, e.Id });
        entry.HasIndex(e => new { e.ActorKey, e.Id });
        entry.HasIndex(e => new { e.Action, e.Id });
    }
}

internal sealed class AuditSealConfiguration : IEntityTypeConfiguration<AuditSeal>
{
    public void Configure(EntityTypeBuilder<AuditSeal> seal)
    {
        seal.Property(s => s.Id).ValueGeneratedNever();
        seal.Property(s => s.Hash).HasMaxLength(64);
    }
}
