using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Audit;

/// <summary>What the audit trail is filtered by; days are those of <paramref name="Zone"/>.</summary>
public sealed record AuditFilter(string? Actor = null, string? Action = null, string? EntityType = null, string? EntityId = null, AuditOutcome? Outcome = null, DateOnly? From = null, DateOnly? To = null, string Zone = "UTC");

public sealed record AuditRow(long Id, DateTimeOffset At, string ActorName, string? IpAddress, string? AuthenticationMethod, string? CorrelationId, string Action, AuditOutcome Outcome, string? EntityType, string? EntityId, string? Subject, string? Reason, string? Before, string? After);

/// <summary>Reads the audit trail. Users of some stores see what happened to objects of those stores.</summary>
public sealed class AuditLog(LoyaltyDatabase database, AccessControl access)
{
    private static readonly SortColumns<AuditEntry> sorts = new(entry => entry.Id);

    [Requires(Permission.AuditRead)]
    public async Task<Page<AuditRow>> ListAsync(Actor actor, AuditFilter filter, PageRequest page, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.AuditRead, cancel: cancel);
        var zone = Values.Calendar.Zone(filter.Zone);
        var from = filter.From is { } first ? zone.StartOf(first) : DateTimeOffset.MinValue;
        var to = filter.To is { } last && last < DateOnly.MaxValue ? zone.StartOf(last.AddDays(1)) : DateTimeOffset.MaxValue;
        var (name, action) = (filter.Actor?.Trim().ToLower(CultureInfo.InvariantCulture), filter.Action?.Trim().ToLower(CultureInfo.InvariantCulture));
        var (kind, stores) = (grant.Stores.Kind, grant.Stores.StoreIds.Select(id => (long?)id).ToList());
        await using var db = await database.ReadAsync(cancel);

        return await db.AuditEntries
            .Where(e => kind == StoreScopeKind.All || (e.StoreId != null && (kind == StoreScopeKind.Included ? stores.Contains(e.StoreId) : !stores.Contains(e.StoreId))))
            .Where(e => e.EntityType == null || e.EntityType != Receipts.EntityType)
            .Where(e => string.IsNullOrEmpty(name) || e.ActorName.ToLower().Contains(name))
            .Where(e => string.IsNullOrEmpty(action) || e.Action.ToLower().Contains(action))
            .Where(e => string.IsNullOrEmpty(filter.EntityType) || e.EntityType == filter.EntityType)
            .Where(e => string.IsNullOrEmpty(filter.EntityId) || e.EntityId == filter.EntityId)
            .Where(e => filter.Outcome == null || e.Outcome == filter.Outcome)
            .Where(e => filter.From == null || e.At >= from)
            .Where(e => filter.To == null || e.At < to)
            .ToPageAsync(page, sorts, e => new AuditRow(e.Id, e.At, e.ActorName, e.IpAddress, e.AuthenticationMethod, e.CorrelationId, e.Action, e.Outcome, e.EntityType, e.EntityId, e.Subject, e.Reason, e.Before, e.After), cancel);
    }
}
