using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Gifts;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Points;
using LoyaltyAdmin.Domain.Wallets;

namespace LoyaltyAdmin.Domain.Exports;

/// <summary>What to export: the filter of the list on the screen, one of these.</summary>
public sealed record ExportRequest
{
    public required ExportKind Kind { get; init; }
    public SoldGiftCardFilter? Cards { get; init; }
    public OrderFilter? Orders { get; init; }
    public GiftCardTransactionFilter? Transactions { get; init; }
    public ReconciliationFilter? Reconciliation { get; init; }
    public MemberDashboardFilter? MemberDashboard { get; init; }
    public long? SegmentId { get; init; }
    public MemberFilter? Members { get; init; }
    public MessageFilter? Messages { get; init; }
    public CouponFilter? Coupons { get; init; }
    public CouponPackageFilter? CouponPackages { get; init; }
    public CouponPerformanceFilter? CouponPerformance { get; init; }
    public IssuedCouponFilter? IssuedCoupons { get; init; }
    public CouponRedemptionFilter? CouponRedemptions { get; init; }
    public PointsTransactionFilter? Points { get; init; }
    public WalletTransactionFilter? Wallets { get; init; }
    public GiftFilter? Gifts { get; init; }

    /// <summary>The header's store switch; null: Group View.</summary>
    public long? StoreView { get; init; }

    /// <summary>Full card numbers: needs a permission, a reason and a second person.</summary>
    public bool WithFullNumbers { get; init; }

    public string? Reason { get; init; }
}

/// <summary>A requested export, or the approval it waits for.</summary>
public sealed record ExportTicket(long? ExportId, long? ApprovalId)
{
    public bool IsWaiting => ApprovalId is not null;
}

/// <summary>One line of the export history.</summary>
public sealed record ExportSummary(
    long Id, ExportKind Kind, string FilterText, bool WithFullNumbers, DateTimeOffset RequestedAt, ExportStatus Status, long Rows, long TotalRows,
    long? FileSize, string? FileHash, DateTimeOffset? FinishedAt, DateTimeOffset? ExpiresAt, string? Failure)
{
    public bool IsRunning => Status is ExportStatus.Waiting or ExportStatus.Running;

    public int Percent => Status == ExportStatus.Ready ? 100 : TotalRows == 0 ? 0 : (int)Math.Min(99, Rows * 100 / TotalRows);

    /// <summary>What the browser saves the file as.</summary>
    public string DownloadName => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{ExportWords.Title(Kind)} {RequestedAt:yyyy-MM-dd HHmm} ({Id}).xlsx");
}

/// <summary>A finished file, opened for its owner.</summary>
public sealed record ExportFile(Stream Content, string Name);
