using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Agreements;
using LoyaltyAdmin.Domain.Demo;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace LoyaltyAdmin.Tests.Browser;

/// <summary>Reliability B7: thirty ways to smuggle a script in, in every text people enter, on the pages that show it. One visit for all of them.</summary>
public sealed class MarkupTests
{
    private static readonly string[] payloads =
    [
        "<script>xss=1</script>", "<img src=x onerror=xss=1>", "<svg/onload=xss=1>", "\"><script>xss=1</script>", "'><img src=x onerror=alert(1)>", "</title><script>xss=1</script>",
        "</textarea><script>xss=1</script>", "</style><script>xss=1</script>", "</option></select><img src=x onerror=xss=1>", "javascript:alert(1)", "JaVaScRiPt:alert(1)",
        "data:text/html,<script>alert(1)</script>", "<a href=javascript:alert(1)>x</a>", "<iframe src=javascript:alert(1)>", "<iframe srcdoc='<script>parent.xss=1</script>'>",
        "<body onload=xss=1>", "<details open ontoggle=xss=1>", "<input autofocus onfocus=xss=1>", "<video><source onerror=xss=1>", "<math><mtext><img src=x onerror=xss=1>",
        "<object data=javascript:alert(1)>", "<embed src=javascript:alert(1)>", "<base href=//evil.example>", "<meta http-equiv=refresh content=0;url=//evil.example>",
        "<form action=javascript:alert(1)><button>x", "<!--><script>xss=1</script>", "<![CDATA[<script>xss=1</script>]]>", "{{constructor.constructor('xss=1')()}}", "${alert(1)}",
        "&lt;img src=x onerror=xss=1&gt;",
    ];

    /// <summary>What of the page somebody else's markup would have made.</summary>
    private const string Smuggled = """
        () => [
          ...(window.xss === undefined ? [] : ['a script ran']),
          ...[...document.querySelectorAll('body *')].filter(e => [...e.attributes].some(a => /^on/i.test(a.name) || /^\s*(javascript|data:text)/i.test(a.value) && /^(href|src|action|formaction|data|srcdoc)$/i.test(a.name))).map(e => e.outerHTML),
          ...[...document.querySelectorAll('iframe, object, embed, body base, body meta, details[ontoggle], math, body script:not([src])')].map(e => e.outerHTML),
        ]
        """;

    [Fact]
    public async Task B7_Markup_in_any_text_is_only_text_on_every_page()
    {
        payloads.Length.ShouldBe(30);
        await using var web = await WebProcess.StartAsync();
        await using var db = web.OpenDatabase();
        var card = await FillAsync(db);
        await using var context = await Chromium.NewContextAsync(web.Url);
        var page = await context.NewPageAsync();
        var found = new List<string>();
        page.Dialog += async (_, dialog) =>
        {
            found.Add($"a dialog on {page.Url}");
            await dialog.DismissAsync();
        };
        page.Console += (_, message) =>
        {
            // A browser that had to block something was given something to run.
            if (message.Text.Contains("Content Security Policy", StringComparison.Ordinal))
            {
                found.Add($"{page.Url}: {message.Text}");
            }
        };
        page.Response += (_, response) =>
        {
            if (response.Request.ResourceType == "document" && response.Status != 302 && !ScriptsOf(response).Equals("script-src 'self'", StringComparison.Ordinal))
            {
                found.Add($"{response.Url}: {ScriptsOf(response)}");
            }
        };

        await page.GotoAsync($"/sign-in?returnUrl={Uri.EscapeDataString("/\"><script>xss=1</script>")}");
        await LookAsync("sign-in", shows: false);
        await page.GotoAsync("/sign-in");
        await page.GetByLabel("Email").FillAsync("administrator@demo.example");
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(DemoAccess.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.WaitForURLAsync(url => !url.Contains("/sign-in", StringComparison.Ordinal));

        const string system = "/system-configuration/";
        string[] paths =
        [
            "/members/gift-cards", "/members/gift-cards/sold", $"/members/gift-cards/sold/{card}", $"/members/gift-cards/sold/{card}/terms", "/members/gift-cards/transactions", "/members/gift-cards/sold/sell",
            "/members/gift-cards/reconciliation", "/approvals", system + "stores", system + "agreements", system + "users", system + "roles", system + "api-clients", system + "audit-trail", system + "company", "/",
        ];
        foreach (var path in paths)
        {
            await page.GotoAsync(path);
            await Assertions.Expect(page.Locator("main h1").First).ToBeVisibleAsync(new() { Timeout = 20_000 });
            await Assertions.Expect(page.Locator("[aria-busy=true], .skeleton")).ToHaveCountAsync(0, new() { Timeout = 20_000 });
            await LookAsync(path, shows: path is not ("/" or "/members/gift-cards/reconciliation" or "/members/gift-cards/sold/sell"));
        }

        found.ShouldBeEmpty();

        async Task LookAsync(string path, bool shows)
        {
            found.AddRange((await page.EvaluateAsync<string[]>(Smuggled)).Select(smuggled => $"{path}: {smuggled}"));
            if (shows)
            {
                var text = await page.EvaluateAsync<string>("() => document.body.innerText + [...document.querySelectorAll('input, textarea')].map(e => e.value).join('\\n')");
                payloads.Any(text.Contains).ShouldBeTrue($"{path} shows none of it: {text}");
            }
        }
    }

