using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace LoyaltyAdmin.Tests.Support;

/// <summary>A test that drives the shared application in Chromium, with a browser profile of its own.</summary>
[Collection(BrowserTestGroup.Name)]
public abstract class BrowserTest(WebApp app) : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> errors = new();
    private IBrowserContext? context;
    private IPage? page;

    protected WebApp App => app;

    /// <summary>Whose browser this is; null: nobody has signed in.</summary>
    protected virtual string? User => "administrator@demo.example";

    protected IPage Page => page ?? throw new InvalidOperationException("The browser was not started.");

    /// <summary>Errors the page wrote to the browser's console.</summary>
    protected IReadOnlyCollection<string> ConsoleErrors => errors;

    public virtual async Task InitializeAsync()
    {
        context = await Chromium.NewContextAsync(app.Url, storageState: User is { } user ? await app.SignInAsync(user) : null);
        page = await context.NewPageAsync();
        page.PageError += (_, error) => errors.Enqueue(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                errors.Enqueue(message.Text);
            }
        };
    }

    public virtual async Task DisposeAsync()
    {
        if (context is not null)
        {
            await context.CloseAsync();
        }
    }

    /// <summary>Opens a page and waits for its heading: without prerendering, it is there once the circuit runs.</summary>
    protected async Task OpenAsync(string path, string heading)
    {
        await Page.GotoAsync(path);
        await ShowsHeadingAsync(heading);
    }

    protected Task ShowsHeadingAsync(string heading) =>
        Assertions.Expect(Page.GetByRole(AriaRole.Heading, new() { NameRegex = new Regex($"^{Regex.Escape(heading)}$", RegexOptions.None, TimeSpan.FromSeconds(1)) }).First)
            .ToBeVisibleAsync();
}
