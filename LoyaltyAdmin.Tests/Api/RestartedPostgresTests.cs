using System.Diagnostics;
using System.Net;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Tests.Support;
using Npgsql;

namespace LoyaltyAdmin.Tests.Api;

/// <summary>Reliability C6: the database server itself goes down and comes back while tills pay.</summary>
[Collection(AloneGroup.Name)]
public sealed class RestartedPostgresTests() : PayingServerTest(DatabaseKind.PostgreSql)
{
    private const int Tills = 8;
    private const int Restarts = 2;

    private PrivatePostgres? postgres;

    public override async Task InitializeAsync()
    {
        if (PrivatePostgres.Programs is not null)
        {
            postgres = await PrivatePostgres.StartAsync();
            await base.InitializeAsync();
        }
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        if (postgres is not null)
        {
            await postgres.DisposeAsync();
        }
    }

    protected override async Task<TestDatabase> CreateDatabaseAsync(SecretKeys keys)
    {
        var database = TestDatabase.At(DatabaseKind.PostgreSql, postgres!.ConnectionString, keys);
        await database.Get<DatabaseStartup>().MigrateAsync();

        return database;
    }

    [NeedsPostgresProgramsFact]
    public async Task C6_A_database_server_that_restarts_at_once_loses_no_acknowledged_payment_doubles_none_and_is_used_again_within_ten_seconds()
    {
        await using var web = await StartAsync();
        using var done = new CancellationTokenSource();
        var unavailable = 0;
        var paying = Enumerable.Range(0, Tills).Select(PayAsync).ToList();

        for (var restart = 0; restart < Restarts; restart++)
        {
            await Task.Delay(300);
            await postgres!.RestartAsync();
            var waiting = Stopwatch.StartNew();
            await UntilReadyAsync(web);
            waiting.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
            var before = Acknowledged.Count;
            while (Acknowledged.Count <= before + Tills)
            {
                waiting.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10), web.Log);
                await Task.Delay(20);
            }
        }

        await done.CancelAsync();
        await Task.WhenAll(paying);

        unavailable.ShouldBeGreaterThan(0);
        // The tests' own connections went down with the server.
        await using (var connection = new NpgsqlConnection(Db.ConnectionString))
        {
            NpgsqlConnection.ClearPool(connection);
        }

        await ShouldHaveHappenedAsAcknowledgedAsync();

        async Task PayAsync(int till)
        {
            using var client = Client(web);
            for (var i = 0; !done.IsCancellationRequested; i++)
            {
                while (await this.PayAsync(client, $"{till}-{i}") is var status && status != HttpStatusCode.Created)
                {
                    status.ShouldBe(HttpStatusCode.ServiceUnavailable);
                    Interlocked.Increment(ref unavailable);
                    await Task.Delay(50);
                }
            }
        }
    }

    private static async Task UntilReadyAsync(WebProcess web)
    {
        using var client = new HttpClient { BaseAddress = new Uri(web.Url), Timeout = TimeSpan.FromSeconds(10) };
        while ((await client.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode != HttpStatusCode.OK)
        {
            await Task.Delay(50);
        }
    }
}
