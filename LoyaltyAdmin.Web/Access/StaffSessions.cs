using System.Collections.Concurrent;
using System.Security.Claims;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Web.Access;

/// <summary>What a session must do before anything else; <see cref="Over"/>: it has ended.</summary>
public enum SessionDuty
{
    None,
    ChangePassword,
    SetUpTwoFactor,
    Over,
}

/// <summary>Whether a signed-in session still stands: user enabled, stamp unchanged, not signed out, younger than 8 hours. Read at most 5 s ago.</summary>
public sealed class StaffSessions
{
    /// <summary>However active the user is.</summary>
    public static readonly TimeSpan AbsoluteLifetime = TimeSpan.FromHours(8);

    /// <summary>Without a request or a click.</summary>
    public static readonly TimeSpan IdleLifetime = TimeSpan.FromMinutes(30);

    private const int MostRemembered = 10_000;
    private static readonly TimeSpan freshness = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, (SessionDuty Duty, DateTimeOffset ReadAt)> known = new(StringComparer.Ordinal);
    private readonly LoyaltyDatabase database;
    private readonly AttemptLimits limits;
    private readonly TimeProvider clock;

    public StaffSessions(LoyaltyDatabase database, AttemptLimits limits, AccessControl access, TimeProvider clock)
    {
        (this.database, this.limits, this.clock) = (database, limits, clock);
        access.Changed += _ => known.Clear();
    }

    public async ValueTask<SessionDuty> DutyAsync(ClaimsPrincipal principal, CancellationToken cancel = default)
    {
        var now = clock.GetUtcNow();
        var session = principal.FindFirstValue(StaffClaims.SessionId);
        if (StaffClaims.IdOf(principal) is not { } userId || session is null || now - StaffClaims.SignedInAtOf(principal) > AbsoluteLifetime)
        {
            return SessionDuty.Over;
        }

        var stamp = principal.FindFirstValue(StaffClaims.Stamp);
        var key = $"{session}:{stamp}";
        if (known.TryGetValue(key, out var state) && now - state.ReadAt < freshness && now >= state.ReadAt)
        {
            return state.Duty;
        }

        if (known.Count > MostRemembered)
        {
            known.Clear();
        }

        var duty = await ReadAsync(userId, stamp, session, cancel);
        known[key] = (duty, now);

        return duty;
    }

    /// <summary>Ends one session for good, whoever still holds its cookie.</summary>
    public async Task EndAsync(ClaimsPrincipal principal, CancellationToken cancel = default)
    {
        if (principal.FindFirstValue(StaffClaims.SessionId) is { } session)
        {
            await limits.FailAsync(MarkOf(session), new AttemptLimit(1, AbsoluteLifetime, AbsoluteLifetime), cancel: cancel);
            known.Clear();
        }
    }

    private async Task<SessionDuty> ReadAsync(long userId, string? stamp, string session, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        var user = await db.Staff.Where(u => u.Id == userId)
            .Select(u => new { u.IsEnabled, u.SecurityStamp, u.MustChangePassword, u.TwoFactorEnabled, Demanded = db.Roles.Any(r => r.Id == u.RoleId && r.RequiresTwoFactor) })
            .FirstOrDefaultAsync(cancel);

        return user is null || !user.IsEnabled || user.SecurityStamp != stamp || await limits.IsLockedAsync(MarkOf(session), cancel) ? SessionDuty.Over
            : user.MustChangePassword ? SessionDuty.ChangePassword
            : user is { Demanded: true, TwoFactorEnabled: false } ? SessionDuty.SetUpTwoFactor
            : SessionDuty.None;
    }

    private static string MarkOf(string session) => $"session-ended:{session}";
}
