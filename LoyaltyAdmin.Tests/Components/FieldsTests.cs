using Bunit;
using LoyaltyAdmin.Web.Components;

namespace LoyaltyAdmin.Tests.Components;

public sealed class FieldsTests : ComponentTest
{
    private static readonly IReadOnlyList<Option<long?>> stores = [new(7, "New York"), new(9, "Chicago")];

    [Fact]
    public void The_label_is_the_controls_name_and_the_message_describes_it()
    {
        var scope = new FormScope { Errors = new Dictionary<string, string> { ["Name"] = "Gift Card Name is required." } };

        var field = Render<TextField>(p => p.AddCascadingValue(scope).Add(f => f.Label, "Gift Card Name").Add(f => f.For, "Name").Add(f => f.Help, "Buyers see it."));

        var input = field.Find("input");
        field.Find("label").GetAttribute("for").ShouldBe(input.Id);
        input.GetAttribute("aria-invalid").ShouldBe("true");
        input.GetAttribute("aria-describedby")!.Split(' ').Select(id => field.Find($"#{id}").TextContent).ShouldBe(["Gift Card Name is required.", "Buyers see it."]);
        scope.IdOf("name").ShouldBe(input.Id);
    }

    [Fact]
    public void Fields_of_different_kinds_never_share_an_address()
    {
        string?[] ids = [Render<TextField>(p => p.Add(f => f.Label, "A")).Find("input").Id, Render<NumberField>(p => p.Add(f => f.Label, "B")).Find("input").Id, Render<DateField>(p => p.Add(f => f.Label, "C")).Find("input").Id];

        ids.ShouldBeUnique();
    }

    [Fact]
    public void Text_beyond_the_limit_is_cut_on_the_server_too()
    {
        string? value = null;
        var field = Render<TextField>(p => p.Add(f => f.Label, "Reason").Add(f => f.MaxLength, 5).Add(f => f.ValueChanged, text => value = text));

        field.Find("input").Change("1234567");

        value.ShouldBe("12345");
    }

    [Theory]
    [InlineData("12.50", "12.50")]
    [InlineData("1,000", "1000")]
    [InlineData("-3", "-3")]
    [InlineData("", null)]
    public void A_number_reads_as_typed(string typed, string? expected)
    {
        decimal? value = 1;
        var field = Render<NumberField>(p => p.Add(f => f.Label, "Amount").Add(f => f.ValueChanged, number => value = number));

        field.Find("input").Change(typed);

        value.ShouldBe(expected is null ? null : decimal.Parse(expected, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("1e3")]
    [InlineData("NaN")]
    [InlineData("ten")]
    [InlineData("99999999999999999999999999999999")]
    public void What_is_no_number_stays_typed_and_is_said(string typed)
    {
        decimal? value = 1;
        var field = Render<NumberField>(p => p.Add(f => f.Label, "Amount").Add(f => f.ValueChanged, number => value = number));

        field.Find("input").Change(typed);

        value.ShouldBeNull();
        field.Find(".field-message").TextContent.ShouldBe("Enter a number.");
        field.Find("input").GetAttribute("value").ShouldBe(typed);
    }

    [Theory]
    [InlineData("1", 9L)]
    [InlineData("2", null)]
    [InlineData("9", null)]
    [InlineData("-1", null)]
    [InlineData("x", null)]
    public void Only_what_was_offered_can_be_chosen(string sent, long? expected)
    {
        long? value = 7;
        var field = Render<SelectField<long?>>(p => p.Add(f => f.Label, "Store").Add(f => f.Options, stores).Add(f => f.Value, 7).Add(f => f.ValueChanged, id => value = id));

        field.Find("select").Change(sent);

        value.ShouldBe(expected);
    }

    [Fact]
    public void A_day_that_does_not_exist_is_no_day()
    {
        DateOnly? day = new DateOnly(2026, 1, 1);
        var field = Render<DateField>(p => p.Add(f => f.Label, "Last valid day").Add(f => f.ValueChanged, value => day = value));

        field.Find("input").Change("2026-02-30");

        day.ShouldBeNull();
    }
}
