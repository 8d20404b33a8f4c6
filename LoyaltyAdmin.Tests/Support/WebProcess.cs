using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using LoyaltyAdmin.Domain.Access;

namespace LoyaltyAdmin.Tests.Support;

/// <summary>The web application as a process of its own, on a free port, with a data folder of its own.</summary>
public sealed class WebProcess : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> output = new();
    private readonly ProcessStartInfo start;
    private Process process;

    private WebProcess(ProcessStartInfo start, string url, string dataFolder)
    {
        this.start = start;
        process = new Process { StartInfo = start };
        Url = url;
        DataFolder = dataFolder;
    }

    public string Url { get; }

    /// <summary>Holds the application's database; deleted afterwards.</summary>
    public string DataFolder { get; }

    /// <summary>The application's database in the tests' own process: a second node.</summary>
    public TestDatabase OpenDatabase() =>
        TestDatabase.At(DatabaseKind.Sqlite, start.Environment["ConnectionStrings__Loyalty"]!, SecretKeys.Load(Path.Combine(DataFolder, "loyalty.db.keys.json")));

    /// <summary>Everything the application wrote to the console so far.</summary>
    public string Log => string.Join(Environment.NewLine, output);

    /// <param name="settings">Configuration by key, such as "Database:Provider"; they win over the defaults.</param>
    /// <param name="environment">Name of the hosting environment.</param>
    /// <param name="dataFrom">A data folder to begin with a copy of.</param>
    public static async Task<WebProcess> StartAsync(IReadOnlyDictionary<string, string>? settings = null, string environment = "Development", string? dataFrom = null)
    {
        var dataFolder = Directory.CreateTempSubdirectory("loyalty-web-").FullName;
        Copy(dataFrom, dataFolder);
        var url = $"http://127.0.0.1:{FreePort()}";
        var start = new ProcessStartInfo("dotnet", [TestPaths.WebApplication])
        {
            WorkingDirectory = dataFolder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_TieredPGO"] = "0"; // It lives for seconds: measuring its own code would not pay.
        start.Environment["ASPNETCORE_ENVIRONMENT"] = environment;
        start.Environment["ASPNETCORE_URLS"] = url;
        start.Environment["Database__Provider"] = "Sqlite";
        start.Environment["Demo__History"] = "false";
        start.Environment["ConnectionStrings__Loyalty"] = $"Data Source={Path.Combine(dataFolder, "loyalty.db")}";

        foreach (var (key, value) in settings ?? new Dictionary<string, string>())
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        var web = new WebProcess(start, url, dataFolder);
        try
        {
            await web.RunAsync();

            return web;
        }
        catch
        {
            await web.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the process at once, as a power cut would.</summary>
    public async Task KillAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
    }

    /// <summary>Asks the process to end (SIGTERM), as a deployment does, and waits until it has; answers its exit code.</summary>
    public async Task<int> TerminateAsync(TimeSpan within)
    {
        // A shell has the command built in, wherever it runs.
        using var shell = Process.Start("/bin/sh", ["-c", $"kill -TERM {process.Id}"]);
        using var patience = new CancellationTokenSource(within);
        await process.WaitForExitAsync(patience.Token);

        return process.ExitCode;
    }

    /// <summary>Starts the ended application again: the same address, settings and data.</summary>
    public async Task RestartAsync()
    {
        process.Dispose();
        process = new Process { StartInfo = start };
        await RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process.Dispose();
        Directory.Delete(DataFolder, recursive: true);
    }

    /// <summary>The data of the ended application.</summary>
    public void CopyDataTo(string folder) => Copy(DataFolder, folder);

    private static void Copy(string? from, string to)
    {
        foreach (var file in from is null ? [] : Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task RunAsync()
    {
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        using var client = new HttpClient { BaseAddress = new Uri(Url) };
        var waiting = Stopwatch.StartNew();

        while (waiting.Elapsed < TimeSpan.FromMinutes(5))
        {
            if (process.HasExited)
            {
                break;
            }

            try
            {
                using var response = await client.GetAsync(new Uri("/app.css", UriKind.Relative));
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(100);
        }

        throw new InvalidOperationException($"The web application did not start.{Environment.NewLine}{Log}");
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            output.Enqueue(line);
        }
    }
}
