using System.Buffers.Text;
using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Web.Operations;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Web.Access;

public enum SignInAnswer
{
    Done,
    NeedsCode,

    /// <summary>Unknown user, wrong password, locked or disabled: nobody is told which.</summary>
    Refused,

    /// <summary>Too many failures from this address.</summary>
    TooMany,

    /// <summary>More sign-ins at once than this server hashes passwords for.</summary>
    Busy,
}

/// <summary>Signs staff in and out. Failures are counted for the user and, apart from that, for the address; both in the database.</summary>
public sealed class StaffSignIn(LoyaltyDatabase database, UserManager<StaffUser> users, IPasswordHasher<StaffUser> passwords, SignInGate gate, AttemptLimits limits, StaffSessions sessions, AuditTrail audit, SecretKeys keys, Telemetry telemetry, TimeProvider clock)
{
    public const int FailuresUntilLock = 5;
    public static readonly TimeSpan LockFor = TimeSpan.FromMinutes(15);

    private const int SaveAttempts = 5;
    private const string LastCodeToken = "LastCode";
    private static readonly AttemptLimit perMinute = new(20, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
    private static readonly AttemptLimit perHour = new(60, TimeSpan.FromHours(1), TimeSpan.FromMinutes(15));

    /// <summary>First step: e-mail and password.</summary>
    public async Task<SignInAnswer> PasswordAsync(HttpContext http, string email, string password)
    {
        var answer = await CheckPasswordAsync(http, email, password);
        telemetry.SignedIn(answer);

        return answer;
    }

    private async Task<SignInAnswer> CheckPasswordAsync(HttpContext http, string email, string password)
    {
        using var permit = await gate.EnterAsync(http.RequestAborted);
        if (permit is null)
        {
            return SignInAnswer.Busy;
        }

        if (await IsAddressLockedAsync(http))
        {
            return SignInAnswer.TooMany;
        }

        // Made once, and by whoever comes first: made for the first unknown user only, it would tell.
        var nobodysHash = gate.NobodysHash;
        var user = await FindAsync(email);
        var now = clock.GetUtcNow();
        // A hash is computed in every case, so that the time taken tells nothing about the account.
        var verdict = passwords.VerifyHashedPassword(user ?? gate.Nobody, user?.PasswordHash ?? nobodysHash, password);
        if (user is null || !user.IsEnabled || user.LockoutEnd > now || verdict == PasswordVerificationResult.Failed)
        {
            await RefuseAsync(http, user, countForUser: user?.LockoutEnd is null || user.LockoutEnd <= now);

            return SignInAnswer.Refused;
        }

        if (verdict == PasswordVerificationResult.SuccessRehashNeeded)
        {
            await SaveAsync(user.Id, found => found.PasswordHash = passwords.HashPassword(found, password));
        }

        if (user.TwoFactorEnabled)
        {
            await http.SignInAsync(IdentityConstants.TwoFactorUserIdScheme, new ClaimsPrincipal(StaffClaims.Identity(user, IdentityConstants.TwoFactorUserIdScheme, "password", "", now)));

            return SignInAnswer.NeedsCode;
        }

        await CompleteAsync(http, user, "password");

        return SignInAnswer.Done;
    }

    /// <summary>Second step: a code of the authenticator app, or one of the recovery codes.</summary>
    public async Task<SignInAnswer> CodeAsync(HttpContext http, string code, bool isRecoveryCode)
    {
        if (await PendingAsync(http) is not { } pending || await users.FindByIdAsync(pending.ToString(CultureInfo.InvariantCulture)) is not { } user)
        {
            return SignInAnswer.Refused;
        }

        if (await IsAddressLockedAsync(http))
        {
            return SignInAnswer.TooMany;
        }

        var typed = code.Replace(" ", "", StringComparison.Ordinal).Replace("-", isRecoveryCode ? "-" : "", StringComparison.Ordinal);
        var isRight = user.IsEnabled && !(user.LockoutEnd > clock.GetUtcNow()) && (isRecoveryCode
            ? (await users.RedeemTwoFactorRecoveryCodeAsync(user, typed.ToUpperInvariant())).Succeeded
            : await IsFreshCodeAsync(user, typed));
        if (!isRight)
        {
            await RefuseAsync(http, user, countForUser: true);

            return SignInAnswer.Refused;
        }

        await http.SignOutAsync(IdentityConstants.TwoFactorUserIdScheme);
        await CompleteAsync(http, user, isRecoveryCode ? "password+recovery-code" : "password+totp");

        return SignInAnswer.Done;
    }

    /// <summary>The user between the two steps.</summary>
    public static async Task<long?> PendingAsync(HttpContext http) =>
        (await http.AuthenticateAsync(IdentityConstants.TwoFactorUserIdScheme)).Principal is { } principal ? StaffClaims.IdOf(principal) : null;

    /// <summary>Gives the session a new cookie after the user's own change ended all older ones (password, two-factor).</summary>
    public async Task RenewAsync(HttpContext http, StaffUser user) =>
        await IssueAsync(http, user, http.User.FindFirstValue(StaffClaims.Method) ?? "password", StaffClaims.SignedInAtOf(http.User));

    public async Task SignOutAsync(HttpContext http)
    {
        if (StaffClaims.ActorOf(http.User) is { } actor)
        {
            await sessions.EndAsync(http.User);
            await audit.RecordAsync(actor, "SignIn.Out");
        }

        await http.SignOutAsync(IdentityConstants.ApplicationScheme);
    }

    private async Task<bool> IsFreshCodeAsync(StaffUser user, string code)
    {
        if (!await users.VerifyTwoFactorTokenAsync(user, TokenOptions.DefaultAuthenticatorProvider, code))
        {
            return false;
        }

        // A code stays valid for some time steps; the one just used must not work twice (ASVS 6.5.1).
        if (await users.GetAuthenticationTokenAsync(user, nameof(StaffSignIn), LastCodeToken) == code)
        {
            return false;
        }

        return (await users.SetAuthenticationTokenAsync(user, nameof(StaffSignIn), LastCodeToken, code)).Succeeded;
    }

    private async Task CompleteAsync(HttpContext http, StaffUser user, string method)
    {
        var now = clock.GetUtcNow();
        await SaveAsync(user.Id, found => (found.AccessFailedCount, found.LockoutEnd, found.LastSignInAt) = (0, null, now));
        await IssueAsync(http, user, method, now);
        await audit.RecordAsync(Actor.Staff(user.Id, user.DisplayName) with { AuthenticationMethod = method, IpAddress = AddressOf(http) }, "SignIn.In");
    }

    private static async Task IssueAsync(HttpContext http, StaffUser user, string method, DateTimeOffset signedInAt)
    {
        var session = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        var identity = StaffClaims.Identity(user, IdentityConstants.ApplicationScheme, method, session, signedInAt);
        await http.SignInAsync(IdentityConstants.ApplicationScheme, new ClaimsPrincipal(identity));
    }

    private async Task RefuseAsync(HttpContext http, StaffUser? user, bool countForUser)
    {
        await limits.FailAsync(NameOf(http, "minute"), perMinute);
        await limits.FailAsync(NameOf(http, "hour"), perHour, new Suspicion(Actor.System with { Name = "Unknown", IpAddress = AddressOf(http) },
            $"{perHour.Failures} sign-ins from one network address failed within an hour: somebody may be guessing passwords. The address is refused for {perHour.LockFor.TotalMinutes} minutes."));
        if (user is not null && countForUser)
        {
            await SaveAsync(user.Id, found =>
            {
                found.AccessFailedCount++;
                if (found.AccessFailedCount >= FailuresUntilLock)
                {
                    (found.AccessFailedCount, found.LockoutEnd) = (0, clock.GetUtcNow() + LockFor);
                }
            });
        }

        // What was typed is never written down: people type passwords into the wrong field.
        var actor = (user is null ? Actor.System with { Name = "Unknown" } : Actor.Staff(user.Id, user.DisplayName)) with { IpAddress = AddressOf(http) };
        await audit.RecordAsync(actor, "SignIn.Failed", AuditOutcome.Denied);
    }

    private async Task SaveAsync(long userId, Action<StaffUser> change)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await database.WriteAsync(Actor.System, async db =>
                {
                    var user = await db.Staff.FirstAsync(u => u.Id == userId);
                    change(user);
                    user.ConcurrencyStamp = Guid.NewGuid().ToString();
                });

                return;
            }
            catch (ConcurrentChangeException) when (attempt < SaveAttempts)
            {
                // Parallel guesses: each one counts.
            }
        }
    }

    private async Task<StaffUser?> FindAsync(string email)
    {
        var name = StaffUsers.Normalise(email);
        await using var db = await database.ReadAsync();

        return await db.Staff.FirstOrDefaultAsync(user => user.NormalizedUserName == name);
    }

    private async Task<bool> IsAddressLockedAsync(HttpContext http) =>
        await limits.IsLockedAsync(NameOf(http, "minute")) || await limits.IsLockedAsync(NameOf(http, "hour"));

    private string NameOf(HttpContext http, string window) =>
        $"sign-in-{window}:{Base64Url.EncodeToString(keys.Hash("sign-in-address", AddressOf(http)).AsSpan(0, 16))}";

    private static string AddressOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "";
}

