using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Domain.Demo;

/// <summary>
/// Part of the demo company's history, told through the real services under a simulated clock. Every step has a fixed key, so a start that was cut
/// short is continued by the next one, and nothing happens twice.
/// </summary>
public abstract class DemoStory(LoyaltyDatabase database, SecretKeys keys, TimeProvider clock)
{
    /// <summary>The name its run is remembered by.</summary>
    private protected abstract string Job { get; }

    /// <summary>Tells the story up to now; false when it was told before, or there is no company to tell it about.</summary>
    public async Task<bool> LoadAsync(CancellationToken cancel = default)
    {
        await using var db = await database.ReadAsync(cancel);
        if (await db.JobRuns.AnyAsync(run => run.Job == Job && run.Succeeded == true, cancel) || !await db.Stores.AnyAsync(cancel))
        {
            return false;
        }

        // A continued story ends where it was to end at first: another end would be another story under the same keys.
        var until = await StartAsync(cancel);
        var simulated = new SimulatedClock(until);
        await using var services = Services(db.Database.GetConnectionString()!, simulated);
        var summary = await TellAsync(db, services, simulated, until, cancel);
        await database.WriteAsync(Actor.System, async write =>
        {
            var run = await write.JobRuns.SingleAsync(run => run.Job == Job, cancel);
            (run.FinishedAt, run.Succeeded, run.Summary) = (clock.GetUtcNow(), true, summary);
        }, cancel);

        return true;
    }

    /// <summary>Tells it and says in a sentence what there is now.</summary>
    private protected abstract Task<string> TellAsync(LoyaltyDbContext db, IServiceProvider services, SimulatedClock simulated, DateTimeOffset until, CancellationToken cancel);

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
