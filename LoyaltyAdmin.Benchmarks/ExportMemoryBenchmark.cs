using System.Diagnostics;
using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.GiftCards;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>
/// P1's second half: the memory of an export grows with its rows by at most 40 MB from 10,000 to 500,000. Every export runs in a process of its own,
/// in turns over the sizes; the highest resident set is the kernel's. DOTNET_gcServer=1 collects as the web application does.
/// <code>dotnet run -c Release --project LoyaltyAdmin.Benchmarks -- export-memory [Sqlite|PostgreSql] [connection string of a generated database] [rounds] [most rows]</code>
/// </summary>
internal static class ExportMemoryBenchmark
{
    private static readonly int[] sizes = [10_000, 100_000, 500_000];

    public static async Task RunAsync(string[] args)
    {
        var rounds = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 3;
        await using var company = await GeneratedCompany.OpenAsync(args.Length > 0 ? args[0] : "Sqlite", args.Length > 1 ? args[1] : null, 100_000, 600_000);
        var most = args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : int.MaxValue;
        var measured = sizes.Where(size => size <= most).ToArray();
        var results = measured.ToDictionary(size => size, _ => new List<double[]>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var size in measured)
            {
                results[size].Add(await ChildAsync(company, size));
            }
        }

        Console.WriteLine($"{company.Provider}\n\n| rows | peak MB | of it before the export | s | file MB | live heap MB |\n|---|---|---|---|---|---|");
        foreach (var (_, runs) in results)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {Median(runs, 0):N0} | {Median(runs, 1):N0} | {Median(runs, 2):N0} | {Median(runs, 3):N1} | {Median(runs, 4):N1} | {Median(runs, 5):N1} |"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\nGrowth from the smallest to the largest: {Median(results[measured[^1]], 1) - Median(results[measured[0]], 1):+0;-0} MB (limit +40)"));
    }

    /// <summary>One export of the newest transactions, whole days of them; the figures go to the console.</summary>
    public static async Task OnceAsync(string provider, string connectionString, string rows)
    {
        await using var company = await GeneratedCompany.OpenAsync(provider, connectionString);
        var wanted = int.Parse(rows, CultureInfo.InvariantCulture);
        await ForgetLeftoversAsync(company);
        var (from, last) = await NewestDaysAsync(company, wanted);

        // A first export compiles the code and fills the pools.
        await ExportAsync(company, new() { From = last, To = last });
        var before = PeakMegabytes();
        var (watch, live) = (Stopwatch.StartNew(), 0.0);
        var export = ExportAsync(company, new() { From = from, To = last });
        while (await Task.WhenAny(export, Task.Delay(50)) != export)
        {
            live = Math.Max(live, LiveMegabytes());
        }

        var (done, seconds) = (await export, watch.Elapsed.TotalSeconds);
        Console.WriteLine(string.Join(' ', new[] { done.Rows, PeakMegabytes(), before, seconds, (done.FileSize ?? 0) / 1e6, live }.Select(figure => figure.ToString("F2", CultureInfo.InvariantCulture))));
    }

    // A killed run leaves its export waiting, sealed with keys nobody has any more, and its lease; without this the next run would meet them first.
    private static Task ForgetLeftoversAsync(GeneratedCompany company) => company.Get<LoyaltyDatabase>().WriteAsync(Actor.System, async db =>
    {
        await db.ExportJobs.Where(job => job.Status == ExportStatus.Waiting || job.Status == ExportStatus.Running)
            .ExecuteUpdateAsync(set => set.SetProperty(job => job.Status, ExportStatus.Failed).SetProperty(job => job.Failure, "Left over from an earlier run of the benchmark."));
        await db.JobLeases.Where(lease => lease.Id == "exports").ExecuteDeleteAsync();
    });

    // Whole days from the newest back, until there are enough rows; counted in one pass, not sorted.
    private static async Task<(DateOnly From, DateOnly Last)> NewestDaysAsync(GeneratedCompany company, int wanted)
    {
        await using var db = await company.Get<LoyaltyDatabase>().ReadAsync();
        var days = await db.LedgerTransactions.GroupBy(t => t.BusinessDay).Select(day => new { day.Key, Count = day.Count() }).OrderByDescending(day => day.Key).ToListAsync();
        var rows = 0;
        var taken = days.TakeWhile(day => rows < wanted && (rows += day.Count) > 0).ToList();

        return (taken[^1].Key, taken[0].Key);
    }

    private static async Task<ExportSummary> ExportAsync(GeneratedCompany company, GiftCardTransactionFilter filter)
    {
        var exports = company.Get<Exports>();
        var ticket = await exports.RequestAsync(Actor.System, new ExportRequest { Kind = ExportKind.GiftCardTransactions, Transactions = filter });
        await company.Get<ExportWork>().RunOnceAsync();
        var done = await exports.GetAsync(Actor.System, ticket.ExportId!.Value);

        return done.Status == ExportStatus.Ready ? done : throw new InvalidOperationException($"{done.Status}: {done.Failure}");
    }

    private static async Task<double[]> ChildAsync(GeneratedCompany company, int size)
    {
        using var child = Process.Start(new ProcessStartInfo("dotnet", [typeof(ExportMemoryBenchmark).Assembly.Location, "export-once", company.Provider, company.ConnectionString, size.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true })!;
        var figures = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        if (child.ExitCode != 0)
        {
            throw new InvalidOperationException($"The export of {size} rows ended with {child.ExitCode}; its own words are above.");
        }

        Console.Error.WriteLine($"{size} rows: {figures.Trim()}");

        return [.. figures.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(figure => double.Parse(figure, CultureInfo.InvariantCulture))];
    }

    // What the last collection found alive, whatever the process keeps beside it.
    private static double LiveMegabytes()
    {
        var last = GC.GetGCMemoryInfo();

        return (last.HeapSizeBytes - last.FragmentedBytes) / (1024.0 * 1024);
    }

    private static double PeakMegabytes()
    {
        using var process = Process.GetCurrentProcess();

        return process.PeakWorkingSet64 / (1024.0 * 1024);
    }

    private static double Median(List<double[]> runs, int figure) => runs.Select(run => run[figure]).Order().ElementAt(runs.Count / 2);
}