/// <summary>Two passwords are hashed at a time, so that a flood of sign-ins leaves the processor to the tills.</summary>
public sealed class SignInGate(IPasswordHasher<StaffUser> passwords) : IDisposable
{
    private const int AtOnce = 2;
    private const int MostWaiting = 40;
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim permits = new(AtOnce, AtOnce);
    private readonly Lazy<string> nobodysHash = new(() => passwords.HashPassword(nobody, RandomNumberGenerator.GetHexString(32)));
    private int waiting;

    private static readonly StaffUser nobody = new() { DisplayName = "" };

    internal StaffUser Nobody => nobody;

    /// <summary>What passwords of unknown users are compared with.</summary>
    internal string NobodysHash => nobodysHash.Value;

    /// <summary>Waits for a permit; null when too many wait already.</summary>
    public async Task<IDisposable?> EnterAsync(CancellationToken cancel)
    {
        if (Interlocked.Increment(ref waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref waiting);

            return null;
        }

        try
        {
            return await permits.WaitAsync(patience, cancel) ? new Permit(permits) : null;
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    public void Dispose() => permits.Dispose();

    private sealed class Permit(SemaphoreSlim permits) : IDisposable
    {
        private int isReleased;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref isReleased, 1) == 0)
            {
                permits.Release();
            }
        }
    }
}
