using Bunit;
using LoyaltyAdmin.Web.Components;
using Microsoft.Extensions.DependencyInjection;
using Radzen;

namespace LoyaltyAdmin.Tests.Components;

/// <summary>A test that renders one component, without a browser.</summary>
public abstract class ComponentTest : BunitContext
{
    protected ComponentTest()
    {
        Services.AddRadzenComponents();
        Services.AddSingleton(TimeProvider.System);
        Services.AddScoped<BrowserMemory>();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }
}
