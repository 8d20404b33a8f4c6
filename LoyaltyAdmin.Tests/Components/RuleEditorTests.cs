using System.Reflection;
using System.Text.Json.Serialization;
using Bunit;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Web.Components;
using LoyaltyAdmin.Web.Components.Rules;

namespace LoyaltyAdmin.Tests.Components;

public sealed class RuleEditorTests : ComponentTest
{
    private static readonly SegmentNames names = new([new(1, "Main")], [new(11, 1, 1, "Member"), new(12, 1, 2, "Silver")], [new(21, "VIP"), new(22, "student")], [new(31, "Silent")], "USD");

    private SegmentRule rule = SegmentRule.Everybody;

    [Fact]
    public void Every_kind_of_condition_has_an_editor_that_draws_a_new_one() =>
        ConditionKinds.All.Select(kind => kind.Condition).ShouldBe(typeof(SegmentCondition).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(attribute => attribute.DerivedType), ignoreOrder: true);

    [Fact]
    public void A_new_condition_of_every_kind_can_be_saved_as_it_is_but_for_what_must_be_named()
    {
        foreach (var kind in ConditionKinds.All)
        {
            var condition = kind.New(names);

            condition.GetType().ShouldBe(kind.Condition);
            if (condition is not AttributeCondition)
            {
                SegmentChecks.FaultOf(condition, names).ShouldBeNull(kind.Title);
            }

            Show(SegmentRule.All(condition)).FindAll(".condition :is(select, input)").ShouldNotBeEmpty(kind.Title);
        }
    }

    [Fact]
    public void Conditions_are_added_changed_and_removed_by_replacing_the_rule()
    {
        var before = rule;
        var editor = Show(rule);

        Pick(editor, "New condition", "Tag");
        Click(editor, "+ Add condition");
        Pick(editor, "Tag", "student");
        Pick(editor, "Has", "not the tag");

        rule.Conditions.ShouldBe([new TagCondition(22, Not: true)]);
        before.Conditions.ShouldBeEmpty();
        editor.Find("button[aria-label='Remove condition 1']").Click();
        rule.Conditions.ShouldBeEmpty();
    }

    [Fact]
    public void Groups_nest_as_deep_as_rules_may_and_no_deeper()
    {
        var editor = Show(rule);
        for (var depth = 1; depth < SegmentRule.MaximumDepth; depth++)
        {
            // The innermost group's buttons come first in the page.
            AddGroupButtons(editor)[0].Click();
        }

        var deepest = rule.Groups[0].Groups[0].Groups[0];
        deepest.Groups.ShouldBeEmpty();
        AddGroupButtons(editor).Count.ShouldBe(SegmentRule.MaximumDepth - 1);
        new FieldErrors().Rule("Rule", rule, names).All.ShouldBeEmpty();
    }

    [Fact]
    public void A_window_is_days_or_months_and_never_both()
    {
        var editor = Show(SegmentRule.All(new PurchaseCondition(PurchaseFigure.Revenue, Comparison.AtLeast, 100)));

        Pick(editor, "Period", "Last days");
        rule.Conditions[0].ShouldBe(new PurchaseCondition(PurchaseFigure.Revenue, Comparison.AtLeast, 100, LastDays: 30));
        Pick(editor, "Period", "Last months");
        rule.Conditions[0].ShouldBe(new PurchaseCondition(PurchaseFigure.Revenue, Comparison.AtLeast, 100, LastMonths: 6));
        Pick(editor, "Period", "All time");
        rule.Conditions[0].ShouldBe(new PurchaseCondition(PurchaseFigure.Revenue, Comparison.AtLeast, 100));
    }

    [Fact]
    public void Every_control_has_a_label()
    {
        var editor = Show(SegmentRule.All([.. ConditionKinds.All.Select(kind => kind.New(names))]));

        foreach (var control in editor.FindAll("select, input:not([type=checkbox]):not([type=radio])"))
        {
            editor.FindAll($"label[for='{control.Id}']").ShouldHaveSingleItem().TextContent.ShouldNotBeNullOrWhiteSpace();
        }
    }

    private IRenderedComponent<RuleEditor> Show(SegmentRule shown)
    {
        rule = shown;
        IRenderedComponent<RuleEditor>? editor = null;
        editor = Render<RuleEditor>(p => p.Add(e => e.Names, names).Add(e => e.Value, rule).Add(e => e.ValueChanged, changed =>
        {
            rule = changed;
            editor!.Render(again => again.Add(e => e.Value, changed));
        }));

        return editor;
    }

    private static void Pick(IRenderedComponent<RuleEditor> editor, string label, string text)
    {
        var select = editor.Find("#" + editor.FindAll("label").First(l => l.TextContent.Trim() == label).GetAttribute("for"));
        select.Change(select.QuerySelectorAll("option").First(option => option.TextContent == text).GetAttribute("value")!);
    }

    private static List<AngleSharp.Dom.IElement> AddGroupButtons(IRenderedComponent<RuleEditor> editor) =>
        [.. editor.FindAll("button").Where(button => button.TextContent.StartsWith("+ Add group", StringComparison.Ordinal))];

    private static void Click(IRenderedComponent<RuleEditor> editor, string text) => editor.FindAll("button").First(button => button.TextContent == text).Click();
}
