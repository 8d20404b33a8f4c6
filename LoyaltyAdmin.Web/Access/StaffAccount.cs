using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using QRCoder;

namespace LoyaltyAdmin.Web.Access;

/// <summary>What an authenticator app needs: a picture of the address, and its key for typing in.</summary>
public sealed record AuthenticatorSetup(string QrCode, string ManualKey);

/// <summary>What users do to their own account. Every step gives this session a new cookie and ends all others.</summary>
public sealed class StaffAccount(UserManager<StaffUser> users, StaffSignIn signIn, LoyaltyDatabase database, AccessControl access, AuditTrail audit)
{
    public const int RecoveryCodes = 10;
    private const int PixelsPerModule = 5;

    public async Task<StaffUser> UserAsync(HttpContext http) =>
        StaffClaims.IdOf(http.User) is { } id && await users.FindByIdAsync(id.ToString(CultureInfo.InvariantCulture)) is { } user ? user : throw new AccessDeniedException("Sign in first.");

    /// <summary>Whether this user's role demands two-factor sign-in.</summary>
    public async Task<bool> IsTwoFactorDemandedAsync(StaffUser user)
    {
        await using var db = await database.ReadAsync();

        return await db.Roles.AnyAsync(role => role.Id == user.RoleId && role.RequiresTwoFactor);
    }

    /// <exception cref="InvalidInputException">The current password is wrong, or the new one against the rules.</exception>
    public async Task ChangePasswordAsync(HttpContext http, string current, string next, string repeated)
    {
        var user = await UserAsync(http);
        await DemandPasswordAsync(user, current, "CurrentPassword");
        var company = await CompanyNameAsync();
        var fault = PasswordRules.Fault(next, user.DisplayName, user.Email, company);
        new FieldErrors()
            .Require(fault is null, "NewPassword", fault ?? "")
            .Require(next != current, "NewPassword", "The new password must differ from the current one.")
            .Require(next == repeated, "RepeatedPassword", "The two passwords differ.")
            .ThrowIfAny();
        user.MustChangePassword = false;
        Demand(await users.ChangePasswordAsync(user, current, next), "NewPassword");
        await AfterAsync(http, user, "StaffUser.ChangePassword");
    }

    /// <summary>The key to set an authenticator up with; made when there is none yet.</summary>
    public async Task<AuthenticatorSetup> SetupAsync(StaffUser user)
    {
        var key = await users.GetAuthenticatorKeyAsync(user);
        if (key is null)
        {
            key = users.GenerateNewAuthenticatorKey();
            Demand(await users.SetAuthenticationTokenAsync(user, "[AspNetUserStore]", "AuthenticatorKey", key), "Code");
        }

        var issuer = Uri.EscapeDataString($"Loyalty Admin {await CompanyNameAsync()}".Trim());
        var address = $"otpauth://totp/{issuer}:{Uri.EscapeDataString(user.Email ?? "")}?secret={key}&issuer={issuer}&digits=6";
        using var generator = new QRCodeGenerator();
        using var data = generator.CreateQrCode(address, QRCodeGenerator.ECCLevel.M);
        using var picture = new PngByteQRCode(data);

        return new AuthenticatorSetup("data:image/png;base64," + Convert.ToBase64String(picture.GetGraphic(PixelsPerModule)), string.Join(' ', key.Chunk(4).Select(part => new string(part))).ToLowerInvariant());
    }

    /// <summary>Switches two-factor on when the app shows the right code; returns the recovery codes, which nobody sees again.</summary>
    /// <exception cref="InvalidInputException">The code is wrong.</exception>
    public async Task<IReadOnlyList<string>> ConfirmTwoFactorAsync(HttpContext http, string code)
    {
        var user = await UserAsync(http);
        var typed = code.Replace(" ", "", StringComparison.Ordinal);
        var isRight = await users.VerifyTwoFactorTokenAsync(user, TokenOptions.DefaultAuthenticatorProvider, typed);
        new FieldErrors().Require(isRight, "Code", "This code is not right. Codes change every 30 seconds: enter the one shown now, and check the phone's clock.").ThrowIfAny();
        Demand(await users.SetTwoFactorEnabledAsync(user, true), "Code");
        var codes = await users.GenerateNewTwoFactorRecoveryCodesAsync(user, RecoveryCodes);
        await AfterAsync(http, user, "StaffUser.EnableTwoFactor");

        return [.. codes!];
    }

    /// <summary>Ten new recovery codes; the old ones are void.</summary>
    public async Task<IReadOnlyList<string>> NewRecoveryCodesAsync(HttpContext http, string password)
    {
        var user = await UserAsync(http);
        await DemandPasswordAsync(user, password, "Password");
        var codes = await users.GenerateNewTwoFactorRecoveryCodesAsync(user, RecoveryCodes);
        await AfterAsync(http, user, "StaffUser.NewRecoveryCodes");

        return [.. codes!];
    }

    public async Task DisableTwoFactorAsync(HttpContext http, string password)
    {
        var user = await UserAsync(http);
        await DemandPasswordAsync(user, password, "Password");
        Demand(await users.SetTwoFactorEnabledAsync(user, false), "Password");
        Demand(await users.RemoveAuthenticationTokenAsync(user, "[AspNetUserStore]", "AuthenticatorKey"), "Password");
        await AfterAsync(http, user, "StaffUser.DisableTwoFactor");
    }

    public async Task<int> RecoveryCodesLeftAsync(StaffUser user) => await users.CountRecoveryCodesAsync(user);

    // Guessing the current password from an open session is throttled like guessing at the door.
    private async Task DemandPasswordAsync(StaffUser user, string password, string field)
    {
        if (await users.IsLockedOutAsync(user) || !await users.CheckPasswordAsync(user, password))
        {
            await users.AccessFailedAsync(user);
            new FieldErrors().Require(false, field, "The current password is not right.").ThrowIfAny();
        }
    }

    private async Task AfterAsync(HttpContext http, StaffUser user, string action)
    {
        await signIn.RenewAsync(http, user);
        await audit.RecordAsync(StaffClaims.ActorOf(http.User)!, action, entityType: nameof(StaffUser), entityId: user.Id.ToString(CultureInfo.InvariantCulture), subject: user.DisplayName);
        access.Forget(Actor.Staff(user.Id, "").Key);
    }

    private async Task<string?> CompanyNameAsync()
    {
        await using var db = await database.ReadAsync();

        return await db.CompanySettings.Select(company => company.Name).FirstOrDefaultAsync();
    }

    private static void Demand(IdentityResult result, string field) =>
        new FieldErrors().Require(result.Succeeded, field, string.Join(' ', result.Errors.Select(error => error.Description))).ThrowIfAny();
}
