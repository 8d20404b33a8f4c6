using System.Diagnostics;
using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Gifts;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Points;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Wallets;
using LoyaltyAdmin.Domain.Webhooks;
using LoyaltyAdmin.Tests.Support;
using LoyaltyAdmin.Tests.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Tests.Jobs;

/// <summary>
/// Reliability T1, C3, C4: two nodes run all jobs against one PostgreSQL, and the one that is at it is killed in the middle. Value moves exactly once;
/// messages and events arrive at least once under the same identifier.
/// </summary>
public sealed class KilledNodeTests : IDisposable
{
    private const int Count = 120;
    private const int Holds = 20;

    /// <summary>What a dying node may have sent without saying so: one batch of events.</summary>
    private const int InFlight = 16;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("loyalty-nodes-");
    private readonly RecordingServer receiver = new();

    public void Dispose()
    {
        receiver.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task What_a_killed_node_leaves_another_does_and_nothing_is_lost_or_done_twice()
    {
        var keyFile = Path.Combine(folder.FullName, "keys.json");
        var keys = SecretKeys.Load(keyFile);
        await using var db = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql, services => services.AddSingleton(keys).AddSingleton(new WebhookSettings(AllowLoopback: true)));
        using var first = Start(db, keyFile);
        using var second = Start(db, keyFile);
        try
        {
            await FillAsync(db);
            await BeginAsync(db, first, second);
            // In the middle of the expiry that takes longest.
            await UntilAsync(async () => await ExpiredAsync(db) > Count / 4);
            var atWork = await db.ReadAsync(d => d.JobRuns.Where(run => run.Job == "Points and wallet expiry" && run.FinishedAt == null).Select(run => run.Node!).FirstAsync());
            var dying = atWork.EndsWith($":{first.Id.ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal) ? first : second;
            dying.Kill();
            await dying.WaitForExitAsync();
            (await ExpiredAsync(db)).ShouldBeLessThan(2 * Count);
            (await LeftAsync(db)).ShouldBeGreaterThan(0);

            await UntilAsync(async () => await LeftAsync(db) == 0);
        }
        finally
        {
            first.Kill();
            second.Kill();
            await Task.WhenAll(first.WaitForExitAsync(), second.WaitForExitAsync());
        }

        await ProveAsync(db);
    }

    private async Task FillAsync(TestDatabase db)
    {
        var store = await A.Store().SaveToAsync(db);
        await db.AddAsync(new PointSettings { IsActive = true, ActiveSince = db.Clock.Now, DefaultRate = 0.1m, Expiry = PointExpiry.RollingMonths, Months = 1 });
        var members = Enumerable.Range(0, Count).Select(i => A.Member().In(store).Where(m => (m.FullName, m.Email) = ("Ada Lovelace", $"ada{i}@example.com")).Build(db.Clock.Now)).ToArray();
        await db.AddAsync([.. members]);
        var ids = members.Select(member => member.Id).ToArray();
        await db.AddAsync([.. ids.SelectMany(_ => Enum.GetValues<ConsentPurpose>(), (id, purpose) => new MemberConsent { MemberId = id, Channel = ConsentChannel.Email, Purpose = purpose, Status = ConsentStatus.Granted, Since = db.Clock.Now })]);

        // Points and a coupon at once, from a gift; a wallet with a bonus for a day.
        await GrantAsync(db, ids, "now", new GiftSpec(10, [new GiftCoupon((await A.Coupon().SaveToAsync(db)).Id, 1, DistributionRule.Instant, new RelativeValidity(7))], []));
        while (await db.Get<GiftDeliveryWork>().RunOnceAsync() is not null)
        {
            // Until nothing is due.
        }

        await TopUpAsync(db, store, members);
        var till = await A.ApiClient().With(ApiScope.WalletsPay).SaveToAsync(db);
        foreach (var member in members.Take(Holds))
        {
            await db.Get<WalletHolds>().HoldAsync(till, new WalletMovement { MemberNumber = member.Number, Amount = 4, Currency = "USD", StoreCode = store.Code, Channel = Channel.Pos }, 30, A.Unique("hold"));
        }

        // All of that is over; and there is something to give, to tell and to report.
        db.Clock.Advance(TimeSpan.FromDays(45));
        await GrantAsync(db, ids, "later", new GiftSpec(0, [new GiftCoupon((await A.Coupon().SaveToAsync(db)).Id, 1, new HourlyDelayedDistribution(3), new RelativeValidity(7))], []));
        db.Clock.Advance(TimeSpan.FromHours(4));
        var manager = await A.StaffUser().With(Permission.WebhooksManage).SaveToAsync(db);
        await db.Get<WebhookEndpoints>().SaveAsync(manager, new WebhookEndpointForm { Name = "Shop", Url = receiver.Url, Events = [WebhookEvents.TierChanged] });
        await db.Database.WriteAsync(Actor.System, async d =>
        {
            await db.Get<WebhookOutbox>().AddAsync(d, WebhookEvents.TierChanged, [.. members.Select(member => (object)new { member = member.Number })]);
            await db.Get<MessageOutbox>().AddAsync(d, [.. ids.Select(id => new MessageRequest(MessageScenario.TierChange, id, $"tier:{id}") { Variables = new Dictionary<string, string?> { ["tier"] = "Gold", ["previousTier"] = "Silver", ["plan"] = "Club" } })]);
        });
    }

    private static Task GrantAsync(TestDatabase db, long[] members, string episode, GiftSpec gift) => db.Database.WriteAsync(Actor.System, d =>
        db.Get<GiftGranting>().GrantAsync(d, members, new GiftOrder { SourceKind = GiftSourceKind.Campaign, SourceId = 77, SourceName = "Welcome", Gift = gift, Episode = episode }));

    private static async Task TopUpAsync(TestDatabase db, Store store, Member[] members)
    {
        var grant = (await db.Get<AccessControl>().FindAsync(Actor.System))!;
        await db.Database.WriteAsync(Actor.System, async d =>
        {
            foreach (var member in members)
            {
                var credit = new WalletCredit { MemberNumber = member.Number, Principal = 10, Bonus = 5, Currency = "USD", StoreCode = store.Code, Channel = Channel.Pos, BonusExpiresAt = db.Clock.Now.AddDays(1) };
                await db.Get<WalletTopUps>().CreditAsync(d, grant, Operation.For(Actor.System, $"top-up:{member.Id}"), credit);
            }
        });
    }

    private static Process Start(TestDatabase db, string keyFile) => Process.Start(new ProcessStartInfo("dotnet", [typeof(ChildProgram).Assembly.Location, "jobs", db.Kind.ToString(), db.ConnectionString, keyFile])
    {
        RedirectStandardOutput = true,
        RedirectStandardInput = true,
    })!;

    private static async Task BeginAsync(TestDatabase db, params Process[] nodes)
    {
        foreach (var node in nodes)
        {
            (await node.StandardOutput.ReadLineAsync()).ShouldBe(ChildProgram.Ready);
        }

        var moment = string.Create(CultureInfo.InvariantCulture, $"{db.Clock.Now.UtcTicks} {TimeProvider.System.GetUtcNow().UtcTicks}");
        await Task.WhenAll(nodes.Select(node => node.StandardInput.WriteLineAsync(moment)));
        await Task.WhenAll(nodes.Select(node => node.StandardInput.FlushAsync()));
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (!await isSo())
        {
            await Task.Delay(20, patience.Token);
        }
    }

    private static Task<int> ExpiredAsync(TestDatabase db) => db.ReadAsync(d => d.LedgerTransactions.CountAsync(t => t.Type == TransactionType.Expiry));

    /// <summary>Everything that still is to be done.</summary>
    private static async Task<int> LeftAsync(TestDatabase db)
    {
        var now = db.Clock.Now;
        await using var d = await db.ReadAsync();

        return await d.LedgerLots.CountAsync(lot => lot.Remaining > 0 && lot.ExpiresAt <= now)
            + await d.MemberCoupons.CountAsync(c => c.Status == MemberCouponStatus.Active && c.UsableUntil <= now)
            + await d.WalletHolds.CountAsync(hold => hold.Status == WalletHoldStatus.Open)
            + await d.GiftItems.CountAsync(item => item.Status == GiftItemStatus.Pending)
            + await d.Messages.CountAsync(message => message.NextAt != null)
            + await d.WebhookDeliveries.CountAsync(delivery => delivery.Status == WebhookDeliveryStatus.Pending);
    }

    private async Task ProveAsync(TestDatabase db)
    {
        await using var d = await db.ReadAsync();
        var expiries = await d.LedgerTransactions.Where(t => t.Type == TransactionType.Expiry).GroupBy(t => t.AccountId).Select(account => account.Count()).ToListAsync();
        expiries.Count.ShouldBe(2 * Count);
        (await d.LedgerAccounts.Where(account => account.Kind == AccountKind.Points).SumAsync(account => account.Balance)).ShouldBe(0);
        (await d.LedgerAccounts.Where(account => account.Kind == AccountKind.Wallet).SumAsync(account => account.Balance)).ShouldBe(Count * 10_00L);
        (await d.LedgerTransactions.CountAsync(t => t.Type == TransactionType.HoldRelease)).ShouldBe(Holds);
        (await d.MemberCoupons.GroupBy(c => c.Status).Select(status => new { status.Key, Count = status.Count() }).OrderBy(status => status.Key).ToListAsync())
            .Select(status => (status.Key, status.Count)).ShouldBe([(MemberCouponStatus.Active, Count), (MemberCouponStatus.Expired, Count)]);
        (await d.MemberCoupons.GroupBy(c => new { c.MemberId, c.CouponId }).CountAsync()).ShouldBe(2 * Count);

        var told = await d.Messages.Where(message => message.Scenario == MessageScenario.TierChange).ToListAsync();
        (told.Count, told.Select(message => message.MessageId).Distinct().Count()).ShouldBe((Count, Count));
        told.CountBy(message => message.Status).ShouldHaveSingleItem().Key.ShouldBe(MessageStatus.Sent);

        var posts = receiver.Posts;
        posts.Select(post => post.EventId).Distinct().Count().ShouldBe(Count);
        posts.Count.ShouldBeLessThanOrEqualTo(Count + InFlight);

        (await d.JobRuns.CountAsync(run => run.Job == "Points and wallet expiry" && run.FinishedAt != null && run.Succeeded == null)).ShouldBe(1);
        (await d.JobRuns.AnyAsync(run => run.Succeeded == false)).ShouldBeFalse();
        (await db.Get<LedgerInvariants>().CheckAsync()).ShouldBeEmpty();
    }
}
