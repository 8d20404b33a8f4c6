using LoyaltyAdmin.Web.Layout;

namespace LoyaltyAdmin.Tests.Layout;

public sealed class MenuTests
{
    [Fact]
    public void The_trail_leads_from_the_top_to_the_page() =>
        Menu.TrailTo("/").Select(item => item.Title).ShouldBe(["Dashboard"]);

    [Fact]
    public void An_address_outside_the_menu_has_no_trail() =>
        Menu.TrailTo("/no-such-page").ShouldBeEmpty();

    [Theory]
    [InlineData("/", "/")]
    [InlineData("/members/gift-cards/reconciliation", "/members/gift-cards/reconciliation")]
    [InlineData("/members/gift-cards/sold", "/members/gift-cards")]
    [InlineData("/members/gift-cards", "/members/gift-cards")]
    [InlineData("/system-configuration/stores/4", "/system-configuration/stores")]
    [InlineData("/system-configuration/store-groups", "/system-configuration/store-groups")]
    [InlineData("/system-configuration/roles/new", "/system-configuration/users")]
    [InlineData("/account", null)]
    public void A_page_belongs_to_the_entry_nearest_to_its_address(string page, string? entry) =>
        Menu.CurrentOf(page).ShouldBe(entry);

    [Fact]
    public void Every_address_is_in_the_menu_once() =>
        Menu.All.Where(item => item.Path is not null).Select(item => item.Path).ShouldBeUnique();
}
