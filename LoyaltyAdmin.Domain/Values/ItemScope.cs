using System.Collections.Immutable;

namespace LoyaltyAdmin.Domain.Values;

public enum ItemScopeKind
{
    All,
    Included,
    Excluded,
}

/// <summary>
/// The items something applies to: all, only those listed, or all but those listed. A category stands for its products and for those of every category
/// below it.
/// </summary>
public sealed record ItemScope(ItemScopeKind Kind, ImmutableArray<long> ProductIds, ImmutableArray<long> CategoryIds)
{
    public static readonly ItemScope All = new(ItemScopeKind.All, [], []);

    public bool IsEmpty => ProductIds.IsEmpty && CategoryIds.IsEmpty;

    /// <summary>Whether an item is in.</summary>
    /// <param name="productId">Null: a product nobody knows; it is in no list.</param>
    /// <param name="categoryPath">The product's category and every one above it.</param>
    public bool Includes(long? productId, IReadOnlyCollection<long> categoryPath) => Kind switch
    {
        ItemScopeKind.Included => IsListed(productId, categoryPath),
        ItemScopeKind.Excluded => !IsListed(productId, categoryPath),
        _ => true,
    };

    public bool Equals(ItemScope? other) => other is not null && Kind == other.Kind && ProductIds.SequenceEqual(other.ProductIds) && CategoryIds.SequenceEqual(other.CategoryIds);

    public override int GetHashCode() => HashCode.Combine(Kind, ProductIds.Length, CategoryIds.Length);

    private bool IsListed(long? productId, IReadOnlyCollection<long> categoryPath) =>
        (productId is { } id && ProductIds.Contains(id)) || categoryPath.Any(category => CategoryIds.Contains(category));
}
