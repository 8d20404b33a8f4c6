using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using Microsoft.Data.Sqlite;

namespace LoyaltyAdmin.Web;

/// <summary>Which database, and where this installation keeps its files.</summary>
/// <param name="Provider"><c>Database:Provider</c>: Sqlite, PostgreSql or SqlServer.</param>
/// <param name="ConnectionString"><c>ConnectionStrings:Loyalty</c>.</param>
/// <param name="KeyFile"><c>Security:KeyFile</c>: the product's own keys, never in the database.</param>
public sealed record Storage(string Provider, string ConnectionString, string KeyFile)
{
    private const string Folder = "App_Data";

    /// <summary>Reads the settings; what is not set lies in the data folder (<c>Data:Directory</c>).</summary>
    /// <exception cref="InvalidOperationException">A setting is wrong or missing; the message is for the operator.</exception>
    public static Storage Of(IConfiguration settings, IHostEnvironment environment)
    {
        var provider = settings["Database:Provider"] is { Length: > 0 } name ? name : "Sqlite";
        var connection = settings.GetConnectionString("Loyalty");
        var folder = DataFolder(settings, environment);
        var isFile = provider.Equals("Sqlite", StringComparison.OrdinalIgnoreCase);
        if (string.IsNullOrWhiteSpace(connection))
        {
            connection = isFile
                ? new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "loyalty.db") }.ToString()
                : throw new InvalidOperationException($"ConnectionStrings:Loyalty is not set. {provider} needs it.");
        }

        var keyFile = settings["Security:KeyFile"] is { Length: > 0 } path ? path
            : isFile ? Path.GetFullPath(FileOf(connection)) + ".keys.json"
            : Path.Combine(folder, "loyalty.keys.json");

        return new Storage(provider, connection, Path.GetFullPath(keyFile));
    }

    private static string FileOf(string connection)
    {
        try
        {
            return new SqliteConnectionStringBuilder(connection).DataSource;
        }
        catch (ArgumentException exception)
        {
            throw new InvalidOperationException($"ConnectionStrings:Loyalty is not a connection string: {exception.Message}", exception);
        }
    }

    /// <remarks>In Development never below bin: a clean build would take the data along.</remarks>
    private static string DataFolder(IConfiguration settings, IHostEnvironment environment)
    {
        if (settings["Data:Directory"] is { Length: > 0 } configured)
        {
            return Path.GetFullPath(configured);
        }

        var home = environment.IsDevelopment() ? ProjectFolder() : null;

        return Path.Combine(home ?? Directory.GetCurrentDirectory(), Folder);
    }

    private static string? ProjectFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LoyaltyAdmin.Web.csproj")))
            {
                return folder.FullName;
            }
        }

        return null;
    }
}

/// <summary>Wires the database and makes it ready; what stands in the way is said in one sentence.</summary>
public static class StorageStartup
{
    /// <summary>Adds the database and the product's keys.</summary>
    /// <exception cref="StartupException">A setting is wrong.</exception>
    public static void AddStorage(this WebApplicationBuilder builder)
    {
        try
        {
            var storage = Storage.Of(builder.Configuration, builder.Environment);
            builder.Services.AddSingleton(storage);
            builder.Services.AddLoyaltyDatabase(storage.Provider, storage.ConnectionString);
            builder.Services.AddSingleton(SecretKeys.Load(storage.KeyFile));
        }
        catch (Exception exception) when (exception is InvalidOperationException or IOException or UnauthorizedAccessException or System.Text.Json.JsonException or ArgumentException)
        {
            throw new StartupException(exception.Message, exception);
        }
    }

    /// <summary>Creates or migrates the database.</summary>
    /// <exception cref="StartupException">It cannot be reached or migrated.</exception>
    public static async Task MigrateAsync(this WebApplication app)
    {
        try
        {
            await app.Services.GetRequiredService<DatabaseStartup>().MigrateAsync();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            var provider = app.Services.GetRequiredService<DatabaseProvider>();
            throw new StartupException($"The {provider.Name} database of ConnectionStrings:Loyalty cannot be opened: {Reason(exception)}.", exception);
        }
    }

    // The driver's own words: what lies below them is a socket's error number at best.
    private static string Reason(Exception exception)
    {
        var told = exception;
        for (var e = exception; e is not null; e = e.InnerException)
        {
            told = e;
            if (e is System.Data.Common.DbException)
            {
                break;
            }
        }

        return told.Message.ReplaceLineEndings(" ").Trim().TrimEnd('.');
    }
}

/// <summary>The application cannot start; the message tells the operator what to mend.</summary>
public sealed class StartupException(string message, Exception? inner = null) : Exception(message, inner);
