using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace LoyaltyAdmin.Web.Components;

/// <summary>Draws its parameters and does nothing else: no services, handlers, state or life cycle. Lists write it as markup.</summary>
public abstract class PlainPart : ComponentBase
{
    internal void Draw(RenderTreeBuilder builder) => BuildRenderTree(builder);
}
