using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Demo;
using LoyaltyAdmin.Domain.Tags;

namespace LoyaltyAdmin.Web;

/// <summary>
/// An empty database: the demo company in Development, elsewhere a one-time token on the console that opens /setup for an hour.
/// There is never a default password outside the demo company.
/// </summary>
public sealed class FirstRun(DemoAccess demo, DemoGiftCards giftCards, DemoMembers members, DemoWallets wallets, DemoGifts gifts, DemoJobs jobs, IConfiguration settings, TimeProvider clock)
{
    private static readonly TimeSpan tokenLifetime = TimeSpan.FromHours(1);

    private readonly Lock tokenLock = new();
    private byte[]? tokenHash;
    private DateTimeOffset tokenEndsAt;

    /// <summary>The sign-in page lists the demo accounts: Development, and this database is the demo company's.</summary>
    public bool ShowsDemoAccounts { get; private set; }

    /// <summary>Set-up is open: there is a token that has not been used and has not run out.</summary>
    public bool IsOpen => tokenHash is not null && clock.GetUtcNow() < tokenEndsAt;

    /// <summary>Whether this is the token on the console.</summary>
    public bool Accepts(string? token)
    {
        lock (tokenLock)
        {
            return IsOpen && CryptographicOperations.FixedTimeEquals(tokenHash, Hash(token?.Trim() ?? ""));
        }
    }

    /// <summary>The first administrator exists: the token is spent.</summary>
    public void Close()
    {
        lock (tokenLock)
        {
            tokenHash = null;
        }
    }

    /// <summary>Makes what is missing; returns the set-up token, if one is needed.</summary>
    public async Task<string?> PrepareAsync(bool isDevelopment)
    {
        var isEmpty = !await demo.HasAccountsAsync();
        await demo.EnsureRolesAsync(withTwoFactor: !isDevelopment);
        if (isDevelopment && isEmpty)
        {
            await demo.CreateCompanyAsync();
            isEmpty = false;
        }

        ShowsDemoAccounts = isDevelopment && await demo.IsDemoAsync();
        if (ShowsDemoAccounts && settings.GetValue("Demo:History", defaultValue: true))
        {
            await members.LoadAsync();
            await wallets.LoadAsync();
            await gifts.LoadAsync();
            await giftCards.LoadAsync();
            await jobs.LoadAsync();
        }

        if (!isEmpty)
        {
            return null;
        }

        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));
        lock (tokenLock)
        {
            (tokenHash, tokenEndsAt) = (Hash(token), clock.GetUtcNow() + tokenLifetime);
        }

        return token;
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}

public static class FirstRunStartup
{
    /// <summary>Prepares an empty database; once the portal listens, the console says how to come in.</summary>
    public static async Task FirstRunAsync(this WebApplication app)
    {
        var firstRun = app.Services.GetRequiredService<FirstRun>();
        var token = await firstRun.PrepareAsync(app.Environment.IsDevelopment());
        await app.Services.GetRequiredService<BuiltInTags>().EnsureAsync();
        app.Lifetime.ApplicationStarted.Register(() => Console.Out.WriteLine(Welcome(app, firstRun, token)));
    }

    private static string Welcome(WebApplication app, FirstRun firstRun, string? token)
    {
        var address = app.Urls.FirstOrDefault() ?? Hosting.DefaultUrl;
        var text = new StringBuilder().AppendLine().AppendLine($"Loyalty Admin   {address}");
        if (token is not null)
        {
            text.AppendLine().AppendLine($"Set up this installation at {address}/setup with this one-time token (valid for one hour):").AppendLine($"  {token}");
        }

        if (firstRun.ShowsDemoAccounts)
        {
            text.AppendLine().AppendLine($"Demo accounts (password {DemoAccess.Password})");
            foreach (var account in DemoAccess.Accounts)
            {
                text.AppendLine($"  {account.Email,-28} {account.Role}{(account.StoreCode is { } code ? $", {code}" : "")}");
            }

            text.AppendLine().AppendLine($"Members' own pages   {address}/my   (open one from a member's page: Open member page; codes are in the Outbox)");
            text.AppendLine().AppendLine($"Demo API key ({DemoAccess.ApiClientName})").AppendLine($"  {ApiKeyText.Demo(app.Services.GetRequiredService<SecretKeys>())}");
        }

        return text.ToString();
    }
}
