using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Agreements;
using LoyaltyAdmin.Domain.MemberPortal;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Web.Portal.Pages;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LoyaltyAdmin.Web.Portal;

/// <summary>Marks the routes only a signed-in member reaches.</summary>
public sealed record MemberOnly;

/// <summary>
/// Every route below <c>/my</c>: read what the page shows, then draw it. Plain HTML and forms: no circuit, no script. What a form changes is redirected
/// to a page, so that reloading repeats nothing.
/// </summary>
public static class PortalPages
{
    public const string CodePath = PortalTargets.Root + "/code";
    public const string SignOutPath = PortalTargets.Root + "/sign-out";
    public const string LookPath = PortalTargets.Root + "/look.css";

    private const string Saved = "saved";

    public static string CouponPath(long id) => string.Create(CultureInfo.InvariantCulture, $"{PortalTargets.PathOf("coupons")}/{id}");

    public static string GiftCardPath(long id) => string.Create(CultureInfo.InvariantCulture, $"{PortalTargets.PathOf("gift-cards")}/{id}");

    public static string AgreementPath(long id) => string.Create(CultureInfo.InvariantCulture, $"{PortalTargets.PathOf("agreements")}/{id}");

    /// <summary>How the consent form names a line.</summary>
    public static string NameOf(ConsentChannel channel, ConsentPurpose purpose) => $"{channel}.{purpose}";

    public static void MapPortalPages(this WebApplication app)
    {
        var everybody = app.MapGroup(PortalTargets.Root).AllowAnonymous().AddEndpointFilter(PortalAnswers.GuardAsync);
        everybody.MapPortalSignIn();
        // Answered here and not with the staff's 404 page.
        Delegate notFound = PortalAnswers.NotFoundAsync; // As a delegate: the other overload would drop the page.
        everybody.MapFallback("{**path}", notFound);

        var members = app.MapGroup(PortalTargets.Root).RequireAuthorization(MemberAccess.Policy).WithMetadata(new MemberOnly()).AddEndpointFilter(PortalAnswers.GuardAsync);
        members.MapGet("", OverviewAsync);
        members.MapGet("/cards", CardsAsync);
        members.MapGet("/wallet", WalletAsync);
        members.MapGet("/points", PointsAsync);
        members.MapGet("/coupons", CouponsAsync);
        members.MapGet("/coupons/{id:long}", CouponAsync);
        members.MapGet("/gift-cards", GiftCardsAsync);
        members.MapGet("/gift-cards/{id:long}", GiftCardAsync);
        members.MapGet("/consents", ConsentsAsync);
        members.MapGet("/agreements", AgreementsAsync);
        members.MapGet("/agreements/{id:long}", AgreementAsync);

        var forms = members.MapGroup("").AddEndpointFilter(MemberAccess.DemandTokenAsync);
        forms.MapPost("/consents", ChangeConsentsAsync);
        forms.MapPost("/agreements/{id:long}", AcceptAsync);
        forms.MapPost("/sign-out", SignOutAsync);
    }

    private static async Task<IResult> OverviewAsync(HttpContext http, PortalHome home) => await PageAsync<OverviewView>(http, home, await home.OverviewAsync(Actor(http), http.RequestAborted));

    private static async Task<IResult> CardsAsync(HttpContext http, PortalHome home) => await PageAsync<CardsView>(http, home, await home.CardsAsync(Actor(http), http.RequestAborted));

    private static async Task<IResult> WalletAsync(HttpContext http, PortalHome home, PortalBalances balances) => await PageAsync<WalletView>(http, home, await balances.WalletAsync(Actor(http), http.RequestAborted));

    private static async Task<IResult> PointsAsync(HttpContext http, PortalHome home, PortalBalances balances) => await PageAsync<PointsView>(http, home, await balances.PointsAsync(Actor(http), http.RequestAborted));

    private static async Task<IResult> CouponsAsync(HttpContext http, PortalHome home, PortalBalances balances, TimeProvider clock) =>
        await PageAsync<CouponsView>(http, home, await balances.CouponsAsync(Actor(http), http.RequestAborted), (nameof(CouponsView.Now), clock.GetUtcNow()));

