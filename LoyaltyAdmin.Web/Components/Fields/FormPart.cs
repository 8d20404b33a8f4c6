using Microsoft.AspNetCore.Components;

namespace LoyaltyAdmin.Web.Components;

/// <summary>A part of a form that shows a message: drawn again when the form's messages change, which none of its parameters tells.</summary>
public abstract class FormPart : ComponentBase, IDisposable
{
    private FormScope? followed;

    [CascadingParameter]
    public FormScope? Form { get; set; }

    public void Dispose()
    {
        if (followed is not null)
        {
            followed.Announced -= StateHasChanged;
        }

        GC.SuppressFinalize(this);
    }

    protected override void OnInitialized()
    {
        if (Form is not null)
        {
            followed = Form;
            followed.Announced += StateHasChanged;
        }
    }
}
