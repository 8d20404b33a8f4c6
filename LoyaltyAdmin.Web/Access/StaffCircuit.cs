using System.Security.Claims;
using LoyaltyAdmin.Domain.Access;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;

namespace LoyaltyAdmin.Web.Access;

/// <summary>One browser tab's circuit: whose it is, when it was last used, and whether it has ended.</summary>
public sealed class StaffCircuit(CircuitRegistry registry, AuthenticationStateProvider authentication, TimeProvider clock) : CircuitHandler
{
    private long lastUsedTicks = clock.GetUtcNow().UtcTicks;

    /// <summary>Raised once, on any thread: the page must go to the server anew.</summary>
    public event Action? Ended;

    public string? CircuitId { get; private set; }

    public string? ActorKey { get; private set; }

    public long? UserId { get; private set; }

    public bool IsConnected { get; private set; }

    /// <summary>The user has too many tabs open, or the server too many users.</summary>
    public bool IsRefused { get; private set; }

    public bool HasEnded { get; private set; }

    /// <summary>What the user's rights looked like when the circuit was first checked; set by the guard.</summary>
    internal string? Rights { get; set; }

    internal DateTimeOffset LastUsedAt => new(Interlocked.Read(ref lastUsedTicks), TimeSpan.Zero);

    public override async Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        Open(circuit.Id, (await authentication.GetAuthenticationStateAsync()).User);
    }

    /// <summary>Takes its place in the registry, if there is one.</summary>
    public void Open(string id, ClaimsPrincipal user)
    {
        CircuitId = id;
        (UserId, ActorKey) = (StaffClaims.IdOf(user), StaffClaims.ActorOf(user)?.Key);
        IsConnected = true;
        IsRefused = !registry.TryAdd(this);
    }

    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        IsConnected = true;

        return Task.CompletedTask;
    }

    public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        IsConnected = false;

        return Task.CompletedTask;
    }

    public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        registry.Remove(this);

        return Task.CompletedTask;
    }

    public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(Func<CircuitInboundActivityContext, Task> next) => context =>
    {
        Interlocked.Exchange(ref lastUsedTicks, clock.GetUtcNow().UtcTicks);

        return next(context);
    };

    internal void End()
    {
        if (!HasEnded)
        {
            HasEnded = true;
            Ended?.Invoke();
        }
    }
}

/// <summary>The signed-in user of this request or circuit, and what the user may do.</summary>
public sealed class CurrentStaff(AuthenticationStateProvider authentication, AccessControl access, StaffCircuit circuit)
{
    /// <summary>Null when nobody is signed in, or the account or this circuit was ended.</summary>
    public async ValueTask<Grant?> FindAsync()
    {
        var user = (await authentication.GetAuthenticationStateAsync()).User;

        return !circuit.HasEnded && StaffClaims.ActorOf(user, circuit.CircuitId) is { } actor ? await access.FindAsync(actor) : null;
    }
}
