using LoyaltyAdmin.Web.Components;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace LoyaltyAdmin.Web.Pages.MembershipMarketing.Members.MemberBenefits.GiftCards.Designs;

/// <summary>An SVG text element: Razor keeps the name for itself.</summary>
public sealed class SvgText : PlainPart
{
    [Parameter, EditorRequired]
    public required string Text { get; set; }

    [Parameter]
    public int X { get; set; }

    [Parameter]
    public int Y { get; set; }

    [Parameter]
    public int Size { get; set; }

    [Parameter]
    public string Fill { get; set; } = "#ffffff";

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenElement(0, "text");
        builder.AddAttribute(1, "x", X);
        builder.AddAttribute(2, "y", Y);
        builder.AddAttribute(3, "font-size", Size);
        builder.AddAttribute(4, "font-weight", "600");
        builder.AddAttribute(5, "fill", Fill);
        builder.AddContent(6, Text);
        builder.CloseElement();
    }
}
