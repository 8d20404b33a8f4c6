using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Domain.Demo;

/// <summary>
/// The demo company's year of gift cards, told through the real services under a simulated clock. Every step has a fixed key, so a start that
/// was cut short is continued by the next one, and nothing happens twice.
/// </summary>
public sealed class DemoGiftCards(LoyaltyDatabase database, SecretKeys keys, TimeProvider clock)
{
    private const string Job = "Demo gift cards";

    /// <summary>Tells the year up to now; false when it was told before, or there is no company to tell it about.</summary>
    public async Task<bool> LoadAsync(CancellationToken cancel = default)
    {
        await using var db = await database.ReadAsync(cancel);
        if (await db.JobRuns.AnyAsync(run => run.Job == Job && run.Succeeded == true, cancel) || !await db.Stores.AnyAsync(cancel))
        {
            return false;
        }

        // A continued year ends where it was to end at first: another end would be another year under the same keys.
        var started = await StartAsync(cancel);
        var simulated = new SimulatedClock(started.AddDays(-400));
        await using var services = Services(db.Database.GetConnectionString()!, simulated);
        var cast = await DemoCast.ReadAsync(db, cancel);
        var plans = await services.GetRequiredService<DemoPlans>().CreateAsync(Actor.System, cancel);
        var agenda = new DemoAgenda(simulated);
        var year = new DemoYear(services, simulated, cast, agenda, new DemoFates(services, simulated, cast, agenda), plans, until: started);
        await year.TellAsync(cancel);
        await database.WriteAsync(Actor.System, async write =>
        {
            var run = await write.JobRuns.SingleAsync(run => run.Job == Job, cancel);
            (run.FinishedAt, run.Succeeded, run.Summary) = (clock.GetUtcNow(), true, $"{year.Cards} cards of {plans.Count} plans, {year.Movements} movements");
        }, cancel);

        return true;
    }

    private Task<DateTimeOffset> StartAsync(CancellationToken cancel) => database.WriteAsync(Actor.System, async write =>
    {
        if (await write.JobRuns.FirstOrDefaultAsync(run => run.Job == Job, cancel) is { } begun)
        {
            return begun.StartedAt;
        }

        var run = new JobRun { Job = Job, StartedAt = clock.GetUtcNow() };
        write.JobRuns.Add(run);

        return run.StartedAt;
    }, cancel);

    private ServiceProvider Services(string connectionString, SimulatedClock simulated) => new ServiceCollection()
        .AddLogging()
        .AddSingleton<TimeProvider>(simulated)
        .AddSingleton(keys)
        .AddLoyaltyDatabase(database.Provider.Name, connectionString, isRepeatable: true)
        .AddLoyaltyDomain()
        .AddSingleton<DemoPlans>()
        .BuildServiceProvider();
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
