using System.Diagnostics;
using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Gifts;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Tests.Gifts;

/// <summary>Reliability C3: kill -9 while a campaign gives and while what is due is delivered, in a process of its own.</summary>
public sealed class GiftKillTests
{
    private const int Members = 1_000;
    private const int Kills = 2;

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task A_killed_job_goes_on_where_it_was_and_nobody_gets_two_or_is_missed(DatabaseKind kind)
    {
        var folder = Directory.CreateTempSubdirectory("loyalty-kill-");
        var keyFile = Path.Combine(folder.FullName, "keys.json");
        var keys = SecretKeys.Load(keyFile);
        await using var db = await TestDatabase.CreateAsync(kind, services => services.AddSingleton(keys));
        await A.Store().SaveToAsync(db);
        await db.AddAsync([.. Enumerable.Range(0, Members).Select(_ => A.Member().Build(db.Clock.Now))]);
        var coupon = await A.Coupon().SaveToAsync(db);
        var gift = new GiftSpec(2, [new GiftCoupon(coupon.Id, 1, new HourlyDelayedDistribution(1), new RelativeValidity(7))], []);
        var manager = await A.StaffUser().With(Permission.GiftsManage).SaveToAsync(db);
        await db.Get<GiftCampaigns>().SaveAsync(manager, new GiftCampaignForm { Name = "Spring", Audience = AudienceScope.Everybody, Gift = gift });

        // Each starts later than the last one's lease ran out; the second half when everything is due.
        var random = new Random(20261123);
        var interrupted = 0;
        for (var round = 1; round <= Kills; round++)
        {
            using var child = await StartAsync(db, keyFile, round * (round <= Kills / 2 ? 3 : 100));
            await Task.Delay(random.Next(60, 250));
            interrupted += child.HasExited ? 0 : 1;
            child.Kill();
            await child.WaitForExitAsync();
            var granted = await db.ReadAsync(d => d.GiftGrants.CountAsync());
            (await db.ReadAsync(d => d.GiftCampaigns.Select(c => c.Granted).SingleAsync())).ShouldBe(granted);
            (await db.ReadAsync(d => d.LedgerTransactions.CountAsync())).ShouldBe(granted);
        }

        foreach (var minutes in (int[])[1_000, 2_000])
        {
            using var last = await StartAsync(db, keyFile, minutes);
            await last.WaitForExitAsync();
            last.ExitCode.ShouldBe(0);
        }

        interrupted.ShouldBeGreaterThan(0);
        (await db.ReadAsync(d => d.GiftGrants.Select(g => g.MemberId).Distinct().CountAsync())).ShouldBe(Members);
        (await db.ReadAsync(d => d.GiftItems.CountAsync(i => i.Status == GiftItemStatus.Delivered))).ShouldBe(2 * Members);
        (await db.ReadAsync(d => d.MemberCoupons.CountAsync())).ShouldBe(Members);
        (await db.ReadAsync(d => d.LedgerTransactions.CountAsync())).ShouldBe(Members);
        (await db.ReadAsync(d => d.Messages.CountAsync())).ShouldBe(2 * Members);
        (await db.Get<LedgerInvariants>().CheckAsync()).ShouldBeEmpty();
        folder.Delete(recursive: true);
    }

    private static async Task<Process> StartAsync(TestDatabase db, string keyFile, int minutes)
    {
        var now = db.Clock.Now.AddMinutes(minutes).Ticks.ToString(CultureInfo.InvariantCulture);
        var child = Process.Start(new ProcessStartInfo("dotnet", [typeof(ChildProgram).Assembly.Location, "gifts", db.Kind.ToString(), db.ConnectionString, keyFile, now]) { RedirectStandardOutput = true })!;
        (await child.StandardOutput.ReadLineAsync()).ShouldBe(ChildProgram.Ready);

        return child;
    }
}
