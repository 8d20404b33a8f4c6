using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Reflection;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>The web application of this build as a process of its own, as in production.</summary>
internal sealed record WebServer(Process Process, IPEndPoint Address) : IDisposable
{
    /// <param name="provider">Database provider.</param>
    /// <param name="connectionString">Its database.</param>
    /// <param name="keyFile">The keys the database was made with.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="settings">Further configuration by environment name.</param>
    public static async Task<WebServer> StartAsync(string provider, string connectionString, string keyFile, string folder, params (string Name, string Value)[] settings)
    {
        var application = Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "WebApplication").Value!;
        var address = new IPEndPoint(IPAddress.Loopback, int.Parse(Environment.GetEnvironmentVariable("BENCH_PORT") ?? "5121", CultureInfo.InvariantCulture));
        var start = new ProcessStartInfo("dotnet", [application]) { WorkingDirectory = folder, RedirectStandardOutput = true };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["ASPNETCORE_URLS"] = $"http://{address}";
        start.Environment["Database__Provider"] = provider;
        start.Environment["ConnectionStrings__Loyalty"] = connectionString;
        start.Environment["Security__KeyFile"] = keyFile;
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var deadline = Stopwatch.StartNew();
        while (deadline.Elapsed < TimeSpan.FromSeconds(60) && !process.HasExited)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(address);

                return new WebServer(process, address);
            }
            catch (SocketException)
            {
                await Task.Delay(200);
            }
        }

        throw new InvalidOperationException($"{application} did not start. Build LoyaltyAdmin.Web in Release first.");
    }

    public async Task EndAsync()
    {
        Process.Kill();
        await Process.WaitForExitAsync();
    }

    public void Dispose() => Process.Dispose();
}
