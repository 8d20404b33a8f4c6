namespace LoyaltyAdmin.Tests.Support;

/// <summary>
/// Rows for tests, with sensible defaults: say only what the test is about. <c>SaveToAsync(db)</c> stores the row and returns it.
/// <code>
/// var store = await A.Store("NYC").SaveToAsync(Db);
/// var clerk = await A.StaffUser().With(Permission.GiftCardsSell).In(store).SaveToAsync(Db);   // an Actor
/// var till = await A.ApiClient().With(ApiScope.GiftCardsRedeem).SaveToAsync(Db);              // an Actor
/// var plan = await A.GiftCardPlan().Selling(50, 100).SaveToAsync(Db);
/// var card = await A.GiftCard().Holding(100m).In(store).SaveToAsync(Db);
/// var member = await A.Member().In(store).SaveToAsync(Db);
/// var coupon = await A.Coupon().WithStock(10).SaveToAsync(Db);
/// var (main, tiers) = await A.CardPlan().SaveToAsync(Db);                                        // Member, Silver, Gold
/// </code>
/// </summary>
public static class A
{
    private static int last;

    public static StoreBuilder Store(string? code = null) => new(code ?? Unique("S"));

    public static RoleBuilder Role(string? name = null) => new(name ?? Unique("Role "));

    public static StaffUserBuilder StaffUser(string? name = null) => new(name ?? Unique("Staff "));

    public static ApiClientBuilder ApiClient(string? name = null) => new(name ?? Unique("Client "));

    public static GiftCardPlanBuilder GiftCardPlan(string? name = null) => new(name ?? Unique("Plan "));

    public static GiftCardBuilder GiftCard() => new();

    public static MemberBuilder Member() => new();

    public static CardPlanBuilder CardPlan(string? code = null) => new(code ?? Unique("CP"));

    public static CouponBuilder Coupon(string? name = null) => new(name ?? Unique("Coupon "));

    /// <summary>The text followed by a number no other call of this run gets.</summary>
    public static string Unique(string text = "") => text + Interlocked.Increment(ref last).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
