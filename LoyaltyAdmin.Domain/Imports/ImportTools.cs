using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Jobs;

namespace LoyaltyAdmin.Domain.Imports;

/// <summary>What every import works with, and the definitions of all kinds.</summary>
public sealed class ImportTools(LoyaltyDatabase database, AccessControl access, AuditTrail audit, JobLeases leases, SecretKeys keys, TimeProvider clock, IEnumerable<ImportDefinition> definitions)
{
    private readonly Dictionary<ImportKind, ImportDefinition> definitions = definitions.ToDictionary(definition => definition.Kind);

    internal static readonly TimeSpan LeaseFor = TimeSpan.FromMinutes(2);

    internal LoyaltyDatabase Database => database;

    internal AccessControl Access => access;

    internal AuditTrail Audit => audit;

    internal JobLeases Leases => leases;

    internal SecretKeys Keys => keys;

    internal TimeProvider Clock => clock;

    // One writer at a time: every till waits for the chunk that is being written. Where writers run side by side nobody does, and round trips count.
    internal int ChunkRows => database.Provider.WriteGate is null ? 2_000 : 100;

    internal ImportDefinition Of(ImportKind kind) => definitions[kind];

    /// <summary>One import of a kind at a time, over all nodes.</summary>
    internal static string LeaseOf(ImportKind kind) => $"import-{kind}";
}
