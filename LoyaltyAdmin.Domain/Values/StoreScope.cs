using System.Collections.Immutable;

namespace LoyaltyAdmin.Domain.Values;

public enum StoreScopeKind
{
    All,
    Included,
    Excluded,
}

/// <summary>The stores something applies to: all, only those listed, or all but those listed.</summary>
public sealed record StoreScope(StoreScopeKind Kind, ImmutableArray<long> StoreIds)
{
    public static readonly StoreScope All = new(StoreScopeKind.All, []);

    public static StoreScope Only(params IEnumerable<long> storeIds) => new(StoreScopeKind.Included, [.. storeIds.Distinct().Order()]);

    public bool Allows(long storeId) => Kind switch
    {
        StoreScopeKind.Included => StoreIds.Contains(storeId),
        StoreScopeKind.Excluded => !StoreIds.Contains(storeId),
        _ => true,
    };

    public bool Equals(StoreScope? other) => other is not null && Kind == other.Kind && StoreIds.SequenceEqual(other.StoreIds);

    public override int GetHashCode() => HashCode.Combine(Kind, StoreIds.Length);
}
