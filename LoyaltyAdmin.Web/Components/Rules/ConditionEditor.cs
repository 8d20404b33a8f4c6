using LoyaltyAdmin.Domain.Segments;
using Microsoft.AspNetCore.Components;

namespace LoyaltyAdmin.Web.Components.Rules;

/// <summary>Draws one kind of condition; never changes it, always replaces it.</summary>
public abstract class ConditionEditor<TCondition> : ComponentBase where TCondition : SegmentCondition
{
    [Parameter, EditorRequired]
    public required SegmentCondition Value { get; set; }

    [Parameter]
    public EventCallback<SegmentCondition> ValueChanged { get; set; }

    /// <summary>What conditions can name.</summary>
    [Parameter, EditorRequired]
    public required SegmentNames Names { get; set; }

    protected TCondition Condition => (TCondition)Value;

    protected static IReadOnlyList<Option<bool>> YesOrNo(string yes, string no) => [new(false, yes), new(true, no)];

    protected Task SetAsync(TCondition condition) => ValueChanged.InvokeAsync(condition);
}
