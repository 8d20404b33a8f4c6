using AngleSharp.Dom;
using Bunit;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Gifts;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Web.Components;

namespace LoyaltyAdmin.Tests.Components;

public sealed class GiftSpecEditorTests : ComponentTest
{
    private static readonly GiftChoices choices = new(
        [new GiftCouponChoice(11, "CN-0011", "Coffee", CouponStatus.Active, new RelativeValidity(14)), new GiftCouponChoice(12, "CN-0012", "Cake", CouponStatus.Draft, new RelativeValidity(30))],
        [new CouponPackageChoice(21, "CP-0021", "Box", CouponStatus.Active)]);

    private readonly FormScope scope = new();
    private GiftSpec gift = GiftSpec.None;

    [Fact]
    public void No_gift_becomes_points_and_says_so_in_words()
    {
        var editor = Editor();
        Summary(editor).ShouldBe("No gift");

        Check(editor, "Points", true);
        Field(editor, "Number of Points").Change("100.5");
        Draw(editor);

        gift.Points.ShouldBe(100.5m);
        Summary(editor).ShouldBe("100.5 points");
        Check(editor, "Points", false);
        gift.ShouldBe(GiftSpec.None);
    }

    [Fact]
    public void A_coupon_brings_its_validity_along_and_gets_a_quantity_and_a_distribution_rule()
    {
        var editor = Editor();
        Check(editor, "Coupons", true);
        Draw(editor);

        Field(editor, "Gift Name 1").Change("0");
        Draw(editor);
        Field(editor, "Gift Quantity 1").Change("2");
        Draw(editor);
        Field(editor, "Distribution Rule 1").Change("2");
        Draw(editor);
        Field(editor, "Days later 1").Change("3");
        Draw(editor);
        Field(editor, "Time of day 1").Change("10:30");
        Draw(editor);

        gift.ShouldBe(new GiftSpec(0, [new GiftCoupon(11, 2, new DailyDelayedDistribution(3, new TimeOnly(10, 30)), new RelativeValidity(14))], []));
        Summary(editor).ShouldBe("2 × Coffee, 3 days later at 10:30, valid 14 days after claiming");
        Field(editor, "Gift Name 1").QuerySelectorAll("option").Select(option => option.TextContent).ShouldBe(["Choose a coupon…", "Coffee (CN-0011)", "Cake (CN-0012, not active)"]);
    }

    [Fact]
    public void Lines_are_added_and_removed_one_by_one()
    {
        gift = new GiftSpec(5, [new GiftCoupon(11, 1, DistributionRule.Instant, new RelativeValidity(7))], [new GiftPackage(21, 1, new HourlyDelayedDistribution(2))]);
        var editor = Editor();

        Button(editor, "+ Add coupon").Click();
        Draw(editor);
        Field(editor, "Gift Name 2").Change("1");
        Draw(editor);
        editor.Find("[aria-label='Remove coupon 1']").Click();
        Draw(editor);
        Field(editor, "Hours later of package 1").Change("5");
        Draw(editor);

        gift.Coupons.Select(coupon => coupon.CouponId).ShouldBe([12]);
        Summary(editor).ShouldBe("5 points; 1 × Cake, valid 30 days after claiming; 1 × Box, 5 hours later");
        editor.Find("[aria-label='Remove package 1']").Click();
        gift.Packages.ShouldBeEmpty();
    }

    [Fact]
    public void Messages_stand_at_their_lines()
    {
        gift = new GiftSpec(0, [new GiftCoupon(11, 0, new HourlyDelayedDistribution(0), new RelativeValidity(0))], []);
        scope.Errors = gift.Validate(new FieldErrors(), "Gift").All.ToDictionary(error => error.Field, error => error.Message);
        var editor = Editor();

        editor.FindAll(".field-message").Select(message => message.TextContent).ShouldBe(["The quantity is 1 to 100.", "The delay is 1 to 8,760 hours.", "The validity is 1 to 3,650 days."]);
    }

    private static string Summary(IRenderedComponent<GiftSpecEditor> editor) => editor.FindAll("p[role=status]")[^1].TextContent;

    private static IElement Field(IRenderedComponent<GiftSpecEditor> editor, string label) =>
        editor.Find("#" + editor.FindAll("label[for]").First(found => found.TextContent.Trim() == label).GetAttribute("for"));

    private static IElement Button(IRenderedComponent<GiftSpecEditor> editor, string text) => editor.FindAll("button").Single(button => button.TextContent == text);

    private static void Check(IRenderedComponent<GiftSpecEditor> editor, string text, bool value) =>
        editor.FindAll("label.check").First(label => label.TextContent.Trim() == text).QuerySelector("input")!.Change(value);

    private IRenderedComponent<GiftSpecEditor> Editor() => Render<GiftSpecEditor>(p => p
        .AddCascadingValue(scope).Add(e => e.Choices, choices).Add(e => e.Zone, "UTC").Add(e => e.Today, new DateOnly(2026, 3, 2)).Add(e => e.Value, gift).Add(e => e.ValueChanged, changed => gift = changed));

    private void Draw(IRenderedComponent<GiftSpecEditor> editor) => editor.Render(p => p.Add(e => e.Value, gift));
}
