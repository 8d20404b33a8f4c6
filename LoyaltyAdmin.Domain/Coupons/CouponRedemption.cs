using System.Text.Json;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>A coupon used, or (with <see cref="ReversesId"/>) given back: never changed, so that the figures of a day stay what they were.</summary>
public sealed class CouponRedemption : IAppendOnly
{
    public long Id { get; private set; }

    public required long MemberCouponId { get; init; }
    public required long CouponId { get; init; }

    /// <summary>The redemption this one takes back; unique: nothing is given back twice.</summary>
    public long? ReversesId { get; init; }

    /// <summary>1 for a redemption, -1 for its reversal: what sums count.</summary>
    public required int Sign { get; init; }

    public required string Currency { get; init; }

    /// <summary>What the basket cost before the discount. Major units; of a reversal, those of its redemption, so that sums by <see cref="Sign"/> cancel out.</summary>
    public required decimal BasketAmount { get; init; }

    public required decimal Eligible { get; init; }
    public required decimal Discount { get; init; }

    /// <summary>What the coupon cost the merchant.</summary>
    public required decimal Cost { get; init; }

    public required long StoreId { get; init; }
    public required Channel Channel { get; init; }
    public string? OrderNumber { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>The day in the store's zone.</summary>
    public required DateOnly BusinessDay { get; init; }

    /// <summary>The owner of the idempotency key.</summary>
    public required string Source { get; init; }

    public required string IdempotencyKey { get; init; }
    public required string RequestHash { get; init; }

    /// <summary>The answer as it was given (JSON): a repeated request reads the same.</summary>
    public required string Answer { get; init; }

    public required string ActorName { get; init; }
    public string? Reason { get; init; }

    /// <summary>What using a coupon leaves; <paramref name="verdict"/> says that it applies.</summary>
    internal static CouponRedemption Of(long memberCouponId, NamedCoupon coupon, CouponFacts facts, CouponBasket basket, CouponVerdict verdict, Store store, CouponUse use, Operation operation, DateTimeOffset now) => new()
    {
        MemberCouponId = memberCouponId,
        CouponId = coupon.Id,
        Sign = 1,
        Currency = coupon.Currency,
        BasketAmount = basket.Total,
        Eligible = verdict.Eligible,
        Discount = verdict.Discount,
        Cost = facts.Rules.Cost ?? verdict.Discount,
        StoreId = store.Id,
        Channel = use.Channel,
        OrderNumber = Inputs.Clean(use.OrderNumber),
        At = now,
        BusinessDay = store.Zone.DayOf(now),
        Source = operation.Source,
        IdempotencyKey = operation.Key,
        RequestHash = operation.RequestHash,
        Answer = JsonSerializer.Serialize(new CouponRedeemed(0, coupon.Code, coupon.Name, coupon.Type, verdict.Discount, coupon.Currency, verdict.Lines), Json.Options),
        ActorName = operation.Actor.Name,
    };

    /// <summary>The answer this redemption's request gets, for ever.</summary>
    internal CouponRedeemed Answered() => JsonSerializer.Deserialize<CouponRedeemed>(Answer, Json.Options)! with { RedemptionId = Id };
}

/// <summary>A coupon's place on an order while it is used there. Its key is unique: two coupons at once cannot both believe to be the only one.</summary>
public sealed class CouponOrderUse
{
    public long Id { get; private set; }
    public required long StoreId { get; init; }
    public required string OrderNumber { get; init; }

    /// <summary>1 for the first coupon of the order.</summary>
    public required int Place { get; init; }

    public required CouponStacking Stacking { get; init; }
    public required long RedemptionId { get; init; }
}

internal sealed class CouponRedemptionConfiguration : IEntityTypeConfiguration<CouponRedemption>
{
    public void Configure(EntityTypeBuilder<CouponRedemption> redemption)
    {
        redemption.ToTable("CouponRedemptions");
        redemption.Property(r => r.Currency).HasMaxLength(3);
        redemption.Property(r => r.OrderNumber).HasMaxLength(64);
        redemption.Property(r => r.Source).HasMaxLength(80);
        redemption.Property(r => r.IdempotencyKey).HasMaxLength(128);
        redemption.Property(r => r.RequestHash).HasMaxLength(64);
        redemption.Property(r => r.Answer).HasMaxLength(-1);
        redemption.Property(r => r.ActorName).HasMaxLength(120);
        redemption.HasIndex(r => new { r.Source, r.IdempotencyKey }).IsUnique();
        redemption.HasIndex(r => r.ReversesId).IsUnique();
        redemption.HasIndex(r => r.MemberCouponId);
        redemption.HasIndex(r => new { r.CouponId, r.BusinessDay });
        redemption.HasIndex(r => new { r.StoreId, r.BusinessDay });
        redemption.HasIndex(r => r.OrderNumber);
        redemption.HasOne<MemberCoupon>().WithMany().HasForeignKey(r => r.MemberCouponId).OnDelete(DeleteBehavior.Restrict);
        redemption.HasOne<Coupon>().WithMany().HasForeignKey(r => r.CouponId).OnDelete(DeleteBehavior.Restrict);
        redemption.HasOne<CouponRedemption>().WithOne().HasForeignKey<CouponRedemption>(r => r.ReversesId).OnDelete(DeleteBehavior.Restrict);
        redemption.HasOne<Store>().WithMany().HasForeignKey(r => r.StoreId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class CouponOrderUseConfiguration : IEntityTypeConfiguration<CouponOrderUse>
{
    public void Configure(EntityTypeBuilder<CouponOrderUse> use)
    {
        use.ToTable("CouponOrderUses");
        use.Property(u => u.OrderNumber).HasMaxLength(64);
        use.HasIndex(u => new { u.StoreId, u.OrderNumber, u.Place }).IsUnique();
        use.HasOne<CouponRedemption>().WithOne().HasForeignKey<CouponOrderUse>(u => u.RedemptionId).OnDelete(DeleteBehavior.Restrict);
    }
}
