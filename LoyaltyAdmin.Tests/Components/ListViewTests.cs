using Bunit;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Web.Components;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Tests.Components;

public sealed class ListViewTests : ComponentTest
{
    private readonly List<ListQuery> asked = [];

    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    [Fact]
    public void The_address_says_what_is_loaded()
    {
        Navigation.NavigateTo("/list?name=moon&sort=Name&asc=1&size=10&cursor=abc");

        List();

        var query = asked.ShouldHaveSingleItem();
        query.Text("name").ShouldBe("moon");
        query.Page.ShouldBe(new PageRequest { Size = 10, Sort = "Name", Descending = false, Cursor = "abc" });
    }

    [Fact]
    public void Searching_puts_the_filters_into_the_address_and_starts_at_the_first_page()
    {
        Navigation.NavigateTo("/list?view=NYC01&cursor=abc");
        var list = List();

        list.Find("#filter-name").Change("  moon ");
        list.Find("form").Submit();

        Navigation.Uri.ShouldEndWith("/list?name=moon&view=NYC01");
        asked[^1].Text("name").ShouldBe("moon");
        asked[^1].Page.Cursor.ShouldBeNull();
    }

    [Fact]
    public void Reset_takes_the_filters_out_and_leaves_the_rest()
    {
        Navigation.NavigateTo("/list?name=moon&view=NYC01");
        var list = List();

        list.FindAll("button").Single(button => button.TextContent.Trim() == "Reset").Click();

        Navigation.Uri.ShouldEndWith("/list?view=NYC01");
        list.Find("#filter-name").GetAttribute("value").ShouldBeNull();
    }

    [Fact]
    public void Pages_follow_the_cursors()
    {
        var list = List(new Page<string>(["a", "b"], Next: "n", Previous: null));

        Button(list, "Previous").HasAttribute("disabled").ShouldBeTrue();
        Button(list, "Next").Click();
        Navigation.Uri.ShouldEndWith("/?cursor=n");
        Button(list, "Last").Click();
        Navigation.Uri.ShouldEndWith("/?back=1");
    }

    [Fact]
    public void A_column_sorts_down_then_up_then_not_at_all()
    {
        var list = List();
        string[] addresses =
        [
            .. Enumerable.Range(0, 3).Select(_ =>
            {
                list.Find("button.sort").Click();

                return new Uri(Navigation.Uri).Query;
            }),
        ];

        addresses.ShouldBe(["?sort=Name", "?sort=Name&asc=1", ""]);
    }

    [Fact]
    public void Cards_on_a_narrow_screen_are_sorted_by_a_choice()
    {
        var list = List();

        list.FindAll(".list-sort option").Select(option => option.TextContent).ShouldBe(["As listed", "Name, descending", "Name, ascending"]);
        string[] addresses = [.. new[] { "-Name", "Name", "" }.Select(choice =>
        {
            list.Find(".list-sort select").Change(choice);

            return new Uri(Navigation.Uri).Query;
        })];

        addresses.ShouldBe(["?sort=Name", "?sort=Name&asc=1", ""]);
    }

    [Fact]
    public void A_hidden_column_is_shown_when_chosen()
    {
        var list = List();
        list.FindAll("th").Select(th => th.TextContent).ShouldNotContain("Length");

        Button(list, "Columns").Click();
        list.FindAll(".menu input").Last().Change(true);

        list.FindAll("th").Select(th => th.TextContent).ShouldContain("Length");
    }

    [Fact]
    public void Chosen_columns_are_kept_in_the_browser_and_found_again()
    {
        Services.GetRequiredService<BrowserMemory>().Owner = "staff:4";
        var list = List();
        Button(list, "Columns").Click();
        list.FindAll(".menu input").Last().Change(true);

        var kept = JSInterop.Invocations["loyalty.keep"].ShouldHaveSingleItem().Arguments;
        kept[0].ShouldBe("staff:4 columns Names");
        JSInterop.Setup<string?>("loyalty.recall", "staff:4 columns Names").SetResult((string)kept[1]!);

        List().FindAll("th").Select(th => th.TextContent).ShouldContain("Length");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"No such column\":true}")]
    public void Columns_a_browser_kept_wrongly_are_ignored(string kept)
    {
        JSInterop.Setup<string?>("loyalty.recall", " columns Names").SetResult(kept);

        List().FindAll("th").Select(th => th.TextContent.Trim('↕')).ShouldBe(["Name"]);
    }

    [Fact]
    public void A_list_that_is_whole_or_short_has_no_pages()
    {
        List().FindAll(".pager").ShouldBeEmpty();
        List(new Page<string>(["a"], Next: "n", Previous: null)).FindAll(".pager").ShouldHaveSingleItem();
    }

    [Fact]
    public void A_failed_list_says_so_and_can_be_retried()
    {
        var fails = true;
        var list = List(load: () => fails ? throw new InvalidOperationException("boom") : Task.FromResult(new Page<string>(["a"], null, null)));
        list.Find("[role=alert]").TextContent.ShouldContain("This list could not be loaded.");

        fails = false;
        Button(list, "Retry").Click();

        list.FindAll("tbody tr").Count.ShouldBe(1);
    }

    [Fact]
    public void Nothing_at_all_and_nothing_found_are_said_differently()
    {
        List(Page<string>.Empty).Markup.ShouldContain("No names yet");

        Navigation.NavigateTo("/list?name=moon");

        List(Page<string>.Empty).Markup.ShouldContain("Nothing matches these filters");
    }

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<ListView<string>> list, string text) => list.FindAll("button").Single(button => button.TextContent.Trim() == text);

    private IRenderedComponent<ListView<string>> List(Page<string>? page = null, Func<Task<Page<string>>>? load = null) => Render<ListView<string>>(p => p
        .Add(l => l.Caption, "Names")
        .Add(l => l.Load, (query, _) =>
        {
            asked.Add(query);

            return load?.Invoke() ?? Task.FromResult(page ?? new Page<string>(["a"], null, null));
        })
        .Add<FilterField>(l => l.Filters, f => f.Add(x => x.Name, "name").Add(x => x.Label, "Name"))
        .Add(l => l.Columns, builder =>
        {
            builder.OpenComponent<ListColumn<string>>(0);
            builder.AddComponentParameter(1, "Title", "Name");
            builder.AddComponentParameter(2, "Sort", "Name");
            builder.AddComponentParameter(3, "ChildContent", (RenderFragment<string>)(row => b => b.AddContent(0, row)));
            builder.CloseComponent();
            builder.OpenComponent<ListColumn<string>>(4);
            builder.AddComponentParameter(5, "Title", "Length");
            builder.AddComponentParameter(6, "Hidden", true);
            builder.AddComponentParameter(7, "ChildContent", (RenderFragment<string>)(row => b => b.AddContent(0, row.Length)));
            builder.CloseComponent();
        })
        .Add<EmptyState>(l => l.Empty!, e => e.Add(x => x.Title, "No names yet")));
}
