using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>
/// P6 and P8 in Chromium, against the web application of this build in a process of its own: how soon a list answers, what a click costs, what an open
/// list keeps in memory, whether closed ones give it back, and 200 of them at once.
/// <code>dotnet build -c Release LoyaltyAdmin.Web; dotnet run -c Release --project LoyaltyAdmin.Benchmarks -- browser [tabs] [cycles] [circuits] [connection string of a generated SQLite database]</code>
/// </summary>
internal static class BrowserBenchmark
{
    private const int Rounds = 25;
    private const int WarmUp = 5;
    private const int TabsPerUser = 5;

    /// <summary>A closed page's circuit is kept for three minutes.</summary>
    private static readonly TimeSpan retention = TimeSpan.FromSeconds(200);

    public static async Task RunAsync(string[] args)
    {
        var (tabs, cycles, circuits) = (Number(args, 0, 30), Number(args, 1, 100), Number(args, 2, 200));
        await using var company = await GeneratedCompany.OpenAsync("Sqlite", args.Length > 3 ? args[3] : null, 20_000, 100_000);
        var emails = await AddUsersAsync(company, (Math.Max(tabs, circuits) + TabsPerUser - 1) / TabsPerUser + 1);
        using var web = await WebServer.StartAsync(company.Provider, company.ConnectionString, company.KeyFile, company.Folder);
        try
        {
            await using var browser = await BrowserTabs.StartAsync();
            var first = await browser.SignInAsync(web.Address, emails[0]);
            Say($"| what | p50 ms | p95 ms |\n|---|---|---|");
            await ListAsync(first);
            await MemoryAsync(browser, web, first, emails, tabs, cycles);
            await CrowdAsync(browser, web, emails, circuits);
        }
        finally
        {
            await web.EndAsync();
        }
    }

    private static async Task ListAsync(IBrowserContext user)
    {
        var times = new List<double>();
        for (var round = 0; round < Rounds + WarmUp; round++)
        {
            var (page, interactive) = await BrowserTabs.OpenAsync(user);
            times.Add(interactive);
            await page.CloseAsync();
        }

        Line("list page interactive (limit 300)", times.Skip(WarmUp));
        var (open, _) = await BrowserTabs.OpenAsync(user);
        Say($"| {await BrowserTabs.SizeAsync(open)} | | |");
        await RepeatAsync("click to changed DOM: next page, all rows replaced (limit p50 40)", () => BrowserTabs.NextAsync(open));
        await RepeatAsync("click to changed DOM: pick a row (limit p50 40)", () => BrowserTabs.PickAsync(open));
        await open.CloseAsync();
    }

    private static async Task RepeatAsync(string what, Func<Task<double>> click)
    {
        var times = new List<double>();
        for (var round = 0; round < 2 * Rounds + WarmUp; round++)
        {
            times.Add(await click());
            await Task.Delay(50);
        }

        Line(what, times.Skip(WarmUp));
    }

    private static async Task MemoryAsync(BrowserTabs browser, WebServer web, IBrowserContext first, IReadOnlyList<string> emails, int tabs, int cycles)
    {
        var users = new List<IBrowserContext>();
        for (var user = 0; user < (tabs + TabsPerUser - 1) / TabsPerUser; user++)
        {
            users.Add(await browser.SignInAsync(web.Address, emails[user + 1]));
        }

        await Task.Delay(retention);
        var empty = await Heap.LiveMegabytesAsync(web.Process.Id);
        var pages = new List<IPage>();
        for (var tab = 0; tab < tabs; tab++)
        {
            pages.Add((await BrowserTabs.OpenAsync(users[tab / TabsPerUser])).Page);
        }

        var full = await Heap.LiveMegabytesAsync(web.Process.Id);
        Say($"\n| what | MB |\n|---|---|\n| live heap without circuits | {empty:N1} |\n| with {tabs} lists open | {full:N1} |\n| one list (limit 600 KB) | {(full - empty) * 1024 / tabs:N0} KB |");
        foreach (var page in pages)
        {
            await page.CloseAsync();
        }

        for (var cycle = 0; cycle < cycles; cycle++)
        {
            await (await BrowserTabs.OpenAsync(first)).Page.CloseAsync();
        }

        await Task.Delay(retention);
        Say($"| after {cycles} more lists were opened and closed, past the retention time | {await Heap.LiveMegabytesAsync(web.Process.Id):N1} |");
    }

    private static async Task CrowdAsync(BrowserTabs browser, WebServer web, IReadOnlyList<string> emails, int circuits)
    {
        if (circuits == 0)
        {
            return;
        }

        var pages = new List<IPage>();
        IBrowserContext? user = null;
        while (pages.Count < circuits)
        {
            user = pages.Count % TabsPerUser == 0 ? await browser.SignInAsync(web.Address, emails[pages.Count / TabsPerUser + 1]) : user;
            pages.Add((await BrowserTabs.OpenAsync(user!)).Page);
        }

        Say($"\n| {circuits} lists open at once | p50 ms | p95 ms |\n|---|---|---|");
        var (next, pick) = (new List<double>(), new List<double>());
        foreach (var page in pages)
        {
            next.Add(await BrowserTabs.NextAsync(page));
            pick.Add(await BrowserTabs.PickAsync(page));
        }

        Line("next page (limit p95 200)", next);
        Line("pick a row (limit p95 200)", pick);
        web.Process.Refresh();
        Say($"| live heap {await Heap.LiveMegabytesAsync(web.Process.Id):N0} MB, resident {web.Process.WorkingSet64 / (1024 * 1024):N0} MB | | |");
    }

    // A user may have five tabs: many lists need many users, who all have the demo accounts' password.
    private static async Task<IReadOnlyList<string>> AddUsersAsync(GeneratedCompany company, int count)
    {
        var emails = Enumerable.Range(0, count).Select(_ => $"bench-{Guid.NewGuid():N}@bench.example").ToList();
        await company.Get<LoyaltyDatabase>().WriteAsync(Actor.System, async db =>
        {
            var model = await db.Staff.FirstAsync(user => user.UserName == "marketing@demo.example");
            foreach (var email in emails)
            {
                var user = StaffUsers.New(email, "Bench", model.RoleId, StoreScope.All, TimeProvider.System.GetUtcNow());
                user.PasswordHash = model.PasswordHash;
                db.Staff.Add(user);
            }
        });

        return emails;
    }

    private static void Line(string what, IEnumerable<double> milliseconds)
    {
        var sorted = milliseconds.Order().ToList();
        Say($"| {what} | {sorted[sorted.Count / 2]:N0} | {sorted[sorted.Count * 95 / 100]:N0} |");
    }

    private static int Number(string[] args, int at, int otherwise) => args.Length > at ? int.Parse(args[at], CultureInfo.InvariantCulture) : otherwise;

    private static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
