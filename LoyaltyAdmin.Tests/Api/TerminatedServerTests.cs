using LoyaltyAdmin.Tests.Support;

namespace LoyaltyAdmin.Tests.Api;

/// <summary>Reliability C9: asked to end (SIGTERM), the server answers what it has begun, leaves everything else undone, and is gone within 30 s.</summary>
public abstract class TerminatedServerTests(DatabaseKind kind) : PayingServerTest(kind)
{
    private const int Tills = 50;

    private static readonly TimeSpan patience = TimeSpan.FromSeconds(30);

    public sealed class OnSqlite() : TerminatedServerTests(DatabaseKind.Sqlite);

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
