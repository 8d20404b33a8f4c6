using Bunit;
using LoyaltyAdmin.Web.Components;

namespace LoyaltyAdmin.Tests.Components;

public sealed class FormPageTests : ComponentTest
{
    [Fact]
    public void Twenty_submissions_save_once()
    {
        var saves = 0;
        var form = Form(() =>
        {
            saves++;

            return Task.FromResult(true);
        });

        for (var i = 0; i < 20; i++)
        {
            form.Find("form").Submit();
        }

        saves.ShouldBe(1);
    }

    [Fact]
    public async Task A_submission_while_one_runs_is_ignored()
    {
        var (saves, running) = (0, new TaskCompletionSource<bool>());
        var form = Form(() =>
        {
            saves++;

            return running.Task;
        });

        var first = form.Find("form").SubmitAsync();
        await form.Find("form").SubmitAsync();
        running.SetResult(false);
        await first;

        saves.ShouldBe(1);
    }

    [Fact]
    public void A_refused_form_can_be_saved_again()
    {
        var saves = 0;
        var form = Form(() => Task.FromResult(++saves > 1));

        form.Find("form").Submit();
        form.Find("form").Submit();
        form.Find("form").Submit();

        saves.ShouldBe(2);
    }

    [Fact]
    public void The_summary_leads_to_the_fields()
    {
        var form = Render<FormPage>(p => p
            .Add(f => f.Errors, new Dictionary<string, string> { ["Name"] = "Gift Card Name is required." })
            .Add(f => f.Save, () => Task.FromResult(true))
            .Add(f => f.CancelHref, "/")
            .AddChildContent<TextField>(field => field.Add(t => t.Label, "Gift Card Name").Add(t => t.For, "Name")));
        form.Render();

        form.Find(".error-summary button").GetAttribute("data-focus").ShouldBe(form.Find("input").Id);
        form.Find(".error-summary").GetAttribute("role").ShouldBe("alert");
    }

    [Fact]
    public void A_refused_save_shows_the_message_at_its_field()
    {
        var errors = new Dictionary<string, string>();
        var form = Render<FormPage>(p => p
            .Add(f => f.Errors, errors)
            .Add(f => f.Save, () =>
            {
                errors["Name"] = "Name is required.";

                return Task.FromResult(false);
            })
            .Add(f => f.CancelHref, "/")
            .AddChildContent<FormSection>(section => section.Add(s => s.Title, "Basic Information").AddChildContent<TextField>(field => field.Add(t => t.Label, "Name").Add(t => t.For, "Name"))));

        form.Find("form").Submit();

        form.Find(".field-message").TextContent.ShouldBe("Name is required.");
    }

    private IRenderedComponent<FormPage> Form(Func<Task<bool>> save) =>
        Render<FormPage>(p => p.Add(f => f.Errors, new Dictionary<string, string>()).Add(f => f.Save, save).Add(f => f.CancelHref, "/").AddChildContent("<p>Fields</p>"));
}
