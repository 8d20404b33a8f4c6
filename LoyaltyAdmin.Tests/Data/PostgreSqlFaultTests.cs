using System.Collections.Concurrent;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Data.PostgreSql;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Tests.Ledger;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace LoyaltyAdmin.Tests.Data;

/// <summary>Reliability 2.2, C6: connections die under load; nothing acknowledged is lost, nothing is done twice.</summary>
public sealed class PostgreSqlFaultTests() : LedgerTest(DatabaseKind.PostgreSql)
{
    private const int Payments = 400;

    [Fact]
    public async Task C6_Connections_cut_under_load_lose_no_acknowledged_payment_and_double_none()
    {
        var cards = await A.GiftCard().Holding(100m).SaveToAsync(Db, 8);
        var acknowledged = new ConcurrentDictionary<string, long>();
        using var done = new CancellationTokenSource();
        var saboteur = Task.Run(async () =>
        {
            var cut = 0;
            while (!done.IsCancellationRequested)
            {
                cut += await CutConnectionsAsync();
                await Task.Delay(20);
            }

            return cut;
        });

        await AllAtOnceAsync(8, async worker =>
        {
            for (var i = 0; i < Payments / 8; i++)
            {
                var posting = Spending(cards[worker], 10, key: $"{worker}-{i}");
                acknowledged[posting.Operation.Key] = await UntilAcknowledgedAsync(posting);
            }

            return worker;
        });
        await done.CancelAsync();

        (await saboteur).ShouldBeGreaterThan(0);
        await using (var connection = new NpgsqlConnection(Db.ConnectionString))
        {
            NpgsqlConnection.ClearPool(connection);
        }

        var stored = await Db.ReadAsync(db => db.LedgerTransactions.Where(t => t.Type == TransactionType.Consumption).ToDictionaryAsync(t => t.IdempotencyKey, t => t.Id));
        stored.OrderBy(pair => pair.Key).ShouldBe(acknowledged.OrderBy(pair => pair.Key));
        (await Db.ReadAsync(db => db.LedgerAccounts.SumAsync(a => a.Balance))).ShouldBe(8 * 100_00 - Payments * 10);
    }

    [Fact]
    public async Task C6_A_server_that_is_not_there_is_unavailable_not_a_fault()
    {
        var card = await A.GiftCard().Holding(100m).SaveToAsync(Db);
        await using var nowhere = Db.OpenAgain(services => services.AddLoyaltyDatabase("PostgreSql", "Host=127.0.0.1;Port=1;Username=nobody;Database=none;Timeout=2"));

        await Should.ThrowAsync<DatabaseUnavailableException>(() => nowhere.Ledger.PostAsync(Spending(card, 1)));
        await Should.ThrowAsync<DatabaseUnavailableException>(() => nowhere.Ledger.FindAsync(Spending(card, 1).Operation));
        await Should.ThrowAsync<DatabaseUnavailableException>(() => nowhere.AddAsync(A.Store().Build()));
    }

    [Fact]
    public void Statements_are_prepared_unless_the_setting_says_otherwise()
    {
        var prepared = PostgreSqlProvider.WithPreparedStatements("Host=h");

        new NpgsqlConnectionStringBuilder(prepared).MaxAutoPrepare.ShouldBe(100);
        PostgreSqlProvider.WithPreparedStatements(prepared).ShouldBe(prepared);
        new NpgsqlConnectionStringBuilder(PostgreSqlProvider.WithPreparedStatements("Host=h;Max Auto Prepare=0")).MaxAutoPrepare.ShouldBe(0);
    }

    private async Task<long> UntilAcknowledgedAsync(Posting posting)
    {
        while (true)
        {
            try
            {
                var transaction = (await Ledger.PostAsync(posting)).Transaction;
                transaction.Refusal.ShouldBeNull();

                return transaction.Id;
            }
            catch (DatabaseUnavailableException)
            {
                // As a till does: the same key again.
            }
        }
    }

    private async Task<int> CutConnectionsAsync()
    {
        await using var connection = new NpgsqlConnection(PostgresServer.AdminConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = new NpgsqlConnectionStringBuilder(Db.ConnectionString).Database });
        var cut = 0;
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            cut++;
        }

        return cut;
    }
}
