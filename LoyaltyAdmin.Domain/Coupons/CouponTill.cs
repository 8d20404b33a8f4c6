using System.Data.Common;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>
/// The fast path of tills: a coupon with a code of its own is read as one row and redeemed by one guarded statement. Everything else (a code that is
/// everybody's, one to be claimed, one that somebody else was quicker with) goes the longer way of <see cref="CouponRedeeming"/>.
/// </summary>
public sealed class CouponTill(LoyaltyDatabase database, CouponCatalog catalog, CouponCodes codes, GiftCardCatalog stores, StoreScopes scopes, TimeProvider clock)
{
    // What the order has already comes with it: the unique place on the order decides between two at once.
    private const string OwnCoupon =
        """
        SELECT c."Id", c."CouponId", c."TermsId", c."Status", m."Status", p."Code", p."Name", p."Type", p."Currency", c."UsableFrom", c."UsableUntil",
        (SELECT MAX(u."Place") FROM "CouponOrderUses" u WHERE u."StoreId" = @Store AND u."OrderNumber" = @Order),
        (SELECT COUNT(*) FROM "CouponOrderUses" u WHERE u."StoreId" = @Store AND u."OrderNumber" = @Order AND u."Stacking" = 'Alone')
        FROM "MemberCoupons" c JOIN "Members" m ON m."Id" = c."MemberId" JOIN "Coupons" p ON p."Id" = c."CouponId" WHERE c."CodeHash" = @Code
        """;

    /// <summary>The answer, or null: to be redeemed the longer way.</summary>
    /// <exception cref="RuleViolationException">The rule that blocks; nothing was redeemed.</exception>
    internal async Task<CouponRedeemed?> RedeemAsync(Grant grant, CouponUse use, Operation operation, CancellationToken cancel)
    {
        if (!database.Provider.RedeemsCoupons || Inputs.Clean(use.MemberNumber) is not null)
        {
            return null;
        }

        use.Check().ThrowIfAny();
        var store = await stores.OpenStoreAsync(use.StoreCode, cancel);
        grant.DemandStore(store.Id, "The store");
        if (await FindAsync(use, store, cancel) is not { } own)
        {
            return null;
        }

        if (own.Member != MemberStatus.Active)
        {
            throw CouponRules.MemberNotActive();
        }

        var rules = await catalog.RulesAsync(database, own.TermsId, cancel);
        var facts = new CouponFacts(own.Status, own.Usable, own.Currency, rules, await scopes.ResolveAsync(rules.Stores, cancel));
        var basket = new CouponBasket(use.Currency, store.Id, use.Channel, await CouponCatalog.LinesAsync(database, use.Lines, rules.Items, Currency.Of(use.Currency), cancel), own.Others);
        var now = clock.GetUtcNow();
        var verdict = CouponEvaluator.Evaluate(facts, basket, now);
        if (!verdict.Applies)
        {
            throw new RuleViolationException(verdict.Rule!, verdict.Sentence!);
        }

        var redemption = CouponRedemption.Of(own.Id, own.Named, facts, basket, verdict, store, use, operation, now);
        var place = redemption.OrderNumber is null ? null : new CouponPlace(own.Place, rules.Stacking);

        return await database.Provider.RedeemCouponAsync(database, redemption, place, cancel) is { } id ? redemption.Answered() with { RedemptionId = id } : null;
    }

    private Task<OwnedCoupon?> FindAsync(CouponUse use, Store store, CancellationToken cancel) => database.Provider.FindRowAsync(database, OwnCoupon,
        [("@Code", codes.Hash(use.Code)), ("@Store", store.Id), ("@Order", Inputs.Clean(use.OrderNumber) ?? "")], Read, cancel);

    private OwnedCoupon Read(DbDataReader row)
    {
        var sql = database.Provider.LedgerSql;
        var (last, alone) = (row.IsDBNull(11) ? 0 : Convert.ToInt32(row.GetValue(11), System.Globalization.CultureInfo.InvariantCulture), row.GetInt64(12) > 0);

        return new OwnedCoupon(row.GetInt64(0), new NamedCoupon(row.GetInt64(1), row.GetString(5), row.GetString(6), Enum.Parse<CouponType>(row.GetString(7)), row.GetString(8)), row.GetInt64(2),
            Enum.Parse<MemberCouponStatus>(row.GetString(3)), Enum.Parse<MemberStatus>(row.GetString(4)), new Period(sql.ReadInstant(row, 9), sql.ReadInstant(row, 10)),
            last + 1, last == 0 ? [] : [alone ? CouponStacking.Alone : CouponStacking.WithOtherCoupons]);
    }

    /// <param name="Id">The member's coupon.</param>
    /// <param name="Place">The next free place on the order.</param>
    /// <param name="Others">How the order's coupons share it, each way once.</param>
    private sealed record OwnedCoupon(long Id, NamedCoupon Named, long TermsId, MemberCouponStatus Status, MemberStatus Member, Period Usable, int Place, IReadOnlyList<CouponStacking> Others)
    {
        public string Currency => Named.Currency;
    }
}

/// <summary>What an answer says of a coupon.</summary>
internal sealed record NamedCoupon(long Id, string Code, string Name, CouponType Type, string Currency);

/// <summary>The place a redemption takes on its order, and how its coupon shares it.</summary>
internal sealed record CouponPlace(int Place, CouponStacking Stacking);
