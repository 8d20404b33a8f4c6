using System.Text.Json;
using System.Text.Json.Nodes;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace LoyaltyAdmin.Domain.Audit;

/// <summary>
/// Writes who changed what, before and after, in the same save as the change, and gives edited objects a new version.
/// Refuses changes to append-only rows before the database's own guard does.
/// </summary>
internal sealed class AuditInterceptor(TimeProvider clock) : SaveChangesInterceptor
{
    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is LoyaltyDbContext db)
        {
            Stamp(db);
        }

        return base.SavingChangesAsync(eventData, result, cancellationToken);
    }

    public override async ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        // Identifiers of new rows exist only now; their entries are completed within the same transaction.
        if (eventData.Context is LoyaltyDbContext { PendingAudit.Count: > 0 } db)
        {
            var created = db.PendingAudit.ToList();
            db.PendingAudit.Clear();
            db.AuditEntries.AddRange(created.Select(pending => Entry(db, pending, "Create", before: null)));
            await db.SaveChangesAsync(cancellationToken);
        }

        return await base.SavedChangesAsync(eventData, result, cancellationToken);
    }

    private void Stamp(LoyaltyDbContext db)
    {
        foreach (var entry in db.ChangeTracker.Entries().ToList())
        {
            if (entry is { Entity: IAppendOnly, State: EntityState.Modified or EntityState.Deleted })
            {
                throw new InvalidOperationException($"{entry.Metadata.ClrType.Name} is append-only: post a reversing record instead.");
            }

            if (entry is { Entity: IVersioned versioned, State: EntityState.Added or EntityState.Modified })
            {
                versioned.Version = Guid.CreateVersion7(clock.GetUtcNow());
            }

            if (entry.Entity is not IAudited)
            {
                continue;
            }

            switch (entry.State)
            {
                case EntityState.Added:
                    db.PendingAudit.Add(entry);
                    break;
                case EntityState.Modified when Changed(entry).Any():
                    db.AuditEntries.Add(Entry(db, entry, "Update", Snapshot(Changed(entry), original: true)));
                    break;
                case EntityState.Deleted:
                    db.AuditEntries.Add(Entry(db, entry, "Delete", Snapshot(entry.Properties, original: true)));
                    break;
                default:
                    break;
            }
        }
    }

    private AuditEntry Entry(LoyaltyDbContext db, EntityEntry entry, string verb, string? before)
    {
        var name = entry.Metadata.ClrType.Name;
        var after = verb switch
        {
            "Create" => Snapshot(entry.Properties, original: false),
            "Update" => Snapshot(Changed(entry), original: false),
            _ => null,
        };

        return new AuditEntry(db.Actor, clock.GetUtcNow(), $"{name}.{verb}")
        {
            EntityType = name,
            EntityId = entry.Property("Id").CurrentValue?.ToString(),
            Subject = (entry.Entity as IAudited)?.AuditName,
            StoreId = (entry.Entity as IAudited)?.AuditStoreId,
            Before = before,
            After = after,
        };
    }

    // Book-keeping of sign-ins and keys has entries of its own or none: it would bury what people changed.
    private static readonly HashSet<string> bookkeeping =
    [
        nameof(IVersioned.Version), "ConcurrencyStamp", nameof(StaffUser.AccessFailedCount), nameof(StaffUser.LastSignInAt), nameof(ApiKey.LastUsedAt),
        nameof(GiftCardPlan.TermsId), // Of gift cards and coupons alike: follows from the rules, which have their entry.
    ];

    private static IEnumerable<PropertyEntry> Changed(EntityEntry entry) =>
        entry.Properties.Where(property => property.IsModified && !bookkeeping.Contains(property.Metadata.Name) && !property.Metadata.GetValueComparer().Equals(property.OriginalValue, property.CurrentValue));

    private static string Snapshot(IEnumerable<PropertyEntry> properties, bool original)
    {
        var values = new JsonObject();
        foreach (var property in properties.Where(p => p.Metadata.Name is not ("Id" or nameof(IVersioned.Version) or "ConcurrencyStamp" or "SecurityStamp" or "NormalizedEmail" or "NormalizedUserName")))
        {
            var value = original ? property.OriginalValue : property.CurrentValue;
            var isSecret = property.Metadata.PropertyInfo?.IsDefined(typeof(SealedFieldAttribute), inherit: true) == true || property.Metadata.ClrType == typeof(byte[]) || property.Metadata.Name is "PasswordHash";
            values[property.Metadata.Name] = value switch
            {
                null => null,
                _ when isSecret => "(sealed)",
                _ => JsonSerializer.SerializeToNode(value, value.GetType(), Json.Options),
            };
        }

        return values.ToJsonString(Json.Options);
    }
}
