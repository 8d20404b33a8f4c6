namespace LoyaltyAdmin.Tests.Support;

/// <summary>The running web application that all browser tests share. Tests that change settings start their own <see cref="WebProcess"/>.</summary>
public sealed class WebApp : IAsyncLifetime
{
    private WebProcess? process;

    public string Url => Process.Url;

    public string Log => Process.Log;

    private WebProcess Process => process ?? throw new InvalidOperationException("The web application was not started.");

    public async Task InitializeAsync() => process = await WebProcess.StartAsync();

    public async Task DisposeAsync()
    {
        if (process is not null)
        {
            await process.DisposeAsync();
        }
    }
}

/// <summary>Marks the classes that share <see cref="WebApp"/>; they run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class BrowserTestGroup : ICollectionFixture<WebApp>
{
    public const string Name = "Browser";
}
