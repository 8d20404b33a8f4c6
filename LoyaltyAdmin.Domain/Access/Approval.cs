using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Access;

public enum ApprovalKind
{
    GiftCardRefund,
    GiftCardAdjustment,
    GiftCardImport,
    GiftCardNumberExport,
    PointsAdjustment,
    WalletWithdrawal,
    UserAccess,
    RoleAccess,
}

public enum ApprovalStatus
{
    Pending,
    Approved,
    Rejected,
    Withdrawn,
}

/// <summary>Something above its maker's limit that waits for a second person (four-eyes). Executed once, when approved, under its own idempotency key.</summary>
public sealed class Approval : IAudited, IVersioned
{
    public long Id { get; private set; }

    public required ApprovalKind Kind { get; init; }

    /// <summary>What it is about, e.g. a masked card number.</summary>
    public required string Subject { get; init; }

    /// <summary>The identifier of the card, import or export it is about.</summary>
    public required long SubjectId { get; init; }

    /// <summary>Major units.</summary>
    public decimal? Amount { get; init; }

    public string? Currency { get; init; }

    public long? StoreId { get; init; }

    /// <summary>What to execute, as JSON of the kind's own request record.</summary>
    public required string Request { get; init; }

    public required string Reason { get; init; }

    public required string RequestedByKey { get; init; }
    public required string RequestedByName { get; init; }
    public required DateTimeOffset RequestedAt { get; init; }

    public ApprovalStatus Status { get; private set; }
    public string? DecidedByKey { get; private set; }
    public string? DecidedByName { get; private set; }
    public DateTimeOffset? DecidedAt { get; private set; }
    public string? DecisionNote { get; private set; }

    public Guid Version { get; set; }

    /// <summary>The key under which the approved thing is executed: once, however often it is tried.</summary>
    public string OperationKey => $"approval-{Id}";

    /// <exception cref="AccessDeniedException">The maker decides own request.</exception>
    public void Decide(bool approve, Actor by, string? note, DateTimeOffset now)
    {
        if (Status != ApprovalStatus.Pending)
        {
            throw new RuleViolationException("already_decided", $"This request was already {Status.ToString().ToLowerInvariant()} by {DecidedByName}.");
        }

        if (by.Key == RequestedByKey)
        {
            throw new AccessDeniedException("You cannot approve or reject your own request. A second person must decide.");
        }

        (Status, DecidedByKey, DecidedByName, DecidedAt, DecisionNote) = (approve ? ApprovalStatus.Approved : ApprovalStatus.Rejected, by.Key, by.Name, now, note);
    }

    public void Withdraw(Actor by, DateTimeOffset now)
    {
        if (Status != ApprovalStatus.Pending || by.Key != RequestedByKey)
        {
            throw new RuleViolationException("not_withdrawable", "Only the person who asked can withdraw a request that is still waiting.");
        }

        (Status, DecidedByKey, DecidedByName, DecidedAt) = (ApprovalStatus.Withdrawn, by.Key, by.Name, now);
    }

    string? IAudited.AuditName => Subject;

    long? IAudited.AuditStoreId => StoreId;
}

internal sealed class ApprovalConfiguration : IEntityTypeConfiguration<Approval>
{
    public void Configure(EntityTypeBuilder<Approval> approval)
    {
        approval.Property(a => a.Request).HasMaxLength(4000);
        approval.Property(a => a.Reason).HasMaxLength(1000);
        approval.Property(a => a.DecisionNote).HasMaxLength(1000);
        approval.Property(a => a.Currency).HasMaxLength(3);
        approval.Property(a => a.RequestedByKey).HasMaxLength(40);
        approval.Property(a => a.DecidedByKey).HasMaxLength(40);
        approval.Property(a => a.Version).IsConcurrencyToken();
        approval.HasIndex(a => new { a.Status, a.Id });
        approval.HasIndex(a => new { a.Kind, a.SubjectId });
    }
}
