using System.Collections.Concurrent;
using LoyaltyAdmin.Domain.Access;

namespace LoyaltyAdmin.Web.Access;

/// <summary>Every open circuit of this node by user, so that a change of rights reaches what is open; and how many there may be.</summary>
public sealed class CircuitRegistry
{
    public const int PerUser = 5;
    public const int InTotal = 300;

    /// <summary>A refused tab still needs a connection to say why.</summary>
    private const int SpareConnections = 3;

    private static readonly TimeSpan grace = TimeSpan.FromSeconds(3);

    private readonly Lock adding = new();
    private readonly ConcurrentDictionary<StaffCircuit, byte> circuits = new();
    private readonly ConcurrentDictionary<HttpContext, string> connections = new();

    public CircuitRegistry(AccessControl access) => access.Changed += End;

    /// <summary>Connected circuits of this node.</summary>
    public int Count => circuits.Keys.Count(circuit => circuit.IsConnected);

    internal IReadOnlyList<StaffCircuit> Open => [.. circuits.Keys];

    /// <summary>Whether one more circuit of this user fits; a refused one shows only that there are too many.</summary>
    internal bool TryAdd(StaffCircuit circuit)
    {
        lock (adding)
        {
            var fits = circuits.Keys.Count(c => c.IsConnected) < InTotal && circuits.Keys.Count(c => c.IsConnected && c.ActorKey == circuit.ActorKey) < PerUser;
            if (fits)
            {
                circuits[circuit] = 0;
            }

            return fits;
        }
    }

    internal void Remove(StaffCircuit circuit) => circuits.TryRemove(circuit, out _);

    /// <summary>Whether one more connection of this user fits; each is counted until <see cref="Disconnect"/>.</summary>
    public bool TryConnect(Actor actor, HttpContext http)
    {
        lock (adding)
        {
            if (connections.Count >= InTotal + SpareConnections || connections.Values.Count(key => key == actor.Key) >= PerUser + SpareConnections)
            {
                return false;
            }

            connections[http] = actor.Key;

            return true;
        }
    }

    public void Disconnect(HttpContext http) => connections.TryRemove(http, out _);

    /// <summary>Sends the user's open pages to the server anew, where the session is checked; cuts the connections that do not go.</summary>
    public void End(string actorKey)
    {
        var stale = connections.Where(pair => pair.Value == actorKey).Select(pair => pair.Key).ToList();
        foreach (var circuit in circuits.Keys.Where(c => c.ActorKey == actorKey))
        {
            circuit.End();
        }

        if (stale.Count > 0)
        {
            _ = CutAsync(stale);
        }
    }

    private async Task CutAsync(IReadOnlyList<HttpContext> stale)
    {
        await Task.Delay(grace);
        foreach (var http in stale.Where(connections.ContainsKey))
        {
            http.Abort();
        }
    }
}
