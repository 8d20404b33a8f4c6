using Bunit;
using LoyaltyAdmin.Web.Layout;
using Radzen;
using Radzen.Blazor;

namespace LoyaltyAdmin.Tests.Layout;

public sealed class MenuEntryTests : BunitContext
{
    [Fact]
    public void An_entry_draws_its_title_and_leads_to_its_path()
    {
        Services.AddRadzenComponents();
        JSInterop.Mode = JSRuntimeMode.Loose;

        var menu = Render<RadzenPanelMenu>(parameters => parameters
            .AddChildContent<MenuEntry>(entry => entry.Add(e => e.Item, new MenuItem("Gift Cards", "/gift-cards"))));

        menu.Find("a[href='/gift-cards'] .rz-navigation-item-text").MarkupMatches("<span class:ignore>Gift Cards</span>");
    }
}
