using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;

namespace LoyaltyAdmin.Tests.Jobs;

public abstract class JobRunsTests(DatabaseKind kind) : DatabaseTest(kind)
{
    public sealed class OnSqlite() : JobRunsTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : JobRunsTests(DatabaseKind.PostgreSql);

    private JobRuns Runs => Db.Get<JobRuns>();

    [Fact]
    public async Task A_failure_is_kept_without_the_values_it_quotes()
    {
        var reader = await A.StaffUser().With(Permission.JobsRead).SaveToAsync(Db);

        await Should.ThrowAsync<FormatException>(() => Runs.RecordAsync("job", _ => throw new FormatException("+1 212 555 0100 is not a date")));
        await Runs.RecordAsync("job", _ => Task.FromResult<JobResult?>(JobResult.Of(3, "things done.")));

        var history = (await Runs.ListAsync(reader, "job", new PageRequest())).Rows;
        history.Select(run => (run.Succeeded, run.Amount)).ShouldBe([(true, 3), (false, null)]);
        history.ShouldAllBe(run => run.Node == JobLeases.Node);
        history[1].Summary.ShouldNotBeNull().ShouldNotContain("555");
    }

    [Fact]
    public async Task Polling_that_finds_nothing_leaves_no_line()
    {
        await Runs.RecordAsync("poll", _ => Task.FromResult<JobResult?>(null));

        (await Runs.LatestAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Old_and_idle_runs_are_forgotten_but_never_a_jobs_last_one()
    {
        await RunAsync("rare", 1);
        await RunAsync("often", 1);
        await RunAsync("often", 0);
        Clock.Advance(TimeSpan.FromDays(3));
        await RunAsync("often", 0);
        await RunAsync("often", 0);

        (await Runs.CleanUpAsync()).ShouldBe(1);
        Clock.Advance(TimeSpan.FromDays(91));
        (await Runs.CleanUpAsync()).ShouldBe(2);

        (await Runs.LatestAsync()).Select(run => run.Job).ShouldBe(["often", "rare"]);

        Task RunAsync(string job, long amount) => Runs.RecordAsync(job, _ => Task.FromResult<JobResult?>(JobResult.Of(amount, "things done.")));
    }
}
