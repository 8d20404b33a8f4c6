using Bunit;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Web.Components;
using LoyaltyAdmin.Web.Components.Rules;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace LoyaltyAdmin.Tests.Components;

/// <summary>Rows are written as markup: what they show is text whatever it says, and their buttons still do what they say.</summary>
public sealed class ListRowsTests : ComponentTest
{
    private const string Hostile = "\"><script>xss=1</script>&lt;b onclick='x'>";

    private readonly List<string> done = [];

    [Fact]
    public void What_a_row_shows_is_text_in_cells_attributes_labels_and_parts()
    {
        var rows = List([Hostile], Column("Titled " + Hostile, (b, row) =>
        {
            b.OpenElement(0, "a");
            b.AddAttribute(1, "href", "/x?" + row);
            b.AddAttribute(2, "hidden", false);
            b.AddContent(3, row);
            b.CloseElement();
            b.OpenComponent<TagChip>(4);
            b.AddComponentParameter(5, "Name", row);
            b.AddComponentParameter(6, "Colour", row);
            b.CloseComponent();
        }), Operations(Action)).Find("tbody");

        rows.QuerySelectorAll("script, b").ShouldBeEmpty();
        rows.QuerySelector("a")!.TextContent.ShouldBe(Hostile);
        rows.QuerySelector("a")!.GetAttribute("href").ShouldBe("/x?" + Hostile);
        rows.QuerySelector("a")!.HasAttribute("hidden").ShouldBeFalse();
        rows.QuerySelector(".tag-chip")!.TextContent.ShouldBe(Hostile);
        rows.QuerySelector("circle")!.GetAttribute("fill").ShouldBe(Hostile);
        rows.QuerySelector("td")!.GetAttribute("data-label").ShouldBe("Titled " + Hostile);
        rows.QuerySelector("button")!.GetAttribute("aria-label").ShouldBe("Freeze " + Hostile);
    }

    [Fact]
    public void An_operation_is_done_to_the_row_it_was_clicked_in()
    {
        var list = List(["a", "b"], Column("Name", (b, row) => b.AddContent(0, row)), Operations(Action));

        Click(list, 1, "Freeze");

        done.ShouldBe(["Freeze b"]);
    }

    [Theory]
    [InlineData(2, "Freeze")]
    [InlineData(-1, "Freeze")]
    [InlineData(0, "Delete everything")]
    [InlineData(0, "")]
    public void What_a_row_does_not_offer_is_not_done(int row, string operation)
    {
        var list = List(["a", "b"], Operations(Action));

        Click(list, row, operation);

        done.ShouldBeEmpty();
    }

    [Fact]
    public void The_items_of_a_menu_are_those_of_the_row_that_asked_last()
    {
        var list = List(["a", "b"], Operations((b, row) =>
        {
            b.OpenComponent<RowMenu>(0);
            b.AddComponentParameter(1, "Of", row);
            b.AddComponentParameter(2, "ChildContent", (RenderFragment)(items =>
            {
                items.OpenComponent<RowMenuItem>(0);
                items.AddComponentParameter(1, "Text", "Recharge");
                items.AddComponentParameter(2, "OnClick", EventCallback.Factory.Create(this, () => done.Add("Recharge " + row)));
                items.CloseComponent();
            }));
            b.CloseComponent();
        }));
        list.FindAll("[role=menuitem]").ShouldBeEmpty();
        list.FindAll("tbody button").ShouldAllBe(button => button.GetAttribute("popovertarget") == list.Find("[role=menu]").Id);

        Click(list, 0, "More");
        Click(list, 1, "More");
        list.Find("[role=menuitem]").Click();

        list.Find("[role=menu]").GetAttribute("aria-label").ShouldBe("More for b");
        done.ShouldBe(["Recharge b"]);
    }

    [Fact]
    public void A_cell_with_a_handler_of_its_own_is_drawn_and_works()
    {
        var list = List(["a"], Column("Name", (b, row) =>
        {
            b.OpenElement(0, "button");
            b.AddAttribute(1, "onclick", EventCallback.Factory.Create(this, () => done.Add("Own " + row)));
            b.CloseElement();
        }), Operations(Action));

        list.FindAll("tbody button")[0].Click();
        list.FindAll("tbody button")[1].Click();

        done.ShouldBe(["Own a", "Freeze a"]);
    }

    [Fact]
    public void There_is_no_column_for_operations_nobody_may_do()
    {
        string[] Titles(string may) => [.. List(["a", "b"], Column("Name", (b, row) => b.AddContent(0, row)), Operations((b, row) =>
        {
            b.AddMarkupContent(0, "\n  ");
            if (row == may)
            {
                Action(b, row);
            }
        })).FindAll("th").Select(th => th.TextContent.Trim())];

        Titles("b").ShouldBe(["Name", "Operation"]);
        Titles("nobody's").ShouldBe(["Name"]);
    }

    private static void Click(IRenderedComponent<ListView<string>> list, int row, string operation) => list.Find("tbody").TriggerEvent("onrowaction", new RowActionEventArgs { Row = row, Operation = operation });

    private void Action(RenderTreeBuilder builder, string row)
    {
        builder.OpenComponent<RowAction>(0);
        builder.AddComponentParameter(1, "Text", "Freeze");
        builder.AddComponentParameter(2, "Of", row);
        builder.AddComponentParameter(3, "OnClick", EventCallback.Factory.Create(this, () => done.Add("Freeze " + row)));
        builder.CloseComponent();
    }

    private static RenderFragment Operations(Action<RenderTreeBuilder, string> cell) => Column("Operation", cell, isOperations: true);

    private static RenderFragment Column(string title, Action<RenderTreeBuilder, string> cell, bool isOperations = false) => builder =>
    {
        builder.OpenComponent<ListColumn<string>>(0);
        builder.AddComponentParameter(1, "Title", title);
        builder.AddComponentParameter(2, "IsOperations", isOperations);
        builder.AddComponentParameter(3, "ChildContent", (RenderFragment<string>)(row => b => cell(b, row)));
        builder.CloseComponent();
    };

    private IRenderedComponent<ListView<string>> List(IReadOnlyList<string> rows, params RenderFragment[] columns) => Render<ListView<string>>(p => p
        .Add(l => l.Caption, "Names")
        .Add(l => l.Load, (_, _) => Task.FromResult(new Page<string>(rows, null, null)))
        .Add(l => l.Columns, builder =>
        {
            foreach (var column in columns)
            {
                builder.AddContent(0, column);
            }
        }));
}
