using System.Data.Common;
using LoyaltyAdmin.Domain.Coupons;

namespace LoyaltyAdmin.Domain.Data;

/// <summary>A coupon's redemption as one guarded statement group, as postings are (ADR-001): the coupon is used, the redemption and its place on the order are written, or nothing is.</summary>
internal abstract partial class LedgerSql
{
    /// <summary>Of one member's coupon at most one redemption passes; whatever was read before, this decides.</summary>
    protected const string UseCoupon =
        """
        UPDATE "MemberCoupons" SET "Status" = 'Redeemed' WHERE "Id" = @Id AND "Status" = 'Active' AND "UsableFrom" <= @At AND "UsableUntil" > @At
        AND EXISTS (SELECT 1 FROM "Members" m WHERE m."Id" = "MemberCoupons"."MemberId" AND m."Status" = 'Active')
        """;

    protected const string RedemptionColumns =
        """
        "MemberCouponId", "CouponId", "Sign", "Currency", "BasketAmount", "Eligible", "Discount", "Cost", "StoreId", "Channel", "OrderNumber", "At", "BusinessDay",
        "Source", "IdempotencyKey", "RequestHash", "Answer", "ActorName"
        """;

    protected const string RedemptionValues =
        """
        @Id, @CouponId, @Sign, @Currency, @BasketAmount, @Eligible, @Discount, @Cost, @StoreId, @Channel, @OrderNumber, @At, @BusinessDay,
        @Source, @IdempotencyKey, @RequestHash, @Answer, @ActorName
        """;

    protected const string PlaceColumns = "\"StoreId\", \"OrderNumber\", \"Place\", \"Stacking\", \"RedemptionId\"";

    protected void AddRedemption(DbCommand command, CouponRedemption redemption)
    {
        Add(command, "@Id", redemption.MemberCouponId);
        Add(command, "@CouponId", redemption.CouponId);
        Add(command, "@Sign", redemption.Sign);
        Add(command, "@Currency", redemption.Currency);
        Add(command, "@BasketAmount", Exact(redemption.BasketAmount));
        Add(command, "@Eligible", Exact(redemption.Eligible));
        Add(command, "@Discount", Exact(redemption.Discount));
        Add(command, "@Cost", Exact(redemption.Cost));
        Add(command, "@StoreId", redemption.StoreId);
        Add(command, "@Channel", redemption.Channel.ToString());
        AddNullable(command, "@OrderNumber", redemption.OrderNumber);
        Add(command, "@At", Instant(redemption.At));
        Add(command, "@BusinessDay", Day(redemption.BusinessDay));
        Add(command, "@Source", redemption.Source);
        Add(command, "@IdempotencyKey", redemption.IdempotencyKey);
        Add(command, "@RequestHash", redemption.RequestHash);
        Add(command, "@Answer", redemption.Answer);
        Add(command, "@ActorName", redemption.ActorName);
    }

    protected virtual object Exact(decimal amount) => amount;
}
