using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Api;

/// <summary>Reliability C9: asked to end (SIGTERM), the server answers what it has begun, leaves everything else undone, and is gone within 30 s.</summary>
[Long]
public abstract class TerminatedServerTests(DatabaseKind kind) : PayingServerTest(kind)
{
    private const int Tills = 50;
    private const int Cards = 20_000;

    private static readonly TimeSpan patience = TimeSpan.FromSeconds(30);

    public sealed class OnSqlite() : TerminatedServerTests(DatabaseKind.Sqlite)
    {
        [Fact]
        public async Task An_import_under_way_stops_and_goes_on_after_the_restart()
        {
            var plan = await A.GiftCardPlan().Physical().SaveToAsync(Db);
            var store = await A.Store().SaveToAsync(Db);
            var finance = await A.StaffUser().With(Permission.GiftCardsImport).SaveToAsync(Db);
            var imports = Db.Get<GiftCardImports>();
            var import = await imports.UploadAsync(finance, await new ImportFile(plan, store).Rows(Cards).SaveAsync(), "cards.xlsx");
            await imports.ConfirmAsync(finance, import.Id, ImportMode.AllOrNothing);
            await using var web = await StartAsync();
            await UntilAsync(job => job.AppliedRows > 0);

            (await web.TerminateAsync(patience)).ShouldBe(0);

            var stopped = await imports.GetAsync(finance, import.Id);
            stopped.Status.ShouldBe(ImportStatus.Applying);
            stopped.AppliedRows.ShouldBeInRange(1, Cards - 1);
            (await Db.ReadAsync(db => db.GiftCards.CountAsync(card => card.ImportId == import.Id))).ShouldBe(stopped.AppliedRows);

            await web.RestartAsync();
            await UntilAsync(job => job.Status == ImportStatus.Committed);
            (await Db.ReadAsync(db => db.GiftCards.CountAsync(card => card.ImportId == import.Id))).ShouldBe(Cards);
            await ShouldHaveHappenedAsAcknowledgedAsync();

            async Task UntilAsync(Func<ImportJob, bool> holds)
            {
                using var waiting = new CancellationTokenSource(TimeSpan.FromSeconds(60));
                while (!holds(await Db.ReadAsync(db => db.ImportJobs.SingleAsync(job => job.Id == import.Id))))
                {
                    await Task.Delay(5, waiting.Token);
                }
            }
        }
    }

    public sealed class OnPostgreSql() : TerminatedServerTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task Fifty_requests_in_flight_are_answered_or_not_done_at_all()
    {
        await using var web = await StartAsync();
        var paying = Enumerable.Range(0, Tills).Select(till => PayUntilItDiesAsync(web, $"{till}")).ToList();
        while (Acknowledged.Count < Tills * 2)
        {
            paying.ShouldAllBe(till => !till.IsCompleted, web.Log);
            await Task.Delay(10);
        }

        (await web.TerminateAsync(patience)).ShouldBe(0);
        await Task.WhenAll(paying);

        Unknown.Count.ShouldBe(Tills);
        await ShouldHaveHappenedAsAcknowledgedAsync();

        await web.RestartAsync();
        await RepeatUnknownAsync(web);
        await ShouldHaveHappenedAsAcknowledgedAsync();
    }
}
