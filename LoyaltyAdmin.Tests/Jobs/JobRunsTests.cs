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
    public async Task A_schedule_that_fires_twice_runs_once()
    {
        var ran = 0;
        Task<string> Work(CancellationToken cancel) => Task.FromResult($"run {Interlocked.Increment(ref ran)}");

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Runs.RunAsync("job", TimeSpan.FromMinutes(4), Work))));
        ran.ShouldBe(1);
        Clock.Advance(TimeSpan.FromMinutes(5));
        (await Runs.RunAsync("job", TimeSpan.FromMinutes(4), Work)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_failure_is_kept_without_the_values_it_quotes_and_tried_again()
    {
        var administrator = await A.StaffUser().With(Permission.JobsManage).SaveToAsync(Db);

        await Should.ThrowAsync<FormatException>(() => Runs.RunAsync("job", TimeSpan.FromMinutes(4), _ => throw new FormatException("+1 212 555 0100 is not a date")));
        (await Runs.RunAsync("job", TimeSpan.FromMinutes(4), _ => Task.FromResult("done"))).ShouldBeTrue();

        var history = (await Runs.ListAsync(administrator, "job", new PageRequest())).Rows;
        history.Select(run => run.Succeeded).ShouldBe([true, false]);
        history[1].Summary.ShouldNotBeNull().ShouldNotContain("555");
    }

    [Fact]
    public async Task Polling_that_finds_nothing_leaves_no_line()
    {
        await Runs.RecordAsync("poll", _ => Task.FromResult<string?>(null));

        (await Runs.LatestAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Old_runs_are_forgotten()
    {
        await Runs.RecordAsync("old", _ => Task.FromResult<string?>("done"));
        Clock.Advance(TimeSpan.FromDays(91));
        await Runs.RecordAsync("new", _ => Task.FromResult<string?>("done"));

        (await Runs.CleanUpAsync()).ShouldBe(1);
        (await Runs.LatestAsync()).ShouldHaveSingleItem().Job.ShouldBe("new");
    }
}
