using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using LoyaltyAdmin.Web.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LoyaltyAdmin.Tests.Jobs;

public abstract class JobBoardTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private readonly ScriptedJob job = new();
    private readonly ScriptedJob nightly = new(timing: DailyAt.Night);

    public sealed class OnSqlite() : JobBoardTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : JobBoardTests(DatabaseKind.PostgreSql);

    private JobBoard Board => Db.Get<JobBoard>();

    private Task<Actor> PersonAsync(params Permission[] permissions) => A.StaffUser("Alex").With(permissions).SaveToAsync(Db);

    protected override void Configure(IServiceCollection services) => ConfigureNode(services, job);

    [Fact]
    public async Task It_shows_the_next_three_runs_in_the_groups_zone()
    {
        await Db.AddAsync(new CompanySettings { Name = "Shop", TimeZone = "America/New_York", Currency = "USD" });
        await using var other = Db.OpenAgain(services => services.AddSingleton<ScheduledJob>(nightly));

        var row = await other.Get<JobBoard>().GetAsync(await PersonAsync(Permission.JobsRead), "scripted-job");

        (row.Zone, row.Schedule, row.State).ShouldBe(("America/New_York", "Every night at 3:30 AM", JobState.Idle));
        row.Next.Select(next => next.UtcDateTime.ToString("MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(["03-03 08:30", "03-04 08:30", "03-05 08:30"]);
    }

    [Fact]
    public async Task A_wish_is_kept_once_fulfilled_once_and_audited()
    {
        var person = await PersonAsync(Permission.JobsRead, Permission.JobsManage);
        await Db.Get<JobRunner>().RunAsync(job);

        await Board.RunNowAsync(person, job.Key);
        await Board.RunNowAsync(person, job.Key);
        (await Board.GetAsync(person, job.Key)).IsAsked.ShouldBeTrue();
        await WhileWatchedAsync(async () => (await HistoryAsync()).Count(run => run.FinishedAt is not null) == 2);

        (await HistoryAsync()).Select(run => run.AskedBy).ShouldBe([null, "Alex"]);
        (await AuditAsync()).ShouldBe([("Job.RunNow", null)]);
        var row = await Board.GetAsync(person, job.Key);
        (row.IsAsked, row.Last!.AskedBy, row.Last.Amount).ShouldBe((false, "Alex", 1));
    }

    [Fact]
    public async Task Pausing_needs_a_reason_holds_everywhere_and_resuming_ends_it()
    {
        var person = await PersonAsync(Permission.JobsRead, Permission.JobsManage);

        await Should.ThrowAsync<InvalidInputException>(() => Board.PauseAsync(person, job.Key, " "));
        await Board.PauseAsync(person, job.Key, "Bank holiday");
        await Board.PauseAsync(person, job.Key, "Again");

        var row = await Board.GetAsync(person, job.Key);
        (row.State, row.PausedBy, row.PauseReason, row.Next.Count).ShouldBe((JobState.Paused, "Alex", "Bank holiday", 0));
        (await Should.ThrowAsync<RuleViolationException>(() => Board.RunNowAsync(person, job.Key))).Code.ShouldBe("job_paused");
        await using var other = Db.OpenAgain();
        (await other.Get<JobRunner>().RunAsync(job)).ShouldBeFalse();
        await Board.ResumeAsync(person, job.Key);
        await Board.ResumeAsync(person, job.Key);
        (await other.Get<JobRunner>().RunAsync(job)).ShouldBeTrue();
        (await AuditAsync()).ShouldBe([("Job.Pause", "Bank holiday"), ("Job.Resume", null)]);
    }

    [Fact]
    public async Task Pausing_on_one_node_stops_a_run_on_another()
    {
        var person = await PersonAsync(Permission.JobsRead, Permission.JobsManage);
        var begun = new TaskCompletionSource();
        var endless = new ScriptedJob(async cancel =>
        {
            begun.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancel);

            return new JobResult("never");
        });
        await using var other = Db.OpenAgain(services => ConfigureNode(services, endless));
        await using var watched = await WatchedAsync(other);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await UntilAsync(async () => (await Board.GetAsync(person, job.Key)).State == JobState.Running);

        await Board.PauseAsync(person, job.Key, "Look into it");

        await UntilAsync(async () => (await HistoryAsync()).All(run => run.FinishedAt is not null));
        (await HistoryAsync()).ShouldHaveSingleItem().Summary.ShouldBe("Stopped: the job was paused.");
    }

    [Fact]
    public async Task A_job_that_failed_or_is_late_is_told_to_whoever_watches_the_system()
    {
        var person = await PersonAsync(Permission.JobsRead);
        await Db.Get<JobRunner>().RunAsync(job);
        (await StateAsync()).ShouldBe(JobState.Idle);

        Clock.Advance(TimeSpan.FromMinutes(20));
        (await StateAsync()).ShouldBe(JobState.Late);
        (await Board.TroublesAsync()).ShouldContain((job.Name, JobState.Late));

        await Db.Get<JobRunner>().RunAsync(job);
        await Should.ThrowAsync<FormatException>(() => Db.Get<JobRunner>().RunAsync(new ScriptedJob(_ => throw new FormatException()), askedBy: "Alex"));
        (await StateAsync()).ShouldBe(JobState.Failing);

        async Task<JobState> StateAsync() => (await Board.GetAsync(person, job.Key)).State;
    }

    [Fact]
    public async Task A_loop_nobody_looks_after_is_late_and_well_again_when_a_node_does()
    {
        (await Board.TroublesAsync()).Select(trouble => trouble.Name).ShouldContain("Messages");

        await WhileWatchedAsync(async () => (await Board.TroublesAsync()).Count == 0);
    }

    private static void ConfigureNode(IServiceCollection services, ScheduledJob only) => services
        .AddSingleton(only)
        .AddSingleton(new JobSettings { WatchEvery = TimeSpan.FromMilliseconds(50), BeatEvery = TimeSpan.FromMilliseconds(100) })
        .AddJobRunning();

    private async Task WhileWatchedAsync(Func<Task<bool>> isSo)
    {
        await using var watched = await WatchedAsync(Db);
        await UntilAsync(isSo);
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await isSo())
        {
            await Task.Delay(50, patience.Token);
        }
    }

    private static async Task<IAsyncDisposable> WatchedAsync(TestDatabase node)
    {
        var watch = node.Get<JobWatch>();
        await watch.StartAsync(CancellationToken.None);

        return new Watched(watch);
    }

    private Task<List<JobRun>> HistoryAsync() => Db.ReadAsync(db => db.JobRuns.Where(run => run.Job == job.Name).OrderBy(run => run.Id).ToListAsync());

    private Task<List<(string, string?)>> AuditAsync() => Db.ReadAsync(async db => (await db.AuditEntries.Where(entry => entry.EntityType == nameof(Job)).OrderBy(entry => entry.Id).ToListAsync()).ConvertAll(entry => (entry.Action, entry.Reason)));

    private sealed class Watched(IHostedService watch) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await watch.StopAsync(CancellationToken.None);
    }
}
