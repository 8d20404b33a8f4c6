using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Jobs;

public abstract class JobRunnerTests(DatabaseKind kind) : DatabaseTest(kind)
{
    public sealed class OnSqlite() : JobRunnerTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : JobRunnerTests(DatabaseKind.PostgreSql);

    private JobRunner Runner => Db.Get<JobRunner>();

    [Fact]
    public async Task A_schedule_that_fires_twice_and_on_two_nodes_runs_once()
    {
        await using var other = Db.OpenAgain();
        var job = new ScriptedJob();

        var ran = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => (i % 2 == 0 ? Runner : other.Get<JobRunner>()).RunAsync(job))));

        (job.Runs, ran.Count(did => did)).ShouldBe((1, 1));
        Clock.Advance(TimeSpan.FromMinutes(5));
        (await Runner.RunAsync(job)).ShouldBeTrue();
    }

    [Fact]
    public async Task After_days_of_standing_still_it_runs_once()
    {
        var job = new ScriptedJob(timing: DailyAt.Night);
        Clock.Now = new DateTimeOffset(2026, 3, 2, 3, 31, 0, TimeSpan.Zero);
        (await Runner.RunAsync(job)).ShouldBeTrue();

        Clock.Advance(TimeSpan.FromDays(3));

        (await Runner.RunAsync(job)).ShouldBeTrue();
        (await Runner.RunAsync(job)).ShouldBeFalse();
        job.Runs.ShouldBe(2);
    }

    [Fact]
    public async Task A_new_nightly_job_waits_for_its_first_night()
    {
        var job = new ScriptedJob(timing: DailyAt.Night);

        (await Runner.RunAsync(job)).ShouldBeFalse();
        Clock.Now = new DateTimeOffset(2026, 3, 3, 3, 30, 0, TimeSpan.Zero);
        (await Runner.RunAsync(job)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_failed_run_is_tried_again_later_and_not_for_ever()
    {
        var job = new ScriptedJob(_ => throw new FormatException("secret"), DailyAt.Night);
        Clock.Now = new DateTimeOffset(2026, 3, 2, 3, 30, 0, TimeSpan.Zero);
        var tried = new List<int>();
        for (var minute = 0; minute < 60; minute++)
        {
            try
            {
                await Runner.RunAsync(job);
            }
            catch (FormatException)
            {
                tried.Add(minute);
            }

            Clock.Advance(TimeSpan.FromMinutes(1));
        }

        tried.ShouldBe([0, 5, 15]);
        (await RunsAsync()).ShouldAllBe(run => run.Succeeded == false && !run.Summary!.Contains("secret"));
    }

    [Fact]
    public async Task A_paused_job_does_not_run_on_any_node_not_even_when_asked()
    {
        await using var other = Db.OpenAgain();
        await Db.AddAsync(new JobControl { Id = "Scripted job", PausedAt = Clock.Now });
        var job = new ScriptedJob();

        (await Runner.RunAsync(job)).ShouldBeFalse();
        (await other.Get<JobRunner>().RunAsync(job, askedBy: "Alex")).ShouldBeFalse();

        job.Runs.ShouldBe(0);
    }

    [Fact]
    public async Task A_run_that_is_asked_for_need_not_be_due_and_says_who_asked()
    {
        var job = new ScriptedJob();
        await Runner.RunAsync(job);

        (await Runner.RunAsync(job, askedBy: "Alex")).ShouldBeTrue();

        (await RunsAsync()).Select(run => (run.AskedBy, run.Succeeded, run.Amount, run.Node)).ShouldBe([(null, true, 1, JobLeases.Node), ("Alex", true, 1, JobLeases.Node)]);
    }

    [Fact]
    public async Task Pausing_stops_what_runs_and_it_is_due_again_afterwards()
    {
        var begun = new TaskCompletionSource();
        var job = new ScriptedJob(async cancel =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, cancel);

            return new JobResult("never");
        });
        var running = Runner.RunAsync(job);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(30));

        Runner.ActivityOf(job).BusySince.ShouldBe(Clock.Now);
        Runner.Stop(job.Name);
        await running;

        var stopped = (await RunsAsync()).ShouldHaveSingleItem();
        (stopped.Succeeded, stopped.Summary).ShouldBe((null, "Stopped: the job was paused."));
        (await Runner.RunAsync(new ScriptedJob())).ShouldBeTrue();
    }

    [Fact]
    public async Task A_run_whose_node_died_is_closed_by_the_next_one()
    {
        await Db.AddAsync(new JobRun { Job = "Scripted job", StartedAt = Clock.Now, Node = "gone:1" });
        await Db.AddAsync(new JobLease { Id = "job:Scripted job", Owner = "gone:1", Token = 1, Until = Clock.Now.AddMinutes(1) });

        (await Runner.RunAsync(new ScriptedJob())).ShouldBeFalse();
        Clock.Advance(TimeSpan.FromMinutes(1));
        (await Runner.RunAsync(new ScriptedJob())).ShouldBeTrue();

        (await RunsAsync()).Select(run => (run.Node, run.Succeeded, run.FinishedAt is not null)).ShouldBe([("gone:1", null, true), (JobLeases.Node, true, true)]);
    }

    [Fact]
    public async Task A_run_that_lost_its_lease_stops()
    {
        await using var impatient = Db.OpenAgain(services => Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton(services, new JobSettings { LeaseFor = TimeSpan.FromMilliseconds(90) }));
        var job = new ScriptedJob(async cancel =>
        {
            await Db.Database.WriteAsync(Actor.System, db => db.JobLeases.ExecuteUpdateAsync(set => set.SetProperty(lease => lease.Token, lease => lease.Token + 1), CancellationToken.None), CancellationToken.None);
            await Task.Delay(TimeSpan.FromSeconds(30), cancel);

            return new JobResult("never");
        });

        await impatient.Get<JobRunner>().RunAsync(job);

        (await RunsAsync()).ShouldHaveSingleItem().Succeeded.ShouldBeNull();
    }

    [Fact]
    public async Task A_paused_loop_does_not_look_and_an_asked_one_says_that_nothing_was_waiting()
    {
        var looked = 0;
        using var loop = new ScriptedLoop(_ => Task.FromResult<JobResult?>(looked++ < 0 ? "never" : null));
        await Db.AddAsync(new JobControl { Id = loop.Name, PausedAt = Clock.Now });
        (await Runner.RoundAsync(loop)).ShouldBeFalse();
        looked.ShouldBe(0);

        await Db.Database.WriteAsync(Actor.System, db => db.JobControls.ExecuteDeleteAsync());
        await Runner.RoundAsync(loop);
        Runner.Ask(loop, "Alex");
        await Runner.RoundAsync(loop);

        looked.ShouldBe(2);
        (await RunsAsync()).Select(run => (run.AskedBy, run.Summary)).ShouldBe([("Alex", "Nothing is waiting.")]);
    }

    private Task<List<JobRun>> RunsAsync() => Db.ReadAsync(db => db.JobRuns.OrderBy(run => run.Id).ToListAsync());
}
