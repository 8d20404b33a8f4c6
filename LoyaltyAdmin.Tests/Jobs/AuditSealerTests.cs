using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Tests.Support;
using LoyaltyAdmin.Web.Jobs;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Jobs;

public sealed class AuditSealerTests() : DatabaseTest(DatabaseKind.Sqlite)
{
    [Fact]
    public async Task The_job_history_has_a_line_an_hour_about_sealing_every_failure_and_the_recovery()
    {
        using var sealer = new AuditSealer(Db.Get<AuditSealing>(), Clock);
        var failsNow = false;
        for (var minute = 0; minute < 90; minute++)
        {
            await Db.Get<AuditTrail>().RecordAsync(Actor.System, "Something");
            Clock.Advance(TimeSpan.FromMinutes(1));
            await RunAsync();
        }

        (await HistoryAsync()).Select(run => run.Summary).ShouldBe(["1 audit entries sealed.", "60 audit entries sealed."]);

        failsNow = true;
        await Db.Get<AuditTrail>().RecordAsync(Actor.System, "Something");
        Clock.Advance(TimeSpan.FromMinutes(1));
        await Should.ThrowAsync<Exception>(RunAsync);
        failsNow = false;
        await RunAsync();
        await RunAsync();

        (await HistoryAsync()).Select(run => run.Succeeded).ShouldBe([true, true, false, true]);

        async Task RunAsync()
        {
            // Where the table of seals is gone nothing can be sealed.
            await using var db = await Db.ReadAsync();
            if (failsNow)
            {
                await db.Database.ExecuteSqlRawAsync("ALTER TABLE \"AuditSeals\" RENAME TO \"Gone\"");
            }

            try
            {
                await Db.Get<JobRuns>().RecordAsync(sealer.Name, sealer.RunOnceAsync);
            }
            finally
            {
                if (failsNow)
                {
                    await db.Database.ExecuteSqlRawAsync("ALTER TABLE \"Gone\" RENAME TO \"AuditSeals\"");
                }
            }
        }
    }

    private Task<List<JobRun>> HistoryAsync() => Db.ReadAsync(db => db.JobRuns.OrderBy(run => run.Id).ToListAsync());
}
