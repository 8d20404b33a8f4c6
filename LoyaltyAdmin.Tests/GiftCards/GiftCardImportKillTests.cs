using System.Diagnostics;
using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Tests.GiftCards;

/// <summary>Reliability C2: kill -9 while importing, at random moments, in a process of its own.</summary>
[Long]
public sealed class GiftCardImportKillTests
{
    [Theory]
    [InlineData(DatabaseKind.Sqlite, 50_000, 20)]
    [InlineData(DatabaseKind.PostgreSql, 20_000, 5)]
    public async Task A_killed_import_goes_on_where_it_was_and_loses_and_doubles_nothing(DatabaseKind kind, int cards, int kills)
    {
        var folder = Directory.CreateTempSubdirectory("loyalty-kill-");
        var keyFile = Path.Combine(folder.FullName, "keys.json");
        var keys = SecretKeys.Load(keyFile);
        await using var db = await TestDatabase.CreateAsync(kind, services => services.AddSingleton(keys));
        var store = await A.Store().SaveToAsync(db);
        var plan = await A.GiftCardPlan().Physical().SaveToAsync(db);
        var finance = await A.StaffUser().With(Permission.GiftCardsImport).SaveToAsync(db);
        var imports = db.Get<GiftCardImports>();
        var import = await imports.UploadAsync(finance, await new ImportFile(plan, store).Rows(cards).SaveAsync(), "cards.xlsx");
        await imports.ConfirmAsync(finance, import.Id, ImportMode.AllOrNothing);

        var random = new Random(20260302);
        var interrupted = 0;
        for (var kill = 1; kill <= kills; kill++)
        {
            using var child = await StartAsync(db, keyFile, kill);
            await Task.Delay(random.Next(20, 250));
            interrupted += child.HasExited ? 0 : 1;
            child.Kill();
            await child.WaitForExitAsync();

            var state = await imports.GetAsync(finance, import.Id);
            if (state.Status == ImportStatus.Applying)
            {
                (await VisibleAsync(db)).ShouldBe(0);
                (await db.ReadAsync(d => d.GiftCards.CountAsync())).ShouldBe(state.AppliedRows);
            }
        }

        using (var last = await StartAsync(db, keyFile, kills + 1))
        {
            await last.WaitForExitAsync();
            last.ExitCode.ShouldBe(0);
        }

        interrupted.ShouldBeGreaterThan(kills / 2);
        (await VisibleAsync(db)).ShouldBe(cards);
        (await db.ReadAsync(d => d.LedgerAccounts.SumAsync(account => account.Balance))).ShouldBe(cards * 100_00L);
        (await db.ReadAsync(d => d.LedgerTransactions.CountAsync())).ShouldBe(cards);
        var opening = HouseAccount.Id(House.ImportOpening, "USD");
        (await db.ReadAsync(d => d.LedgerEntries.Where(entry => entry.AccountId == opening).SumAsync(entry => entry.Amount))).ShouldBe(cards * -100_00L);
        (await db.Get<LedgerInvariants>().CheckAsync()).ShouldBeEmpty();
        folder.Delete(recursive: true);
    }

    private static async Task<Process> StartAsync(TestDatabase db, string keyFile, int round)
    {
        // Each starts later than the last one's lease ran out.
        var now = db.Clock.Now.AddMinutes(10 * round).Ticks.ToString(CultureInfo.InvariantCulture);
        var child = Process.Start(new ProcessStartInfo("dotnet", [typeof(ChildProgram).Assembly.Location, "import", db.Kind.ToString(), db.ConnectionString, keyFile, now]) { RedirectStandardOutput = true })!;
        (await child.StandardOutput.ReadLineAsync()).ShouldBe(ChildProgram.Ready);

        return child;
    }

    private static Task<int> VisibleAsync(TestDatabase db) => db.ReadAsync(d => d.GiftCards.CountAsync(card => d.ImportJobs.Any(job => job.Id == card.ImportId && job.Status == ImportStatus.Committed)));
}
