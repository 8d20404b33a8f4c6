using LoyaltyAdmin.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoyaltyAdmin.Tests.Browser.Members;

public sealed class SegmentAndTagPageTests(WebApp app) : BrowserTest(app)
{
    private ILocator Rows => Page.Locator("table.grid tbody tr");

    [Fact]
    public async Task A_rule_is_built_counted_saved_changed_and_deleted()
    {
        var name = A.Unique("Nobody of ");
        await OpenAsync("/members/segments/create", "Create Segment");
        await Page.GetByLabel("Name").FillAsync(name);
        await Button("+ Add condition").ClickAsync();
        await Page.GetByLabel("Values").FillAsync("Nowhere at all");
        await Page.GetByLabel("Values").BlurAsync();
        var preview = Page.GetByRole(AriaRole.Region, new() { Name = "Preview" });
        await Expect(preview).ToContainTextAsync("Active members: city is Nowhere at all");
        await Expect(preview.GetByRole(AriaRole.Status)).ToHaveTextAsync("0 members");

        await Button("+ Add group").ClickAsync();
        await Page.GetByLabel("New condition in group 1").SelectOptionAsync(new SelectOptionValue { Label = "Last purchase" });
        await Button("+ Add condition to group 1").ClickAsync();
        await Page.GetByLabel("Days ago").FillAsync("90");
        await Page.GetByLabel("Days ago").BlurAsync();
        await Expect(preview).ToContainTextAsync("and (last purchase was at least 90 days ago)");
        await Button("Save").ClickAsync();

        await ShowsHeadingAsync("Member Segments");
        var row = Rows.Filter(new() { HasText = name });
        await Expect(row).ToContainTextAsync("city is Nowhere at all and (last purchase was at least 90 days ago)");
        await row.GetByRole(AriaRole.Link, new() { Name = name, Exact = true }).ClickAsync();
        await ShowsHeadingAsync(name);
        await Button("Remove group 1").ClickAsync();
        await Expect(preview).Not.ToContainTextAsync("90 days ago");
        await Button("Save").ClickAsync();
        await ShowsHeadingAsync("Member Segments");
        await Expect(row).Not.ToContainTextAsync("90 days ago");

        await row.GetByRole(AriaRole.Link, new() { Name = $"Growth {name}" }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Region, new() { Name = "Counts" }).Locator("tbody tr")).ToHaveCountAsync(2);
        await Button("Count now").ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Region, new() { Name = "Counts" }).Locator("tbody tr")).ToHaveCountAsync(3);

        await OpenAsync("/members/segments", "Member Segments");
        await row.GetByRole(AriaRole.Button, new() { Name = $"Delete {name}" }).ClickAsync();
        await Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Expect(row).ToHaveCountAsync(0);
        ConsoleErrors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_segment_that_a_computed_tag_asks_for_stays_until_the_tag_is_gone()
    {
        var (segment, tag) = (A.Unique("Used "), A.Unique("uses"));
        await OpenAsync("/members/segments/create", "Create Segment");
        await Page.GetByLabel("Name").FillAsync(segment);
        await Button("Save").ClickAsync();
        await ShowsHeadingAsync("Member Segments");
        await OpenAsync("/members/tags/create", "Create Tag");
        await Page.GetByLabel("Name").FillAsync(tag);
        await Page.GetByLabel("Computed: given and taken by a rule").CheckAsync();
        await Page.GetByLabel("New condition").SelectOptionAsync(new SelectOptionValue { Label = "Member segment" });
        await Button("+ Add condition").ClickAsync();
        await Page.GetByLabel("Member segment", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = segment });
        await Button("Save").ClickAsync();
        await ShowsHeadingAsync("Tags");
        await Expect(Rows.Filter(new() { HasText = tag })).ToContainTextAsync($"is in the segment “{segment}”");

        await DeleteAsync("/members/segments", "Member Segments", segment);
        await Expect(Page.Locator(".rz-notification")).ToContainTextAsync($"“{segment}” is used by computed tag “{tag}”");
        await DeleteAsync("/members/tags", "Tags", tag);
        await Expect(Rows.Filter(new() { HasText = tag })).ToHaveCountAsync(0);
        await DeleteAsync("/members/segments", "Member Segments", segment);
        await Expect(Rows.Filter(new() { HasText = segment })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_list_tells_which_numbers_it_did_not_take()
    {
        var name = A.Unique("List ");
        await OpenAsync("/members/segments/create", "Create Segment");
        await Page.GetByLabel("Name").FillAsync(name);
        await Page.GetByLabel("List: members put on it by hand or by import").CheckAsync();
        await Button("Save").ClickAsync();
        await ShowsHeadingAsync(name);
        await Button("Add members").ClickAsync();
        await Page.GetByLabel("Member numbers").FillAsync("no-such-member");
        await Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();

        await Expect(Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("0 members added.");
        await Expect(Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("no-such-member No member has this number.");
    }

    [Fact]
    public async Task The_products_own_tags_are_there_can_be_recalculated_and_not_deleted()
    {
        await OpenAsync("/members/tags", "Tags");
        var row = Rows.Filter(new() { HasText = "informAboutBonusSystem" });
        await Expect(row.GetByRole(AriaRole.Button, new() { Name = "Delete informAboutBonusSystem" })).ToHaveCountAsync(0);

        await row.GetByRole(AriaRole.Button, new() { Name = "Recalculate informAboutBonusSystem" }).ClickAsync();

        await Expect(Page.Locator(".rz-notification")).ToContainTextAsync("“informAboutBonusSystem”:");
        await Expect(row).Not.ToContainTextAsync("Not yet");
    }

    [Fact]
    public async Task A_members_page_tells_its_tags_and_why_it_is_in_a_segment_and_gives_a_tag()
    {
        var (segment, tag) = (A.Unique("In "), A.Unique("tag"));
        await OpenAsync("/members/tags/create", "Create Tag");
        await Page.GetByLabel("Name").FillAsync(tag);
        await Button("Save").ClickAsync();
        await ShowsHeadingAsync("Tags");
        await OpenAsync("/members/segments/create", "Create Segment");
        await Page.GetByLabel("Name").FillAsync(segment);
        await Page.GetByLabel("New condition").SelectOptionAsync(new SelectOptionValue { Label = "Registration" });
        await Button("+ Add condition").ClickAsync();
        await Page.GetByLabel("Within the last days").FillAsync("36500");
        await Page.GetByLabel("Within the last days").BlurAsync();
        await Button("Save").ClickAsync();
        await ShowsHeadingAsync("Member Segments");
        await OpenAsync("/members/directory/new", "Register Member");
        await Page.GetByLabel("Full name").FillAsync(segment);
        await Button("Save").ClickAsync();
        await ShowsHeadingAsync($"{segment} Active Member");
        await Page.GetByRole(AriaRole.Tab, new() { Name = "Tags and segments" }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Region, new() { Name = "Member segments" })).ToContainTextAsync(segment);
        await Expect(Page.GetByRole(AriaRole.Region, new() { Name = "Member segments" })).ToContainTextAsync("registered within the last 36500 days");

        await Button("+ Add tag").ClickAsync();
        await Page.GetByRole(AriaRole.Dialog).GetByLabel("Tag", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = tag });
        await Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Give tag" }).ClickAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = $"Remove {tag}" }).ClickAsync();
        await Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Remove", Exact = true }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Button, new() { Name = $"Remove {tag}" })).ToHaveCountAsync(0);
    }

    private ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    private async Task DeleteAsync(string path, string heading, string name)
    {
        await OpenAsync(path, heading);
        await Rows.Filter(new() { HasText = name }).GetByRole(AriaRole.Button, new() { Name = $"Delete {name}" }).ClickAsync();
        await Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();
    }
}