    private static string ScriptsOf(IResponse response) =>
        response.Headers.GetValueOrDefault("content-security-policy", "").Split(';', StringSplitOptions.TrimEntries).FirstOrDefault(part => part.StartsWith("script-src", StringComparison.Ordinal)) ?? "no policy";

    /// <summary>Each text in every field that takes any; answers a card that carries them.</summary>
    private static async Task<long> FillAsync(TestDatabase db)
    {
        db.Clock.Now = TimeProvider.System.GetUtcNow();
        var everything = await A.Role("Everything").With(Enum.GetValues<Permission>()).Where(r => r.RefundLimit = 0).SaveToAsync(db);
        await db.Database.WriteAsync(Actor.System, async d => (await d.Staff.SingleAsync(user => user.Email == "administrator@demo.example")).RoleId = everything.Id);
        var store = await db.ReadAsync(d => d.Stores.FirstAsync());
        var (stores, agreements, roles) = (db.Get<StoreService>(), db.Get<AgreementService>(), db.Get<Roles>());
        var company = await db.Get<CompanyService>().FormAsync(Actor.System);
        company.Name = payloads[0];
        await db.Get<CompanyService>().SaveAsync(Actor.System, company);
        long card = 0;
        foreach (var (text, at) in payloads.Select((text, at) => (text, at)))
        {
            var who = await A.StaffUser(text).As(everything).SaveToAsync(db);
            await stores.SaveAsync(who, new StoreForm { Code = A.Unique("X"), Name = text, TimeZone = "UTC", City = text, Address = text });
            await agreements.SaveAsync(who, new AgreementForm { Title = text, Body = text });
            await roles.SaveAsync(who, new RoleForm { Name = text, Permissions = [Permission.PlansRead] });
            await A.ApiClient(text).With(ApiScope.StoresRead).SaveToAsync(db);
            var plan = await A.GiftCardPlan(text).SaveToAsync(db);
            var sold = await db.Get<GiftCardSales>().SellAsync(who, new GiftCardSale { PlanCode = plan.Code, Amount = 50, Currency = "USD", StoreCode = store.Code, Channel = Channel.Pos, BuyerName = text, OrderNumber = text }, A.Unique("sale"));
            await db.Get<GiftCardRefunds>().RefundAsync(who, sold.CardId, 50, text, A.Unique("refund"));
            await db.Get<GiftCardCare>().FreezeAsync(who, sold.CardId, text, A.Unique("freeze"));
            card = at == 0 ? sold.CardId : card;
        }

        return card;
    }
}
