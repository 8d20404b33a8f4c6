using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;

namespace LoyaltyAdmin.Domain.Demo;

/// <summary>The demo company's members, their cards, orders, tags and segments.</summary>
public sealed class DemoMembers(LoyaltyDatabase database, SecretKeys keys, TimeProvider clock) : DemoStory(database, keys, clock)
{
    /// <summary>How many members there are.</summary>
    public const int Count = 200;

    private protected override string Job => "Demo members";

    private protected override async Task<string> TellAsync(LoyaltyDbContext db, IServiceProvider services, SimulatedClock simulated, DateTimeOffset until, CancellationToken cancel)
    {
        var year = new DemoMemberYear(services, simulated, until);
        await year.TellAsync(cancel);

        return $"{Count} members, {year.Orders} orders";
    }
}
