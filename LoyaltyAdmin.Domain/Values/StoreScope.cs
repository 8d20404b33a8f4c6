using System.Collections.Immutable;

namespace LoyaltyAdmin.Domain.Values;

public enum StoreScopeKind
{
    All,
    Included,
    Excluded,
}

/// <summary>
/// The stores something applies to: all, only those listed, or all but those listed. Organisations and groups stand for the stores they have at the
/// moment: <see cref="With"/> puts those in their place, and only then can be asked who is in.
/// </summary>
public sealed record StoreScope(StoreScopeKind Kind, ImmutableArray<long> StoreIds)
{
    public static readonly StoreScope All = new(StoreScopeKind.All, []);

    /// <summary>Organisations and groups of stores; scopes stored before there were any have none.</summary>
    public ImmutableArray<long> GroupIds { get; init; } = [];

    /// <summary>Nothing is listed: included, that is no store at all.</summary>
    public bool IsEmpty => StoreIds.IsEmpty && GroupIds.IsEmpty;

    public static StoreScope Only(params IEnumerable<long> storeIds) => new(StoreScopeKind.Included, [.. storeIds.Distinct().Order()]);

    /// <summary>The scope with the present stores of its groups in their place.</summary>
    public StoreScope With(IEnumerable<long> storesOfGroups) => GroupIds.IsEmpty ? this : new StoreScope(Kind, [.. StoreIds.Concat(storesOfGroups).Distinct().Order()]);

    /// <exception cref="InvalidOperationException">The scope still holds groups: who asked has not said which stores they have.</exception>
    public bool Allows(long storeId) => GroupIds.IsEmpty
        ? Kind switch
        {
            StoreScopeKind.Included => StoreIds.Contains(storeId),
            StoreScopeKind.Excluded => !StoreIds.Contains(storeId),
            _ => true,
        }
        : throw new InvalidOperationException("Put the stores of the groups in their place first.");

    public bool Equals(StoreScope? other) => other is not null && Kind == other.Kind && StoreIds.SequenceEqual(other.StoreIds) && GroupIds.SequenceEqual(other.GroupIds);

    public override int GetHashCode() => HashCode.Combine(Kind, StoreIds.Length, GroupIds.Length);
}
