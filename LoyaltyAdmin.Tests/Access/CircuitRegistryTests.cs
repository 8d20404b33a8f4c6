using System.Net.WebSockets;
using System.Security.Claims;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Tests.Support;
using LoyaltyAdmin.Web.Access;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LoyaltyAdmin.Tests.Access;

/// <summary>Reliability B3, B6: nobody takes the server's memory, and nothing of a circuit is kept beyond it.</summary>
public sealed class CircuitRegistryTests() : DatabaseTest(DatabaseKind.Sqlite)
{
    [Fact]
    public async Task B3_A_hundred_anonymous_sockets_open_no_circuit()
    {
        using var portal = new Portal();
        var client = portal.Server.CreateWebSocketClient();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            try
            {
                using var socket = await client.ConnectAsync(new Uri($"ws://localhost/_blazor{(i % 2 == 0 ? "" : "?id=guessed")}"), CancellationToken.None);

                return "open";
            }
            catch (InvalidOperationException exception)
            {
                return exception.Message;
            }
        }));

        outcomes.ShouldAllBe(outcome => outcome.Contains("401", StringComparison.Ordinal));
        portal.Services.GetRequiredService<CircuitRegistry>().Count.ShouldBe(0);
    }

    [Fact]
    public void B3_Of_many_tabs_at_once_a_user_gets_five_and_the_server_opens_three_hundred_in_all()
    {
        var registry = new CircuitRegistry(Db.Get<AccessControl>());
        var refused = Enumerable.Range(0, 100).AsParallel().WithDegreeOfParallelism(8).Select(_ => Open(registry, userId: 1).IsRefused).Count(isRefused => isRefused);
        refused.ShouldBe(95);

        var others = Enumerable.Range(2, 70).SelectMany(user => Enumerable.Range(0, 5).Select(_ => user)).Select(user => Open(registry, user)).ToList();
        others.Count(circuit => !circuit.IsRefused).ShouldBe(295);
        others.Take(295).ShouldAllBe(circuit => !circuit.IsRefused);
        registry.Count.ShouldBe(300);
    }

    [Fact]
    public void B3_Connections_are_bounded_for_a_user_and_in_all_and_come_free_again()
    {
        var registry = new CircuitRegistry(Db.Get<AccessControl>());
        var first = new DefaultHttpContext();
        registry.TryConnect(Actor.Staff(1, "One"), first).ShouldBeTrue();
        Enumerable.Range(0, 7).ShouldAllBe(_ => registry.TryConnect(Actor.Staff(1, "One"), new DefaultHttpContext()));
        registry.TryConnect(Actor.Staff(1, "One"), new DefaultHttpContext()).ShouldBeFalse();

        Enumerable.Range(2, 500).Count(user => registry.TryConnect(Actor.Staff(user, "Other"), new DefaultHttpContext())).ShouldBe(303 - 8);

        registry.Disconnect(first);
        registry.TryConnect(Actor.Staff(1, "One"), new DefaultHttpContext()).ShouldBeTrue();
    }

    [Fact]
    public void B6_No_circuit_is_kept_on_the_server_after_it_ended_and_no_component_hands_anything_over()
    {
        using var portal = new Portal();
        portal.Services.GetRequiredService<IOptions<CircuitOptions>>().Value.PersistedCircuitInMemoryMaxRetained.ShouldBe(0);

        var types = typeof(Program).Assembly.GetTypes();
        const System.Reflection.BindingFlags all = System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.DeclaredOnly;
        types.SelectMany(type => type.GetProperties(all)).Where(property => property.GetCustomAttributesData().Any(data => data.AttributeType.Name.Contains("Persist", StringComparison.Ordinal))).Select(property => property.Name).ShouldBeEmpty();
        types.SelectMany(type => type.GetProperties(all).Select(property => property.PropertyType).Concat(type.GetFields(all).Select(field => field.FieldType)))
            .ShouldNotContain(typeof(Microsoft.AspNetCore.Components.PersistentComponentState));
    }

    private StaffCircuit Open(CircuitRegistry registry, long userId)
    {
        // Who it is, is told to Open.
        var circuit = new StaffCircuit(registry, authentication: null!, Clock);
        circuit.Open(Guid.NewGuid().ToString("N"), new ClaimsPrincipal(new ClaimsIdentity([new Claim(StaffClaims.UserId, $"{userId}")], "test")));

        return circuit;
    }
}
