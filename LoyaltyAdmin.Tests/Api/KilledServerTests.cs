using System.Globalization;
using LoyaltyAdmin.Tests.Support;

namespace LoyaltyAdmin.Tests.Api;

/// <summary>
/// The server is killed (SIGKILL) while tills take gift cards, wallets, points and coupons: what was acknowledged exists after the restart, what was not is found or done by repeating
/// the request, and nothing happens twice. LOYALTY_KILL_CYCLES runs more cycles than a build has time for.
/// </summary>
[Long]
public abstract class KilledServerTests(DatabaseKind kind) : PayingServerTest(kind)
{
    private const int Tills = 8;

    private static readonly int cycles = int.TryParse(Environment.GetEnvironmentVariable("LOYALTY_KILL_CYCLES"), CultureInfo.InvariantCulture, out var wanted) ? wanted : 3;

    protected override IReadOnlyList<Means> PaysWith => [Means.GiftCard, Means.Wallet, Means.Points, Means.Coupon];

    public sealed class OnSqlite() : KilledServerTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : KilledServerTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task Every_acknowledged_payment_survives_and_none_happens_twice()
    {
        for (var cycle = 0; cycle < cycles; cycle++)
        {
            await using var web = await StartAsync();
            await RepeatUnknownAsync(web);
            var paying = Enumerable.Range(0, Tills).Select(till => PayUntilItDiesAsync(web, $"{cycle}-{till}")).ToList();
            await Task.Delay(Random.Shared.Next(300, 900));
            await web.KillAsync();
            await Task.WhenAll(paying);
        }

        await using (var last = await StartAsync())
        {
            await RepeatUnknownAsync(last);
        }

        Unknown.ShouldBeEmpty();
        Acknowledged.Count.ShouldBeGreaterThan(cycles * PaysWith.Count);
        await ShouldHaveHappenedAsAcknowledgedAsync();
    }
}
