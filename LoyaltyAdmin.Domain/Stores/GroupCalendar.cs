using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Stores;

/// <summary>The group's currency and clock: “today” of segments, tiers and reports over all stores.</summary>
public sealed record GroupDay(DateOnly Today, DateTimeOffset Now, TimeZoneInfo Zone, string Currency);

public sealed class GroupCalendar(TimeProvider clock)
{
    /// <summary>Today in the group's zone; UTC and USD before the company is set up.</summary>
    public async Task<GroupDay> TodayAsync(LoyaltyDbContext db, CancellationToken cancel = default)
    {
        var company = await db.CompanySettings.Select(c => new { c.TimeZone, c.Currency }).FirstOrDefaultAsync(cancel);
        var zone = company is null ? TimeZoneInfo.Utc : Calendar.Zone(company.TimeZone);
        var now = clock.GetUtcNow();

        return new GroupDay(zone.DayOf(now), now, zone, company?.Currency ?? "USD");
    }
}
