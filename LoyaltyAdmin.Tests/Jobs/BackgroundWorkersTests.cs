using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Tests.Support;
using LoyaltyAdmin.Web.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LoyaltyAdmin.Tests.Jobs;

/// <summary>Reliability C8: a worker's exception keeps the host up.</summary>
public sealed class BackgroundWorkersTests() : DatabaseTest(DatabaseKind.Sqlite)
{
    [Fact]
    public async Task A_failing_worker_is_tried_again_and_the_host_and_its_neighbours_stay_up()
    {
        using var failing = new Scripted("failing", run => run == 1 ? throw new InvalidOperationException("secret") : run == 2 ? "done" : null);
        using var healthy = new Scripted("healthy", run => run == 1 ? "done" : null);
        using var host = Host([failing, healthy]);

        await host.StartAsync();
        await failing.Ran(2).WaitAsync(TimeSpan.FromSeconds(30));
        await healthy.Ran(1).WaitAsync(TimeSpan.FromSeconds(30));
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested.ShouldBeFalse();
        await host.StopAsync();

        var runs = await Db.ReadAsync(db => Task.FromResult(db.JobRuns.OrderBy(run => run.Id).ToList()));
        runs.Where(run => run.Job == "failing").Select(run => run.Succeeded).ShouldBe([false, true]);
        runs.ShouldAllBe(run => run.Summary == null || !run.Summary.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wake_up_ends_the_sleep()
    {
        using var work = new Scripted("work", run => null);
        using var host = Host([work]);
        await host.StartAsync();
        await work.Ran(1).WaitAsync(TimeSpan.FromSeconds(30));

        work.Wake();

        await work.Ran(2).WaitAsync(TimeSpan.FromSeconds(30));
        await host.StopAsync();
    }

    [Fact]
    public void Pauses_double_up_to_five_minutes()
    {
        Enumerable.Range(1, 4).Select(failures => BackgroundWorkers.PauseAfter(failures).TotalSeconds).ShouldBe([1, 2, 4, 8]);
        BackgroundWorkers.PauseAfter(100).ShouldBe(TimeSpan.FromMinutes(5));
    }

    private IHost Host(IReadOnlyList<BackgroundWork> works)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(Clock).AddSingleton(Db.Get<JobRunner>()).AddSingleton(new JobCatalog([], works)).AddHostedService<BackgroundWorkers>();

        return builder.Build();
    }

    private sealed class Scripted(string name, Func<int, string?> script) : BackgroundWork
    {
        private readonly TaskCompletionSource[] ran = [.. Enumerable.Range(0, 3).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];
        private int runs;

        public override string Name => name;

        public override string Purpose => "Does what a test says.";

        // Never by itself within a test.
        public override TimeSpan PollEvery => TimeSpan.FromHours(1);

        public Task Ran(int times) => ran[times].Task;

        public override Task<JobResult?> RunOnceAsync(CancellationToken cancel = default)
        {
            var run = Interlocked.Increment(ref runs);
            if (run < ran.Length)
            {
                ran[run].TrySetResult();
            }

            return Task.FromResult<JobResult?>(script(run));
        }
    }
}
