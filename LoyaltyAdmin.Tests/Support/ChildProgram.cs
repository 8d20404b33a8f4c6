using System.Globalization;
using LoyaltyAdmin.Domain;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Gifts;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Webhooks;
using LoyaltyAdmin.Web.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LoyaltyAdmin.Tests.Support;

/// <summary>What this assembly does when it is started as a process of its own: work that a test can kill at any moment.</summary>
public static class ChildProgram
{
    /// <summary>Said on the console when the work begins.</summary>
    public const string Ready = "ready";

    public static Task<int> Main(string[] args) => args switch
    {
        ["import", var kind, var connectionString, var keyFile, var ticks] => WorkAsync(kind, connectionString, keyFile, ticks, services => [services.GetRequiredService<ImportWork>()]),
        ["gifts", var kind, var connectionString, var keyFile, var ticks] => WorkAsync(kind, connectionString, keyFile, ticks, services => [services.GetRequiredService<GiftCampaignWork>(), services.GetRequiredService<GiftDeliveryWork>()]),
        ["jobs", var kind, var connectionString, var keyFile] => JobsAsync(kind, connectionString, keyFile),
        _ => Task.FromResult(2),
    };

    /// <summary>A node that does nothing but run the jobs, from the moment its input names until it is killed. Its time runs fast, and the same on every node.</summary>
    private static async Task<int> JobsAsync(string kind, string connectionString, string keyFile)
    {
        var clock = new FastClock();
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services
            .AddLogging()
            .AddSingleton<TimeProvider>(clock)
            .AddSingleton(SecretKeys.Load(keyFile))
            .AddLoyaltyDatabase(kind, connectionString)
            .AddLoyaltyDomain()
            .AddSingleton(new WebhookSettings(AllowLoopback: true))
            .AddSingleton(new JobSettings { WatchEvery = TimeSpan.FromMilliseconds(200), BeatEvery = TimeSpan.FromMilliseconds(500) })
            .AddScheduledJobs()
            .AddJobRunning();
        using var node = builder.Build();
        Console.WriteLine(Ready);
        if (Console.ReadLine()?.Split(' ') is not [var ticks, var realTicks])
        {
            return 2;
        }

        clock.Begin(At(ticks), At(realTicks));
        await node.RunAsync();

        return 0;
    }

    private static DateTimeOffset At(string ticks) => new(long.Parse(ticks, CultureInfo.InvariantCulture), TimeSpan.Zero);

    private static async Task<int> WorkAsync(string kind, string connectionString, string keyFile, string ticks, Func<IServiceProvider, BackgroundWork[]> works)
    {
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<TimeProvider>(new TestClock { Now = At(ticks) })
            .AddSingleton(SecretKeys.Load(keyFile))
            .AddLoyaltyDatabase(kind, connectionString)
            .AddLoyaltyDomain()
            .BuildServiceProvider();
        var waiting = works(services);
        Console.WriteLine(Ready);
        foreach (var work in waiting)
        {
            while (await work.RunOnceAsync() is not null)
            {
                // Until nothing waits.
            }
        }

        return 0;
    }
}

/// <summary>Time that runs thirty times as fast as the real one, timers too: leases of minutes run out in seconds.</summary>
public sealed class FastClock : TimeProvider
{
    private const int Speed = 30;

    private DateTimeOffset start;
    private DateTimeOffset realStart;

    /// <summary>What it shows at a real instant; the same for all processes that share the time.</summary>
    public void Begin(DateTimeOffset at, DateTimeOffset real) => (start, realStart) = (at, real);

    public override DateTimeOffset GetUtcNow() => start + ((System.GetUtcNow() - realStart) * Speed);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => System.CreateTimer(callback, state, Fast(dueTime), Fast(period));

    private static TimeSpan Fast(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? time : time / Speed;
}
