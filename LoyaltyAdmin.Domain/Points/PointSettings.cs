using System.Collections.Immutable;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Points;

/// <summary>When points run out.</summary>
public enum PointExpiry
{
    Never,

    /// <summary>After so many months, at the end of that day.</summary>
    RollingMonths,

    /// <summary>At the end of the month in which they would be so many months old.</summary>
    EndOfMonth,

    /// <summary>At the end of the year in which they would be so many months old.</summary>
    EndOfYear,
}

/// <summary>How points are earned, kept and lost, for the whole group: one row. Points already earned keep the dates they were given.</summary>
public sealed class PointSettings : IAudited, IVersioned
{
    public const long OnlyId = 1;

    public long Id { get; init; } = OnlyId;

    /// <summary>Orders earn points. Switched off, nothing is earned; what members have stays.</summary>
    public bool IsActive { get; set; }

    /// <summary>UTC; orders placed earlier earn nothing: switching points on is no reward for the past.</summary>
    public DateTimeOffset? ActiveSince { get; set; }

    /// <summary>Points per unit of the group's currency for members without an active card; the best tier's rate counts for the others.</summary>
    public decimal DefaultRate { get; set; }

    /// <summary>An order of less (net, major units) earns nothing.</summary>
    public decimal MinimumOrder { get; set; }

    /// <summary>Stores whose orders earn points.</summary>
    public StoreScope Stores { get; set; } = StoreScope.All;

    /// <summary>Categories whose goods earn nothing, those below them included.</summary>
    public ImmutableArray<long> ExcludedCategoryIds { get; set; } = [];

    public ImmutableArray<long> ExcludedProductIds { get; set; } = [];

    public PointExpiry Expiry { get; set; }

    /// <summary>1 to 120; unused when points never expire.</summary>
    public int Months { get; set; } = 12;

    /// <summary>Points of an order can be spent this many days later, when its goods can no longer be returned; 0: at once.</summary>
    public int UsableAfterDays { get; set; }

    /// <summary>Members are told of points so many days before they expire; 0: they are not.</summary>
    public int NoticeDays { get; set; } = 14;

    /// <summary>A refund takes points back that were spent already: the balance falls below zero. Otherwise it stops at zero.</summary>
    public bool AllowsDebt { get; set; }

    public Guid Version { get; set; }

    /// <summary>The first instant (UTC) at which points earned at that time are gone; null: never.</summary>
    public DateTimeOffset? ExpiresAt(DateTimeOffset earnedAt, TimeZoneInfo zone)
    {
        // AddMonths clamps to the month's last day: earned on 31 August, six months on is 28 February.
        var last = zone.DayOf(earnedAt).AddMonths(Months);

        return Expiry switch
        {
            PointExpiry.RollingMonths => zone.StartOf(last.AddDays(1)),
            PointExpiry.EndOfMonth => zone.StartOf(new DateOnly(last.Year, last.Month, 1).AddMonths(1)),
            PointExpiry.EndOfYear => zone.StartOf(new DateOnly(last.Year + 1, 1, 1)),
            _ => null,
        };
    }

    /// <summary>The first instant (UTC) at which an order's points can be spent; null: at once.</summary>
    public DateTimeOffset? UsableFrom(DateTimeOffset earnedAt, TimeZoneInfo zone) =>
        UsableAfterDays == 0 ? null : zone.StartOf(zone.DayOf(earnedAt).AddDays(UsableAfterDays));

    string? IAudited.AuditName => "Points";
}

/// <summary>What an order has earned so far; a change of the order posts the difference.</summary>
public sealed class OrderPoints
{
    public required long OrderId { get; init; }

    public required long MemberId { get; set; }

    /// <summary>Points per unit of the currency when the order was first rewarded: a refund reverses what was granted then, not what today's rule gives.</summary>
    public required decimal Rate { get; set; }

    /// <summary>Hundredths of points that stand in the ledger for this order.</summary>
    public required long Earned { get; set; }

    /// <summary>How often it was posted: part of the posting's key, so that each change is posted once.</summary>
    public required int Revision { get; set; }

    /// <summary>The last posting that added points: its lots are the first to give them back.</summary>
    public long? EarningId { get; set; }
}

internal sealed class PointSettingsConfiguration : IEntityTypeConfiguration<PointSettings>
{
    public void Configure(EntityTypeBuilder<PointSettings> settings)
    {
        settings.Property(s => s.Id).ValueGeneratedNever();
        settings.Property(s => s.Stores).AsJson();
        settings.Property(s => s.ExcludedCategoryIds).AsJson();
        settings.Property(s => s.ExcludedProductIds).AsJson();
        settings.Property(s => s.Version).IsConcurrencyToken();
    }
}

internal sealed class OrderPointsConfiguration : IEntityTypeConfiguration<OrderPoints>
{
    public void Configure(EntityTypeBuilder<OrderPoints> points)
    {
        points.HasKey(p => p.OrderId);
        points.Property(p => p.OrderId).ValueGeneratedNever();
        points.HasIndex(p => p.MemberId);
    }
}
