using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Tests.Coupons;

public sealed class CouponFormTests
{
    public static TheoryData<string, Action<CouponForm>> Faults => new()
    {
        { nameof(CouponForm.Name), f => f.Name = " " },
        { nameof(CouponForm.Currency), f => f.Currency = "XXX" },
        { nameof(CouponForm.Amount), f => f.Amount = 0 },
        { nameof(CouponForm.Amount), f => f.Amount = 1.005m },
        { nameof(CouponForm.Threshold), f => f.Threshold = 19.99m },
        { nameof(CouponForm.Percent), f => (f.Type, f.Percent) = (CouponType.PercentOff, 100.01m) },
        { nameof(CouponForm.MaximumDiscount), f => (f.Type, f.Percent, f.MaximumDiscount) = (CouponType.PercentOff, 20, 0) },
        { nameof(CouponForm.FreeQuantity), f => (f.Type, f.FreeQuantity, f.Items) = (CouponType.FreeItem, 0, new ItemScope(ItemScopeKind.Included, [1], [])) },
        { nameof(CouponForm.Items), f => f.Type = CouponType.FreeItem },
        { nameof(CouponForm.Items), f => f.Items = new ItemScope(ItemScopeKind.Excluded, [], []) },
        { nameof(CouponForm.Gift), f => f.Type = CouponType.GiftVoucher },
        { nameof(CouponForm.Stores), f => f.Stores = StoreScope.Only() },
        { nameof(CouponForm.AtPos), f => (f.AtPos, f.Online) = (false, false) },
        { nameof(CouponForm.Stock), f => f.Stock = 0 },
        { nameof(CouponForm.PerMemberLimit), f => f.PerMemberLimit = 0 },
        { nameof(CouponForm.Cost), f => f.Cost = -1 },
        { nameof(CouponForm.Validity), f => f.Validity = new RelativeValidity(0) },
        { nameof(CouponForm.Validity), f => f.Validity = new RelativeValidity(1, -1) },
        { nameof(CouponForm.Validity), f => f.Validity = new FixedValidity(new DateTime(2026, 5, 2), new DateTime(2026, 5, 1)) },
        { nameof(CouponForm.UniversalCode), f => f.CodeKind = CouponCodeKind.Universal },
        { nameof(CouponForm.UniversalCode), f => (f.CodeKind, f.UniversalCode) = (CouponCodeKind.Universal, "4111 1111 1111 1111") },
        { nameof(CouponForm.Description), f => f.Description = new string('x', 2001) },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Each_fault_is_told_at_its_field(string field, Action<CouponForm> spoil)
    {
        var form = Good();
        spoil(form);

        form.Validate().All.ShouldHaveSingleItem().Field.ShouldBe(field);
    }

    [Fact]
    public void A_good_form_has_no_faults() => Good().Validate().All.ShouldBeEmpty();

    private static CouponForm Good() => new() { Name = "Summer", Currency = "USD", Amount = 20 };
}
