using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Demo;
using LoyaltyAdmin.Tests.Support;
using LoyaltyAdmin.Web;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Tests.Access;

[Long]
public sealed partial class AccountTests : IDisposable
{
    private const string Analyst = "analyst@demo.example";
    private const string Own = "seven violet umbrellas dancing";

    private readonly Portal portal = new();

    public void Dispose() => portal.Dispose();

    [Fact]
    public async Task Two_factor_asks_for_a_code_takes_each_once_and_recovery_codes_once()
    {
        var browser = portal.NewBrowser();
        await browser.SignInAsync(Analyst);
        var key = ManualKey().Match((await browser.GetAsync("/account/two-factor")).Body).Groups[1].Value;

        (await browser.SubmitAsync("/account/two-factor", "confirm-two-factor", ("Confirm.Code", "000000"))).Body.ShouldContain("This code is not right");
        var confirmed = await browser.SubmitAsync("/account/two-factor", "confirm-two-factor", ("Confirm.Code", Code(key)));
        var recovery = RecoveryCode().Matches(confirmed.Body).Select(match => match.Groups[1].Value).ToList();
        recovery.Count.ShouldBe(10);

        var other = portal.NewBrowser();
        (await other.SignInAsync(Analyst)).Location.ShouldStartWith("/sign-in/two-factor");
        (await other.IsInAsync()).ShouldBeFalse();
        await other.SubmitAsync("/sign-in/two-factor", "two-factor", ("Form.Code", "000000"));
        (await other.IsInAsync()).ShouldBeFalse();
        var code = Code(key);
        await other.SubmitAsync("/sign-in/two-factor", "two-factor", ("Form.Code", code));
        (await other.IsInAsync()).ShouldBeTrue();

        (await WithCodeAsync(code, isRecovery: false)).ShouldBeFalse("a code works once");
        (await WithCodeAsync(recovery[0], isRecovery: true)).ShouldBeTrue();
        (await WithCodeAsync(recovery[0], isRecovery: true)).ShouldBeFalse("a recovery code works once");
    }

