using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;

namespace LoyaltyAdmin.Web.Access;

/// <summary>The net below the circuit registry: every minute an open circuit asks whether its session still stands.</summary>
internal sealed class StaffAuthenticationState(ILoggerFactory loggers, StaffSessions sessions) : RevalidatingServerAuthenticationStateProvider(loggers)
{
    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(60);

    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken) =>
        await sessions.DutyAsync(authenticationState.User, cancellationToken) == SessionDuty.None;
}
