using LoyaltyAdmin.Domain;
using LoyaltyAdmin.Web;
using LoyaltyAdmin.Web.Access;
using LoyaltyAdmin.Web.Api;
using LoyaltyAdmin.Web.Components;
using LoyaltyAdmin.Web.Components.Imports;
using LoyaltyAdmin.Web.Jobs;
using LoyaltyAdmin.Web.Layout;
using LoyaltyAdmin.Web.Operations;
using LoyaltyAdmin.Web.Pages.MembershipMarketing.Marketing.Coupons;
using LoyaltyAdmin.Web.Pages.MembershipMarketing.Members.MemberBenefits.GiftCards;
using LoyaltyAdmin.Web.Pages.MembershipMarketing.Members.MemberBenefits.GiftCards.Designs;
using LoyaltyAdmin.Web.Portal;
using Radzen;

try
{
    var builder = WebApplication.CreateBuilder(Hosting.Options(args));

    builder.ListenOnDefaultUrl();
    builder.AddOperations();
    builder.WebHost.UseStaticWebAssets(); // Packages' scripts and styles also outside Development.

    builder.Services.AddSingleton(TimeProvider.System);
    builder.AddStorage();
    builder.Services.AddLoyaltyDomain();
    builder.Services.AddSingleton<FirstRun>();
    builder.AddStaffAccess();
    builder.AddMemberAccess();
    builder.AddLoyaltyApi();
    builder.Services.AddRazorComponents().AddInteractiveServerComponents(options => options.DetailedErrors = builder.Environment.IsDevelopment());
    builder.Services.AddRadzenComponents();
    builder.Services.AddScoped<StoreView>();
    builder.Services.AddScoped<BrowserMemory>();
    builder.AddJobs();

    var app = builder.Build();

    await app.MigrateAsync();
    await app.FirstRunAsync();
    if (await app.GenerateAsync(args))
    {
        return 0;
    }

    app.UseExceptionHandler("/error", createScopeForErrors: true);
    app.UseSecurityHeaders();
    app.UseStatusPages();
    app.UseLoyaltyApi();
    app.UseStaffAccess();
    app.UseAntiforgery();

    app.MapStaticAssets().AllowAnonymous();
    app.MapStaffAccess();
    app.MapLoyaltyApi();
    app.MapCardDesigns();
    app.MapCouponImages();
    app.MapFileDownloads();
    app.MapMessageDoors();
    app.MapPortalPages();
    app.MapHealth();
    app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null); // UseSecurityHeaders says more.

    app.Services.GetRequiredService<Telemetry>();

    await app.RunAsync();

    return 0;
}
catch (Exception exception) when (Hosting.Explain(exception) is { } sentence)
{
    await Console.Error.WriteLineAsync(sentence);

    return 1;
}
