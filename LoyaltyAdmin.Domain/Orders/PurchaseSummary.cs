using LoyaltyAdmin.Domain.Members;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Orders;

/// <summary>
/// What a member's orders add up to, rewritten from the orders in the transaction that changes them; a member without orders has none.
/// Revenue is net of refunds, in the group's currency. Days are business days of the stores.
/// </summary>
public sealed class PurchaseSummary
{
    public required long MemberId { get; init; }

    /// <summary>Paid, not fully refunded orders of goods, free ones included.</summary>
    public required int OrderCount { get; set; }

    /// <summary>Distinct days with net revenue above zero (domain rules 7), like the days below.</summary>
    public required int PurchaseDays { get; set; }

    public DateOnly? FirstOn { get; set; }

    public DateOnly? LastOn { get; set; }

    public DateOnly? LastPosOn { get; set; }

    public DateOnly? LastOnlineOn { get; set; }

    public required decimal Revenue { get; set; }

    public required decimal PosRevenue { get; set; }

    public required decimal OnlineRevenue { get; set; }

    /// <summary>
    /// The last purchase day plus the average gap, rounded up to a whole day; null below two purchase days. “N or more days beyond the usual gap”
    /// on a day is exactly <c>ExpectedOn &lt;= day - N</c>: an index range instead of arithmetic over every member.
    /// </summary>
    public DateOnly? ExpectedOn { get; set; }
}

/// <summary>A member's purchases of one calendar month: the buckets of rolling windows in whole months.</summary>
public sealed class PurchaseMonth
{
    public required long MemberId { get; init; }

    /// <summary>Year × 100 + month, e.g. 202611.</summary>
    public required int Month { get; init; }

    public required int OrderCount { get; set; }
    public required decimal Revenue { get; set; }
    public required decimal PosRevenue { get; set; }
}

internal sealed class PurchaseSummaryConfiguration : IEntityTypeConfiguration<PurchaseSummary>
{
    public void Configure(EntityTypeBuilder<PurchaseSummary> summary)
    {
        summary.ToTable("PurchaseSummaries");
        summary.HasKey(s => s.MemberId);
        summary.Property(s => s.MemberId).ValueGeneratedNever();
        summary.HasIndex(s => new { s.LastOn, s.MemberId });
        summary.HasIndex(s => new { s.ExpectedOn, s.MemberId });
        summary.HasIndex(s => new { s.LastPosOn, s.MemberId });
        summary.HasIndex(s => new { s.Revenue, s.MemberId });
        summary.HasOne<Member>().WithMany().HasForeignKey(s => s.MemberId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class PurchaseMonthConfiguration : IEntityTypeConfiguration<PurchaseMonth>
{
    public void Configure(EntityTypeBuilder<PurchaseMonth> month)
    {
        month.HasKey(m => new { m.MemberId, m.Month });
        month.HasIndex(m => new { m.Month, m.MemberId });
        month.HasOne<Member>().WithMany().HasForeignKey(m => m.MemberId).OnDelete(DeleteBehavior.Restrict);
    }
}
