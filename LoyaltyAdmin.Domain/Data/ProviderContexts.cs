using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data.PostgreSql;
using LoyaltyAdmin.Domain.Data.Sqlite;
using LoyaltyAdmin.Domain.Data.SqlServer;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Domain.Data;

public sealed class SqliteLoyaltyDbContext(DbContextOptions<SqliteLoyaltyDbContext> options) : LoyaltyDbContext(options)
{
    protected override void ConfigureConventions(ModelConfigurationBuilder configuration)
    {
        base.ConfigureConventions(configuration);
        configuration.Properties<DateTimeOffset>().HaveConversion<UtcTicksConverter>();
        configuration.Properties<decimal>().HaveConversion<ScaledDecimalConverter>();
    }
}

public sealed class PostgreSqlLoyaltyDbContext(DbContextOptions<PostgreSqlLoyaltyDbContext> options) : LoyaltyDbContext(options);

public sealed class SqlServerLoyaltyDbContext(DbContextOptions<SqlServerLoyaltyDbContext> options) : LoyaltyDbContext(options);

/// <summary>Registers the database the settings name.</summary>
public static class DatabaseRegistration
{
    /// <summary>Adds the model on <paramref name="provider"/> (<c>Sqlite</c>, <c>PostgreSql</c>, <c>SqlServer</c>).</summary>
    /// <param name="services">What it is added to.</param>
    /// <param name="provider">The database's name.</param>
    /// <param name="connectionString">Where it is.</param>
    /// <param name="isRepeatable">What is written can be written again after a power failure (demo data): commits do not wait for the disk.</param>
    /// <exception cref="InvalidOperationException">The provider's name is unknown; the message is meant for the operator.</exception>
    public static IServiceCollection AddLoyaltyDatabase(this IServiceCollection services, string provider, string connectionString, bool isRepeatable = false)
    {
        switch (provider.ToUpperInvariant())
        {
            case "SQLITE":
                services.AddSingleton<DatabaseProvider, SqliteProvider>();
                Add<SqliteLoyaltyDbContext>(services, options => options.UseSqlite(connectionString).AddInterceptors(new SqlitePragmas(isRepeatable)));
                break;
            case "POSTGRESQL":
                var prepared = PostgreSqlProvider.WithPreparedStatements(isRepeatable ? connectionString + ";Options=-c synchronous_commit=off" : connectionString);
                services.AddSingleton<DatabaseProvider>(_ => new PostgreSqlProvider(prepared));
                Add<PostgreSqlLoyaltyDbContext>(services, options => options.UseNpgsql(prepared));
                break;
            case "SQLSERVER":
                services.AddSingleton<DatabaseProvider, SqlServerProvider>();
                Add<SqlServerLoyaltyDbContext>(services, options => options.UseSqlServer(connectionString));
                break;
            default:
                throw new InvalidOperationException($"Database:Provider is “{provider}”. Use Sqlite, PostgreSql or SqlServer.");
        }

        return services.AddSingleton<LoyaltyDatabase>();
    }

    private static void Add<TContext>(IServiceCollection services, Action<DbContextOptionsBuilder> configure) where TContext : LoyaltyDbContext
    {
        services.AddDbContextFactory<TContext>((provider, options) =>
        {
            configure(options);
            options.AddInterceptors(new AuditInterceptor(provider.GetRequiredService<TimeProvider>()));
        });
        services.AddSingleton<IDbContextFactory<LoyaltyDbContext>>(provider => new Factory<TContext>(provider.GetRequiredService<IDbContextFactory<TContext>>()));
    }

    private sealed class Factory<TContext>(IDbContextFactory<TContext> contexts) : IDbContextFactory<LoyaltyDbContext> where TContext : LoyaltyDbContext
    {
        public LoyaltyDbContext CreateDbContext() => contexts.CreateDbContext();
    }
}

// Used by dotnet ef only; no database is opened to make a migration.
internal sealed class SqliteDesign : IDesignTimeDbContextFactory<SqliteLoyaltyDbContext>
{
    public SqliteLoyaltyDbContext CreateDbContext(string[] args) => new(new DbContextOptionsBuilder<SqliteLoyaltyDbContext>().UseSqlite("Data Source=design.db").Options);
}

internal sealed class PostgreSqlDesign : IDesignTimeDbContextFactory<PostgreSqlLoyaltyDbContext>
{
    public PostgreSqlLoyaltyDbContext CreateDbContext(string[] args) => new(new DbContextOptionsBuilder<PostgreSqlLoyaltyDbContext>().UseNpgsql("Host=design").Options);
}

internal sealed class SqlServerDesign : IDesignTimeDbContextFactory<SqlServerLoyaltyDbContext>
{
    public SqlServerLoyaltyDbContext CreateDbContext(string[] args) => new(new DbContextOptionsBuilder<SqlServerLoyaltyDbContext>().UseSqlServer("Server=design").Options);
}
