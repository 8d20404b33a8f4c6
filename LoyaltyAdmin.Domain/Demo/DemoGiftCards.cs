using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Domain.Demo;

/// <summary>The demo company's year of gift cards.</summary>
public sealed class DemoGiftCards(LoyaltyDatabase database, SecretKeys keys, TimeProvider clock) : DemoStory(database, keys, clock)
{
    private protected override string Job => "Demo gift cards";

    private protected override async Task<string> TellAsync(LoyaltyDbContext db, IServiceProvider services, SimulatedClock simulated, DateTimeOffset until, CancellationToken cancel)
    {
        simulated.Now = until.AddDays(-400);
        var cast = await DemoCast.ReadAsync(db, cancel);
        var plans = await services.GetRequiredService<DemoPlans>().CreateAsync(Actor.System, cancel);
        var agenda = new DemoAgenda(simulated);
        var year = new DemoYear(services, simulated, cast, agenda, new DemoFates(services, simulated, cast, agenda), plans, until);
        await year.TellAsync(cancel);

        return $"{year.Cards} cards of {plans.Count} plans, {year.Movements} movements";
    }
}

/// <summary>Who acts in the demo company: those who may, where there are any.</summary>
internal sealed record DemoCast(Actor Pos, Actor Clerk, StoreScope ClerkStores, Actor Finance, Actor SecondFinance)
{
    public static async Task<DemoCast> ReadAsync(LoyaltyDbContext db, CancellationToken cancel)
    {
        var clients = await db.ApiClients.Where(client => client.IsEnabled).OrderBy(client => client.Id).ToListAsync(cancel);
        var staff = await db.Staff.Where(user => user.IsEnabled).OrderBy(user => user.Id).Join(db.Roles, user => user.RoleId, role => role.Id, (user, role) => new { user.Id, user.DisplayName, user.Stores, role.Permissions }).ToListAsync(cancel);
        var pos = clients.FirstOrDefault(client => Enum.GetValues<ApiScope>().All(client.Scopes.Contains));
        var clerk = staff.Find(user => user.Permissions.Contains(Permission.GiftCardsSell) && user.Permissions.Contains(Permission.GiftCardsRefund));
        var finance = staff.Where(user => user.Permissions.Contains(Permission.LedgerAdjust) && user.Permissions.Contains(Permission.GiftCardsRefund) && user.Stores.Kind == StoreScopeKind.All).Select(user => Actor.Staff(user.Id, user.DisplayName)).ToList();

        return new DemoCast(
            pos is null ? Actor.System : Actor.ApiClient(pos.Id, pos.Name),
            clerk is null ? Actor.System : Actor.Staff(clerk.Id, clerk.DisplayName),
            clerk?.Stores ?? StoreScope.All,
            finance.FirstOrDefault() ?? Actor.System,
            finance.Skip(1).FirstOrDefault() ?? Actor.System);
    }
}
