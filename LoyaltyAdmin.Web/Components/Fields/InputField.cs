using Microsoft.AspNetCore.Components;

namespace LoyaltyAdmin.Web.Components;

/// <summary>
/// What every labelled field has in common: label, help, message and their wiring for screen readers.
/// <code>&lt;TextField Label="Gift Card Name" For="Name" @bind-Value="form.Name" Help="..." Required /&gt;</code>
/// Native controls: their accessible name is the label, and they need no script.
/// </summary>
public abstract class InputField<TValue> : FormPart
{
    private string? id;

    [Parameter, EditorRequired]
    public required string Label { get; set; }

    /// <summary>The property of the edited form, as named in its messages.</summary>
    [Parameter]
    public string? For { get; set; }

    [Parameter]
    public string? Help { get; set; }

    [Parameter]
    public bool Required { get; set; }

    [Parameter]
    public bool Disabled { get; set; }

    /// <summary>The label is for screen readers only: a column heading says it to everybody else.</summary>
    [Parameter]
    public bool HideLabel { get; set; }

    [Parameter]
    public TValue? Value { get; set; }

    [Parameter]
    public EventCallback<TValue?> ValueChanged { get; set; }

    /// <summary>Runs after the value has reached the form.</summary>
    [Parameter]
    public EventCallback Changed { get; set; }

    protected string Id => id ??= FieldIds.Next();

    protected string? Error => Form?.ErrorOf(For);

    protected string? Invalid => Error is null ? null : "true";

    protected string? DescribedBy => (Help, Error) switch
    {
        (null, null) => null,
        (_, null) => $"{Id}-help",
        (null, _) => $"{Id}-error",
        _ => $"{Id}-error {Id}-help",
    };

    protected override void OnInitialized()
    {
        base.OnInitialized();
        if (For is not null)
        {
            Form?.Register(For, Id);
        }
    }

    protected async Task SetAsync(TValue? value)
    {
        Value = value;
        Form?.Touch();
        await ValueChanged.InvokeAsync(value);
        await Changed.InvokeAsync();
    }
}
