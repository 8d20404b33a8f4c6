using LoyaltyAdmin.Domain.Ledger;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Tests.Support;

/// <summary>
/// Tests that run on every database: each test gets a migrated database of its own, and the ledger must tie out after it.
/// <code>
/// public abstract class StoresTests(DatabaseKind kind) : DatabaseTest(kind)
/// {
///     public sealed class OnSqlite() : StoresTests(DatabaseKind.Sqlite);
///     public sealed class OnPostgreSql() : StoresTests(DatabaseKind.PostgreSql);
///
///     [Fact]
///     public async Task A_code_is_unique()
///     {
///         var manager = await A.StaffUser().With(Permission.StoresManage).SaveToAsync(Db);   // an Actor
///         var stores = Db.Get&lt;StoreService&gt;();
///         ...
///     }
/// }
/// </code>
/// </summary>
public abstract class DatabaseTest(DatabaseKind kind) : IAsyncLifetime
{
    private TestDatabase? database;

    protected TestDatabase Db => database ?? throw new InvalidOperationException("The database was not created.");

    protected TestClock Clock => Db.Clock;

    /// <summary>Off for tests that damage the ledger on purpose.</summary>
    protected bool LedgerMustTieOut { get; set; } = true;

    public virtual async Task InitializeAsync() => database = await TestDatabase.CreateAsync(kind, Configure);

    /// <summary>Adds or replaces services.</summary>
    protected virtual void Configure(IServiceCollection services)
    {
    }

    public virtual async Task DisposeAsync()
    {
        if (database is null)
        {
            return;
        }

        try
        {
            if (LedgerMustTieOut)
            {
                (await Db.Get<LedgerInvariants>().CheckAsync()).ShouldBeEmpty();
            }
        }
        finally
        {
            await database.DisposeAsync();
        }
    }
}
