using LoyaltyAdmin.Domain;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Tests.Support;

/// <summary>
/// The business on a migrated database of its own: <see cref="Get{T}"/> gives any service, <see cref="Clock"/> is the tests'.
/// Most tests get one from <see cref="DatabaseTest"/>. Rows come from the builders in <see cref="A"/>.
/// </summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly ServiceProvider services;
    private readonly IAsyncDisposable storage;

    private TestDatabase(DatabaseKind kind, string connectionString, IAsyncDisposable storage, TestClock clock, SecretKeys keys, Action<IServiceCollection>? configure)
    {
        (Kind, ConnectionString, Clock, Keys, this.storage) = (kind, connectionString, clock, keys, storage);
        var collection = new ServiceCollection()
            .AddLogging()
            .AddSingleton<TimeProvider>(clock)
            .AddSingleton(keys)
            .AddLoyaltyDatabase(kind.ToString(), connectionString)
            .AddLoyaltyDomain();
        configure?.Invoke(collection);
        services = collection.BuildServiceProvider();
    }

    public DatabaseKind Kind { get; }

    public string ConnectionString { get; }

    public TestClock Clock { get; }

    public SecretKeys Keys { get; }

    public LoyaltyDatabase Database => Get<LoyaltyDatabase>();

    public Domain.Ledger.Ledger Ledger => Get<Domain.Ledger.Ledger>();

    /// <summary>A migrated, empty database; disposing it deletes it.</summary>
    /// <param name="kind">Which database.</param>
    /// <param name="configure">Adds or replaces services.</param>
    /// <param name="empty">Without the migrations: what a first start meets.</param>
    public static async Task<TestDatabase> CreateAsync(DatabaseKind kind, Action<IServiceCollection>? configure = null, bool empty = false)
    {
        var (connectionString, storage) = empty
            ? await DatabaseTemplate.EmptyAsync(kind)
            : await DatabaseTemplate.CopyAsync(kind);

        return new TestDatabase(kind, connectionString, storage, new TestClock(), SecretKeys.Ephemeral(), configure);
    }

    /// <summary>The same database as another process would open it: own services, own caches, own write gate. Dispose it first.</summary>
    public TestDatabase OpenAgain(Action<IServiceCollection>? configure = null) =>
        new(Kind, ConnectionString, new Nothing(), Clock, Keys, configure);

    /// <summary>A database that is there already, as another node would open it; disposing it leaves it there.</summary>
    public static TestDatabase At(DatabaseKind kind, string connectionString, SecretKeys keys) => new(kind, connectionString, new Nothing(), new TestClock(), keys, configure: null);

    public T Get<T>() where T : notnull => services.GetRequiredService<T>();

    public object Get(Type service) => services.GetRequiredService(service);

    /// <summary>A context for asserting; nothing is tracked.</summary>
    public Task<LoyaltyDbContext> ReadAsync() => Database.ReadAsync();

    /// <summary>Reads something in a context of its own.</summary>
    public async Task<T> ReadAsync<T>(Func<LoyaltyDbContext, Task<T>> query)
    {
        await using var db = await ReadAsync();

        return await query(db);
    }

    /// <summary>Adds rows as the system would; their identifiers are set afterwards.</summary>
    public Task AddAsync(params object[] rows) => Database.WriteAsync(Actor.System, db =>
    {
        db.AddRange(rows);

        return Task.CompletedTask;
    });

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        if (Kind == DatabaseKind.Sqlite)
        {
            using var connection = new SqliteConnection(ConnectionString);
            SqliteConnection.ClearPool(connection);
        }

        await storage.DisposeAsync();
    }

    private sealed class Nothing : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
