using Bunit;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Web.Components;
using LoyaltyAdmin.Web.Components.Rules;

namespace LoyaltyAdmin.Tests.Components;

public sealed class AudienceScopeEditorTests : ComponentTest
{
    private static readonly SegmentNames names = new([new(1, "Main")], [new(11, 1, 1, "Member"), new(12, 1, 2, "Silver")], [new(21, "VIP")], [new(31, "Silent")], "USD");

    private AudienceScope scope = AudienceScope.Everybody;

    public AudienceScopeEditorTests() => ComponentFactories.AddStub<AudienceSize>();

    [Fact]
    public void All_users_is_chosen_until_something_else_is()
    {
        var editor = Show();
        editor.FindAll("details").ShouldBeEmpty();

        editor.FindAll("input[type=radio]")[1].Change("on");
        scope.ShouldBe(AudienceScope.Nobody);
        editor.FindAll("details summary").Select(summary => summary.TextContent.Trim()).ShouldBe(["Card Plans none", "Card Tiers none", "Member Segments none", "Member Tags none"]);

        editor.FindAll("input[type=radio]")[0].Change("on");
        scope.ShouldBe(AudienceScope.Everybody);
    }

    [Fact]
    public void A_tier_can_mean_those_above_it_too()
    {
        scope = AudienceScope.Nobody;
        var editor = Show();

        Check(editor, "Card Tiers", "Main: Silver");
        scope.Tiers.ShouldBe([new(12, AndAbove: false)]);
        editor.Find("input[aria-label='Silver and above']").Change(true);

        scope.Tiers.ShouldBe([new(12, AndAbove: true)]);
    }

    [Fact]
    public void With_several_dimensions_it_is_asked_whether_any_or_every_must_match()
    {
        scope = AudienceScope.Nobody;
        var editor = Show();
        Check(editor, "Member Tags", "VIP");
        editor.FindAll("select").ShouldBeEmpty();

        Check(editor, "Member Segments", "Silent");
        editor.Find("select").Change("1");

        scope.ShouldBe(new AudienceScope(false, [], [], [31], [21], MatchesEvery: true));
    }

    [Fact]
    public async Task A_live_count_answers_the_last_question_only()
    {
        var done = new TaskCompletionSource();
        using var live = new LiveCount<string>(() => done.TrySetResult());
        var asked = 0;
        foreach (var i in Enumerable.Range(1, 20))
        {
            live.Ask(_ =>
            {
                Interlocked.Increment(ref asked);

                return Task.FromResult($"{i}");
            });
        }

        await done.Task.WaitAsync(TimeSpan.FromSeconds(30));

        (live.Answer, live.IsCounting, asked).ShouldBe(("20", false, 1));
    }

    [Fact]
    public async Task A_slow_count_is_cancelled_by_the_next_and_never_overwrites_it()
    {
        var (done, started, cancelled) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        using var live = new LiveCount<string>(() => done.TrySetResult());
        live.Ask(async cancel =>
        {
            started.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, cancel);
            }
            finally
            {
                cancelled.SetResult();
            }

            return "old";
        });
        await started.Task.WaitAsync(TimeSpan.FromSeconds(30));

        live.Ask(_ => Task.FromResult("new"));

        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await done.Task.WaitAsync(TimeSpan.FromSeconds(30));
        live.Answer.ShouldBe("new");
    }

    [Fact]
    public async Task A_refusal_is_said_instead_of_a_count()
    {
        var done = new TaskCompletionSource();
        using var live = new LiveCount<string>(() => done.TrySetResult());

        live.Ask(_ => throw new RuleViolationException("segment_cycle", "It leads back to itself."));

        await done.Task.WaitAsync(TimeSpan.FromSeconds(30));
        live.Fault.ShouldBe("It leads back to itself.");
    }

    private IRenderedComponent<AudienceScopeEditor> Show()
    {
        IRenderedComponent<AudienceScopeEditor>? editor = null;
        editor = Render<AudienceScopeEditor>(p => p.Add(e => e.Names, names).Add(e => e.Value, scope).Add(e => e.ValueChanged, changed =>
        {
            scope = changed;
            editor!.Render(again => again.Add(e => e.Value, changed));
        }));

        return editor;
    }

    private static void Check(IRenderedComponent<AudienceScopeEditor> editor, string dimension, string item) =>
        editor.Find($"[role=group][aria-label='{dimension}']").QuerySelectorAll("label").First(label => label.TextContent.Trim() == item).QuerySelector("input")!.Change(true);
}
