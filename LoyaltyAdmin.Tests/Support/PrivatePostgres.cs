using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using LoyaltyAdmin.Domain.Data.PostgreSql;

namespace LoyaltyAdmin.Tests.Support;

/// <summary>A PostgreSQL server of a test's own, which it may treat as badly as it likes.</summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private readonly string folder;
    private readonly string? user;

    private PrivatePostgres(string folder, string? user, int port)
    {
        (this.folder, this.user) = (folder, user);
        ConnectionString = PostgreSqlProvider.WithPreparedStatements($"Host=127.0.0.1;Port={port};Username=loyalty;Database=postgres;Timeout=5");
    }

    /// <summary>Where the server's programs are; null: not on this machine.</summary>
    public static string? Programs { get; } = FindPrograms();

    public string ConnectionString { get; }

    private string Data => Path.Combine(folder, "data");

    public static async Task<PrivatePostgres> StartAsync()
    {
        // Not below TMPDIR: the server's user must be able to get there.
        var folder = Path.Combine("/tmp", $"loyalty-pg-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        // PostgreSQL refuses to run as root.
        var user = !Environment.IsPrivilegedProcess ? null : File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody";
        if (user is not null)
        {
            await RunAsync("chown", [user, folder]);
        }

        var port = FreePort();
        var server = new PrivatePostgres(folder, user, port);
        try
        {
            await server.DoAsync("initdb", "-D", server.Data, "-U", "loyalty", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
            // What the server said it wrote survives it; that the machine survives is not what is tried here.
            await server.ControlAsync("start", "-o", $"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories= -c fsync=off -c synchronous_commit=on");

            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the server without letting it finish anything, and starts it again: it recovers from its log.</summary>
    public Task RestartAsync() => ControlAsync("restart", "-m", "immediate");

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
        {
            await ControlAsync("stop", "-m", "immediate");
        }

        Directory.Delete(folder, recursive: true);
    }

    private Task ControlAsync(string verb, params string[] arguments) => DoAsync("pg_ctl", [verb, "-s", "-w", "-t", "60", "-D", Data, "-l", Path.Combine(folder, "log"), .. arguments]);

    private Task DoAsync(string program, params string[] arguments)
    {
        var path = Path.Combine(Programs ?? throw new InvalidOperationException("PostgreSQL's programs are not on this machine."), program);
        if (user is null)
        {
            return RunAsync(path, arguments);
        }

        var command = string.Join(' ', arguments.Prepend(path).Select(word => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'"));

        return RunAsync("su", ["-s", "/bin/sh", user, "-c", command]);
    }

    private static async Task RunAsync(string program, IEnumerable<string> arguments)
    {
        // Not through pipes: the server inherits them and would keep them open.
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", program, .. arguments]) { WorkingDirectory = "/" })!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
        }
    }

    private static string? FindPrograms()
    {
        var installed = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(path => int.TryParse(Path.GetFileName(path), out var version) ? version : 0).Select(path => Path.Combine(path, "bin"))
            : [];

        return installed.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')).FirstOrDefault(path => File.Exists(Path.Combine(path, "initdb")) && File.Exists(Path.Combine(path, "pg_ctl")));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>A test that starts a PostgreSQL of its own; skipped where that is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsPostgresProgramsFactAttribute : FactAttribute
{
    public NeedsPostgresProgramsFactAttribute() => Skip = PrivatePostgres.Programs is null ? "PostgreSQL's own programs (initdb, pg_ctl) are not installed here." : null;
}