    private static async Task<IResult> CouponAsync(HttpContext http, long id, PortalHome home, PortalBalances balances, TimeProvider clock) =>
        await PageAsync<CouponView>(http, home, await balances.CouponAsync(Actor(http), id, http.RequestAborted), (nameof(CouponView.Now), clock.GetUtcNow()));

    private static async Task<IResult> GiftCardsAsync(HttpContext http, PortalHome home, PortalGiftCards cards) => await PageAsync<GiftCardsView>(http, home, await cards.ListAsync(Actor(http), http.RequestAborted));

    private static async Task<IResult> GiftCardAsync(HttpContext http, long id, PortalHome home, PortalGiftCards cards) => await PageAsync<GiftCardView>(http, home, await cards.DetailAsync(Actor(http), id, http.RequestAborted));

    private static async Task<IResult> ConsentsAsync(HttpContext http, PortalHome home, PortalConsents consents) =>
        await PageAsync<ConsentsView>(http, home, await consents.AnswersAsync(Actor(http), http.RequestAborted), (nameof(PortalView.Notice), Done(http) switch { Saved => "Saved. It counts from the next message on.", "same" => "Nothing was changed.", _ => null }));

    private static async Task<IResult> AgreementsAsync(HttpContext http, PortalHome home) =>
        await PageAsync<AgreementsView>(http, home, await home.AgreementsAsync(Actor(http), http.RequestAborted), (nameof(PortalView.Notice), Done(http) == Saved ? "Thank you. We have written down that you accepted." : null));

    private static async Task<IResult> AgreementAsync(HttpContext http, long id, PortalHome home) => await PageAsync<AgreementView>(http, home, await home.AgreementAsync(Actor(http), id, http.RequestAborted));

    private static async Task<IResult> ChangeConsentsAsync(HttpContext http, PortalConsents consents)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var (was, ticked) = (form["was"].ToHashSet(StringComparer.Ordinal), form["none"] == "1" ? [] : form["is"].ToHashSet(StringComparer.Ordinal));
        var changed = await consents.ChangeAsync(Actor(http), [.. ConsentTexts.Lines.Select(line => (Line: line, Name: NameOf(line.Channel, line.Purpose))).Select(l => new ConsentChoice(l.Line.Channel, l.Line.Purpose, was.Contains(l.Name), ticked.Contains(l.Name)))], http.RequestAborted);

        return Results.Redirect($"{PortalTargets.PathOf("consents")}?done={(changed > 0 ? Saved : "same")}");
    }

    private static async Task<IResult> AcceptAsync(HttpContext http, long id, PortalHome home, AgreementAcceptances acceptances)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        try
        {
            await acceptances.AcceptAsync(Actor(http), id, int.TryParse(form["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0, http.RequestAborted);
        }
        catch (RuleViolationException refusal) when (refusal is not (NotFoundException or AccessDeniedException))
        {
            return await PageAsync<AgreementView>(http, home, await home.AgreementAsync(Actor(http), id, http.RequestAborted), (nameof(AgreementView.Error), refusal.Message));
        }

        return Results.Redirect($"{PortalTargets.PathOf("agreements")}?done={Saved}");
    }

    private static async Task<IResult> SignOutAsync(HttpContext http, PortalSessions sessions)
    {
        await MemberAccess.SignOutAsync(http, sessions);

        return Results.Redirect(MemberAccess.SignInPath);
    }

    private static async Task<RazorComponentResult> PageAsync<TView>(HttpContext http, PortalHome home, object model, params (string Name, object? Value)[] more) where TView : IComponent
    {
        var parameters = new Dictionary<string, object?> { ["Frame"] = await home.FrameAsync(Actor(http), http.RequestAborted), ["Model"] = model };
        foreach (var (name, value) in more)
        {
            parameters[name] = value;
        }

        return PortalAnswers.Page(typeof(TView), parameters);
    }

    private static Actor Actor(HttpContext http) => MemberAccess.ActorOf(http);

    private static string? Done(HttpContext http) => http.Request.Query["done"];
}
