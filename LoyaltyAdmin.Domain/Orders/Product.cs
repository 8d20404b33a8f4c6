using LoyaltyAdmin.Domain.Audit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Orders;

/// <summary>Something that is sold. Orders bring in what is not known yet; people correct name and category.</summary>
public sealed class Product : IAudited, IVersioned
{
    public long Id { get; private set; }

    /// <summary>SKU, unique.</summary>
    public required string Code { get; init; }

    public required string Name { get; set; }

    public long? CategoryId { get; set; }

    /// <summary>List price in the group's currency; null: not known.</summary>
    public decimal? Price { get; set; }

    /// <summary>Offered where products are chosen; orders are taken in any case.</summary>
    public bool IsActive { get; set; } = true;

    public Guid Version { get; set; }

    string? IAudited.AuditName => Code;
}

/// <summary>A group of products, in a tree.</summary>
public sealed class ProductCategory : IAudited, IVersioned
{
    public long Id { get; private set; }

    public required string Code { get; init; }

    public required string Name { get; set; }

    public long? ParentId { get; set; }

    public Guid Version { get; set; }

    string? IAudited.AuditName => Code;
}

internal sealed class ProductConfiguration : IEntityTypeConfiguration<Product>
{
    public void Configure(EntityTypeBuilder<Product> product)
    {
        product.Property(p => p.Code).HasMaxLength(64);
        product.Property(p => p.Name).HasMaxLength(200);
        product.Property(p => p.Version).IsConcurrencyToken();
        product.HasIndex(p => p.Code).IsUnique();
        product.HasIndex(p => p.CategoryId);
        product.HasOne<ProductCategory>().WithMany().HasForeignKey(p => p.CategoryId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class ProductCategoryConfiguration : IEntityTypeConfiguration<ProductCategory>
{
    public void Configure(EntityTypeBuilder<ProductCategory> category)
    {
        category.ToTable("ProductCategories");
        category.Property(c => c.Code).HasMaxLength(64);
        category.Property(c => c.Name).HasMaxLength(120);
        category.Property(c => c.Version).IsConcurrencyToken();
        category.HasIndex(c => c.Code).IsUnique();
        category.HasOne<ProductCategory>().WithMany().HasForeignKey(c => c.ParentId).OnDelete(DeleteBehavior.Restrict);
    }
}
