using Microsoft.AspNetCore.Components;

namespace LoyaltyAdmin.Web.Components;

/// <summary>One column of a <see cref="ListView{TRow}"/>: <c>&lt;ListColumn TRow="X" Title="Balance" Sort="Balance" Numeric Context="row"&gt;...&lt;/ListColumn&gt;</c>.</summary>
public sealed class ListColumn<TRow> : ComponentBase
{
    [CascadingParameter]
    public ListView<TRow>? List { get; set; }

    [Parameter, EditorRequired]
    public required string Title { get; set; }

    /// <summary>The name the service sorts by; null: not sortable.</summary>
    [Parameter]
    public string? Sort { get; set; }

    [Parameter]
    public bool Numeric { get; set; }

    /// <summary>Shown only when the user asks for it.</summary>
    [Parameter]
    public bool Hidden { get; set; }

    /// <summary>The operation column: cannot be hidden, has no heading on narrow screens.</summary>
    [Parameter]
    public bool IsOperations { get; set; }

    [Parameter, EditorRequired]
    public required RenderFragment<TRow> ChildContent { get; set; }

    protected override void OnInitialized() => List?.Add(this);
}
