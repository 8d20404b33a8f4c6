using Bunit;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Web.Components;

namespace LoyaltyAdmin.Tests.Components;

public sealed class EditorsTests : ComponentTest
{
    private static readonly IReadOnlyList<StoreChoice> stores = [new(1, "NYC01", "New York", "America/New_York", true), new(2, "CHI01", "Chicago", "America/Chicago", true)];

    [Fact]
    public void Stores_are_picked_one_by_one_and_the_value_is_replaced()
    {
        var scope = StoreScope.All;
        var editor = Render<StoreScopeEditor>(p => p.Add(e => e.Stores, stores).Add(e => e.Value, scope).Add(e => e.ValueChanged, changed => scope = changed));

        editor.FindAll("input[type=radio]")[1].Change("on");
        editor.Render(p => p.Add(e => e.Value, scope));
        editor.FindAll("input[type=checkbox]")[1].Change(true);
        editor.Render(p => p.Add(e => e.Value, scope));

        scope.ShouldBe(StoreScope.Only(2));
        editor.Find("ul[aria-label='Selected stores']").TextContent.ShouldContain("Chicago");
        editor.FindAll("button").ShouldContain(button => button.TextContent == "+ Select Stores");
    }

    [Fact]
    public void All_stores_forgets_what_was_picked()
    {
        var scope = StoreScope.Only(1, 2);
        var editor = Render<StoreScopeEditor>(p => p.Add(e => e.Stores, stores).Add(e => e.Value, scope).Add(e => e.ValueChanged, changed => scope = changed));

        editor.FindAll("input[type=radio]")[0].Change("on");

        scope.ShouldBe(StoreScope.All);
    }

    [Fact]
    public void A_validity_without_expiry_asks_no_number()
    {
        var period = new ValidityPeriod(1, ValidityUnit.Years);
        var editor = Render<ValidityPeriodEditor>(p => p.Add(e => e.Value, period).Add(e => e.ValueChanged, changed => period = changed));
        editor.Find(".field-help").TextContent.ShouldStartWith("Valid for 1 year from purchase date");

        editor.Find("select").Change("3");
        editor.Render(p => p.Add(e => e.Value, period));

        period.ShouldBe(ValidityPeriod.Unlimited);
        editor.FindAll("input").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("18", 18)]
    [InlineData("1.5", 0)]
    [InlineData("-1", 0)]
    [InlineData("", 0)]
    public void A_validity_counts_whole_units(string typed, int expected)
    {
        var period = new ValidityPeriod(1, ValidityUnit.Months);
        var editor = Render<ValidityPeriodEditor>(p => p.Add(e => e.Value, period).Add(e => e.ValueChanged, changed => period = changed));

        editor.Find("input").Change(typed);

        period.ShouldBe(new ValidityPeriod(expected, ValidityUnit.Months));
    }

    [Fact]
    public void There_are_at_most_six_denominations_and_each_shows_its_price()
    {
        List<DenominationForm> rows = [new() { FaceValue = 200, Discount = 20 }, new(), new(), new(), new()];
        var editor = Render<DenominationsEditor>(p => p.Add(e => e.Currency, "USD").Add(e => e.Value, rows));
        var add = editor.FindAll("button").Single(button => button.TextContent == "+ Add denomination");

        add.Click();

        rows.Count.ShouldBe(6);
        editor.FindAll("button").ShouldNotContain(button => button.TextContent == "+ Add denomination");
        editor.Find("tbody tr td.numeric").TextContent.ShouldBe("USD 180.00");
    }

    [Fact]
    public void A_denomination_can_be_removed()
    {
        List<DenominationForm> rows = [new() { FaceValue = 50 }, new() { FaceValue = 100 }];
        var editor = Render<DenominationsEditor>(p => p.Add(e => e.Currency, "USD").Add(e => e.Value, rows));

        editor.Find("[aria-label='Remove denomination 1']").Click();

        rows.Select(row => row.FaceValue).ShouldBe([100]);
    }

    [Fact]
    public void Each_purchase_field_is_mandatory_optional_or_hidden()
    {
        var information = new PurchaseInformation();
        var editor = Render<PurchaseInformationEditor>(p => p.Add(e => e.Value, information).Add(e => e.ValueChanged, changed => information = changed));

        editor.FindAll("select")[1].Change("0");

        information.ShouldBe(new PurchaseInformation(BuyerPhone: FieldRequirement.Mandatory));
        editor.FindAll("label").Select(label => label.TextContent.Trim()).ShouldBe(["Buyer Name", "Buyer Phone Number", "Buyer Email", "Card Number (POS Only)"]);
    }
}
