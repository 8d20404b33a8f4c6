using System.Globalization;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Audit;

/// <summary>One line of an object's history tab: who did what and when, and the values before and after (JSON).</summary>
public sealed record HistoryEntry(long Id, DateTimeOffset At, string ActorName, string Action, AuditOutcome Outcome, string? Reason, string? Before, string? After);

/// <summary>The history of one object; services that own the object decide who may see it.</summary>
public static class History
{
    private static readonly SortColumns<AuditEntry> sorts = new(entry => entry.Id);

    internal static Task<Page<HistoryEntry>> HistoryOfAsync<TEntity>(this LoyaltyDbContext db, long id, PageRequest page, CancellationToken cancel) where TEntity : IAudited
    {
        var (type, key) = (typeof(TEntity).Name, id.ToString(CultureInfo.InvariantCulture));

        return db.AuditEntries.Where(e => e.EntityType == type && e.EntityId == key)
            .ToPageAsync(page, sorts, e => new HistoryEntry(e.Id, e.At, e.ActorName, e.Action, e.Outcome, e.Reason, e.Before, e.After), cancel);
    }
}
