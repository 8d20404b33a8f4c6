using Bunit;
using LoyaltyAdmin.Web.Layout;

namespace LoyaltyAdmin.Tests.Layout;

public sealed class MenuTreeTests : BunitContext
{
    private static readonly MenuItem[] items = [new("Dashboard", "/"), new("Members", Children: [new("Tags", "/tags"), new("Benefits", Children: [new("Gift Card", "/gift-cards")])]), new("System", Children: [new("Stores", "/stores")])];

    [Fact]
    public void An_entry_leads_to_its_page_and_the_groups_around_the_current_one_are_open()
    {
        var menu = Render<MenuTree>(parameters => parameters.Add(m => m.Items, items).Add(m => m.Current, "/gift-cards"));

        menu.FindAll("a").Select(link => (link.TextContent.Trim(), link.GetAttribute("href"))).ShouldBe([("Dashboard", "/"), ("Tags", "/tags"), ("Gift Card", "/gift-cards"), ("Stores", "/stores")]);
        menu.FindAll("details[open] > summary").Select(group => group.TextContent.Trim()).ShouldBe(["Members", "Benefits"]);
        menu.FindAll("[aria-current=page]").ShouldHaveSingleItem().TextContent.Trim().ShouldBe("Gift Card");
    }

    [Fact]
    public void A_page_outside_the_menu_opens_nothing() =>
        Render<MenuTree>(parameters => parameters.Add(m => m.Items, items)).FindAll("details[open], [aria-current]").ShouldBeEmpty();
}
