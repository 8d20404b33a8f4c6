using LoyaltyAdmin.Web;
using LoyaltyAdmin.Web.Layout;
using Radzen;

var builder = WebApplication.CreateBuilder(Hosting.Options(args));

builder.ListenOnDefaultUrl();
builder.WebHost.UseStaticWebAssets(); // Packages' scripts and styles also outside Development.

builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddRazorComponents().AddInteractiveServerComponents();
builder.Services.AddRadzenComponents();

var app = builder.Build();

app.UseExceptionHandler("/error", createScopeForErrors: true);
app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
app.UseAntiforgery();

app.MapStaticAssets();
app.MapRazorComponents<App>().AddInteractiveServerRenderMode();

await app.RunAsync();
