using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Demo;

/// <summary>The demo company's members, their cards, orders, tags and segments.</summary>
public sealed class DemoMembers(LoyaltyDatabase database, SecretKeys keys, TimeProvider clock) : DemoStory(database, keys, clock)
{
    private readonly LoyaltyDatabase database = database;

    /// <summary>How many members there are.</summary>
    public const int Count = 200;

    private protected override string Job => "Demo members";

    private protected override async Task<string> TellAsync(LoyaltyDbContext db, IServiceProvider services, SimulatedClock simulated, DateTimeOffset until, CancellationToken cancel)
    {
        var year = new DemoMemberYear(services, simulated, until);
        await year.TellAsync(cancel);
        // Two of three confirmed their addresses: their own pages show the gift cards they bought.
        await database.WriteAsync(Actor.System, write => write.Members.Where(m => m.Id % 3 != 0 && m.EmailVerifiedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(m => m.EmailVerifiedAt, m => m.Email == null ? null : (DateTimeOffset?)m.RegisteredAt).SetProperty(m => m.PhoneVerifiedAt, m => m.Phone == null ? null : (DateTimeOffset?)m.RegisteredAt), cancel), cancel);

        return $"{Count} members, {year.Orders} orders";
    }
}
