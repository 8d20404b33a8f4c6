using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Webhooks;
using LoyaltyAdmin.Tests.Support;
using LoyaltyAdmin.Web.Jobs;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Jobs;

public abstract class CleanUpJobTests(DatabaseKind kind) : DatabaseTest(kind)
{
    public sealed class OnSqlite() : CleanUpJobTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : CleanUpJobTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task Counters_go_when_they_count_no_more_but_never_a_lock_or_a_total()
    {
        var attempts = Db.Get<AttemptLimits>();
        var hours = TimeSpan.FromHours(8);
        var card = GiftCardLookup.CodeCounter(7);
        await attempts.FailAsync("session-ended:a", new AttemptLimit(1, hours, hours));
        await attempts.FailAsync("lookup:api:1", new AttemptLimit(100, TimeSpan.FromHours(1), TimeSpan.FromHours(1)));
        await attempts.FailAsync("locked-for-a-week", new AttemptLimit(1, hours, TimeSpan.FromDays(7)));
        await attempts.FailAsync(card, new AttemptLimit(5, TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(15), TotalFailures: 20));

        await CleanUpAsync();
        (await NamesAsync()).Count.ShouldBe(4);

        Clock.Advance(TimeSpan.FromHours(25));
        await attempts.FailAsync("session-ended:b", new AttemptLimit(1, hours, hours));
        await CleanUpAsync();

        (await NamesAsync()).ShouldBe([card, "locked-for-a-week", "session-ended:b"], ignoreOrder: true);
    }

    private async Task CleanUpAsync()
    {
        var job = new CleanUpJob(Db.Get<JobRuns>(), Db.Get<ExportWork>(), Db.Get<ImportWork>(), Db.Get<AttemptLimits>(), Db.Get<WebhookSender>(), Db.Get<MessageSender>(), Db.Get<Domain.MemberPortal.PortalCodeWork>());
        (await Db.Get<JobRunner>().RunAsync(job)).ShouldBeTrue();
        (await Db.Get<JobRuns>().LatestAsync()).ShouldHaveSingleItem().Succeeded.ShouldBe(true);
    }

    private Task<List<string>> NamesAsync() => Db.ReadAsync(db => db.SecurityCounters.Select(counter => counter.Id).ToListAsync());
}