    [Fact]
    public async Task Secrets_of_two_factor_lie_sealed_in_the_database()
    {
        var browser = portal.NewBrowser();
        await browser.SignInAsync(Analyst);
        var key = ManualKey().Match((await browser.GetAsync("/account/two-factor")).Body).Groups[1].Value.Replace(" ", "", StringComparison.Ordinal);

        await using var db = await portal.Services.GetRequiredService<LoyaltyDatabase>().ReadAsync();
        var stored = await db.Database.SqlQueryRaw<string>("SELECT \"Value\" FROM \"StaffTokens\"").ToListAsync();
        stored.ShouldNotBeEmpty();
        stored.ShouldAllBe(value => !value.Contains(key, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_given_password_must_be_changed_before_anything_else()
    {
        await portal.NewBrowser().GetAsync("/sign-in");
        await portal.ChangeUserAsync(Analyst, user => user.MustChangePassword = true);
        var browser = portal.NewBrowser();
        await browser.SignInAsync(Analyst);

        (await browser.GetAsync("/")).Location.ShouldBe("/account/password");
        (await browser.GetAsync("/account/two-factor")).Location.ShouldBe("/account/password");
        (await ChangeAsync(browser, "password12345678")).ShouldContain("easy to guess");
        (await ChangeAsync(browser, "too short")).ShouldContain("at least 12 characters");
        (await ChangeAsync(browser, Own)).ShouldContain("Your password is changed");

        (await browser.IsInAsync()).ShouldBeTrue();
        var other = portal.NewBrowser();
        await other.SignInAsync(Analyst, Own);
        (await other.IsInAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Changing_the_password_ends_every_other_session()
    {
        var (mine, forgotten) = (portal.NewBrowser(), portal.NewBrowser());
        await mine.SignInAsync(Analyst);
        await forgotten.SignInAsync(Analyst);

        await ChangeAsync(mine, Own);

        (await mine.IsInAsync()).ShouldBeTrue();
        (await forgotten.IsInAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task A_role_that_demands_two_factor_leads_to_setting_it_up()
    {
        await portal.NewBrowser().GetAsync("/sign-in");
        await portal.Services.GetRequiredService<LoyaltyDatabase>().WriteAsync(LoyaltyAdmin.Domain.Access.Actor.System, async db => (await db.Roles.SingleAsync(role => role.Name == "Analyst")).RequiresTwoFactor = true);
        var browser = portal.NewBrowser();
        await browser.SignInAsync(Analyst);

        (await browser.GetAsync("/")).Location.ShouldBe("/account/two-factor");
        var key = ManualKey().Match((await browser.GetAsync("/account/two-factor")).Body).Groups[1].Value;
        await browser.SubmitAsync("/account/two-factor", "confirm-two-factor", ("Confirm.Code", Code(key)));
        (await browser.IsInAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task A_new_installation_is_set_up_once_with_its_token_and_never_with_a_default_password()
    {
        using var production = new Portal("Production");
        var browser = production.NewBrowser();
        (await browser.GetAsync("/sign-in")).Body.ShouldNotContain("demo.example");
        var token = await production.Services.GetRequiredService<FirstRun>().PrepareAsync(isDevelopment: false);
        (string, string)[] Entered(string entered) =>
        [
            ("Form.Token", entered), ("Form.CompanyName", "Borealis"), ("Form.TimeZone", "Europe/Berlin"), ("Form.Currency", "EUR"), ("Form.DisplayName", "First Person"), ("Form.Email", "first@borealis.example"), ("Form.Password", Own),
        ];

        (await browser.SubmitAsync("/setup", "setup", Entered("guessed"))).Body.ShouldContain("This is not the token");
        (await browser.SubmitAsync("/setup", "setup", Entered(token!))).Body.ShouldContain("The installation is ready");

        (await browser.GetAsync("/setup")).Location.ShouldBe("/sign-in");
        await browser.SignInAsync("first@borealis.example", Own);
        (await browser.GetAsync("/")).Location.ShouldBe("/account/two-factor");
    }

    [Fact]
    public async Task The_set_up_token_runs_out_after_an_hour()
    {
        using var production = new Portal("Production");
        await production.NewBrowser().GetAsync("/sign-in");
        await production.Services.GetRequiredService<FirstRun>().PrepareAsync(isDevelopment: false);

        production.Clock.Advance(TimeSpan.FromMinutes(61));

        (await production.NewBrowser().GetAsync("/setup")).Location.ShouldBe("/sign-in");
    }

    private async Task<bool> WithCodeAsync(string code, bool isRecovery)
    {
        var browser = portal.NewBrowser();
        await browser.SignInAsync(Analyst);
        await browser.SubmitAsync(isRecovery ? "/sign-in/two-factor?recovery=true" : "/sign-in/two-factor", "two-factor", ("Form.Code", code));

        return await browser.IsInAsync();
    }

    private static async Task<string> ChangeAsync(PortalBrowser browser, string password) =>
        WebUtility.HtmlDecode((await browser.SubmitAsync("/account/password", "password", ("Form.CurrentPassword", DemoAccess.Password), ("Form.NewPassword", password), ("Form.RepeatedPassword", password))).Body);

    // RFC 6238 with the usual 30 seconds and 6 digits; authenticator apps follow the wall clock.
    private static string Code(string manualKey)
    {
        var secret = Base32(manualKey.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant());
        var counter = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 30);
#pragma warning disable CA5350 // The standard of authenticator apps.
        var hash = HMACSHA1.HashData(secret, counter);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 15, 4)) & int.MaxValue;

        return (number % 1_000_000).ToString("D6", System.Globalization.CultureInfo.InvariantCulture);
    }

    private static byte[] Base32(string text)
    {
        var bits = string.Concat(text.Select(c => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0')));

        return [.. bits.Chunk(8).Where(chunk => chunk.Length == 8).Select(chunk => Convert.ToByte(new string(chunk), 2))];
    }

    [GeneratedRegex("""class="manual-key">([^<]+)<""")]
    private static partial Regex ManualKey();

    [GeneratedRegex("<li><code>([^<]+)</code></li>")]
    private static partial Regex RecoveryCode();
}
