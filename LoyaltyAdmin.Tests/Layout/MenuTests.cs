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

    [Fact]
    public void Every_address_is_in_the_menu_once() =>
        Menu.All.Where(item => item.Path is not null).Select(item => item.Path).ShouldBeUnique();
}
