using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Tests.Ledger;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Tests.Data;

/// <summary>Reliability 2.2, C7: with a full disk writes are refused whole, reads go on, and service resumes without a restart.</summary>
public sealed class SqliteDiskFullTests() : LedgerTest(DatabaseKind.Sqlite)
{
    [Fact]
    public async Task C7_A_full_disk_refuses_writes_whole_keeps_reads_alive_and_heals()
    {
        var card = await A.GiftCard().Holding(100m).SaveToAsync(Db);
        var limit = new PageLimit();
        await using var full = Db.OpenAgain(services => services.ConfigureDbContext<SqliteLoyaltyDbContext>(options => options.AddInterceptors(limit)));
        var filler = new string('x', 1000);
        await full.Ledger.PostAsync(Spending(card, 1) with { Reason = filler });
        limit.Set(isFull: true);

        var (accepted, refused) = (0, 0);
        while (refused < 20)
        {
            (await AllAtOnceAsync(10, async _ =>
            {
                try
                {
                    return (await full.Ledger.PostAsync(Spending(card, 1) with { Reason = filler })).Transaction.Refusal is null;
                }
                catch (DatabaseUnavailableException)
                {
                    return false;
                }
            })).ToList().ForEach(isAccepted => _ = isAccepted ? accepted++ : refused++);
        }

        await Should.ThrowAsync<DatabaseUnavailableException>(() => full.Database.WriteAsync(Actor.System, db =>
        {
            db.AddRange(Enumerable.Range(0, 200).Select(_ => A.Store().Build()));

            return Task.CompletedTask;
        }));
        (await BalanceAsync(card)).ShouldBe(100_00 - 1 - accepted);
        (await full.ReadAsync(db => db.Stores.CountAsync())).ShouldBe(1);
        (await full.Get<LedgerInvariants>().CheckAsync()).ShouldBeEmpty();

        limit.Set(isFull: false);
        await full.Ledger.PostAsync(Spending(card, 1));
        (await BalanceAsync(card)).ShouldBe(100_00 - 2 - accepted);
        (await full.ReadAsync(db => db.Database.SqlQueryRaw<string>("SELECT integrity_check AS \"Value\" FROM pragma_integrity_check").SingleAsync())).ShouldBe("ok");
    }

    /// <summary>Lets the file grow no further, as a full disk would.</summary>
    private sealed class PageLimit : DbConnectionInterceptor
    {
        private readonly ConcurrentBag<DbConnection> connections = [];
        private volatile bool isFull;

        public void Set(bool isFull)
        {
            this.isFull = isFull;
            foreach (var connection in connections.Where(connection => connection.State == ConnectionState.Open))
            {
                Limit(connection);
            }
        }

        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Apply(connection);

        public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            Apply(connection);

            return Task.CompletedTask;
        }

        private void Apply(DbConnection connection)
        {
            connections.Add(connection);
            Limit(connection);
        }

        private void Limit(DbConnection connection)
        {
            using var command = connection.CreateCommand();
            // A limit below the present size means the present size.
            command.CommandText = isFull ? "PRAGMA max_page_count=1" : "PRAGMA max_page_count=1073741823";
            command.ExecuteNonQuery();
        }
    }
}
