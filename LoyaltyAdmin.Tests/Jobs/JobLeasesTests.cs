using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Tests.Support;

namespace LoyaltyAdmin.Tests.Jobs;

public abstract class JobLeasesTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private static readonly TimeSpan minute = TimeSpan.FromMinutes(1);

    public sealed class OnSqlite() : JobLeasesTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : JobLeasesTests(DatabaseKind.PostgreSql);

    private JobLeases Leases => Db.Get<JobLeases>();

    [Fact]
    public async Task One_worker_holds_it_until_it_runs_out()
    {
        var first = await Leases.TryTakeAsync("work", minute);

        first.ShouldNotBeNull();
        (await Leases.TryTakeAsync("work", minute)).ShouldBeNull();
        (await Leases.TryTakeAsync("other work", minute)).ShouldNotBeNull();
        Clock.Advance(minute);
        (await Leases.TryTakeAsync("work", minute))!.Token.ShouldBeGreaterThan(first.Token);
    }

    [Fact]
    public async Task Renewing_holds_on_and_releasing_lets_go()
    {
        var lease = await Leases.TryTakeAsync("work", minute);
        Clock.Advance(minute / 2);

        (await Leases.RenewAsync(lease!)).ShouldBeTrue();
        Clock.Advance(minute * 0.75);
        (await Leases.TryTakeAsync("work", minute)).ShouldBeNull();
        await Leases.ReleaseAsync(lease!);
        (await Leases.TryTakeAsync("work", minute)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_holder_that_woke_up_too_late_writes_nothing()
    {
        var stale = await Leases.TryTakeAsync("work", minute);
        Clock.Advance(minute * 2);
        var fresh = await Leases.TryTakeAsync("work", minute);

        await Should.ThrowAsync<LeaseLostException>(() => Db.Database.WriteAsync(Actor.System, async db =>
        {
            db.Add(A.Store("LATE").Build());
            await db.SaveChangesAsync();
            await Leases.DemandAsync(db, stale!);
        }));

        (await Leases.RenewAsync(stale!)).ShouldBeFalse();
        (await Leases.RenewAsync(fresh!)).ShouldBeTrue();
        (await Db.ReadAsync(db => Task.FromResult(db.Stores.Any(s => s.Code == "LATE")))).ShouldBeFalse();
    }

    [Fact]
    public async Task Of_many_takers_one_gets_it()
    {
        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Leases.TryTakeAsync("work", minute))));

        taken.Count(lease => lease is not null).ShouldBe(1);
    }
}
