using System.Reflection;
using BenchmarkDotNet.Running;
using LoyaltyAdmin.Benchmarks;

switch (args)
{
    case ["ledger", .. var rest]:
        await LedgerBenchmark.RunAsync(rest);
        break;
    case ["http", .. var rest]:
        await HttpBenchmark.RunAsync(rest);
        break;
    case ["import", .. var rest]:
        await FilesBenchmark.ImportAsync(rest);
        break;
    case ["import-once", var database, var file]:
        await FilesBenchmark.ImportOnceAsync(database, file);
        break;
    case ["export", .. var rest]:
        await FilesBenchmark.ExportAsync(rest);
        break;
    case ["export-memory", .. var rest]:
        await ExportMemoryBenchmark.RunAsync(rest);
        break;
    case ["export-once", var provider, var connectionString, var rows]:
        await ExportMemoryBenchmark.OnceAsync(provider, connectionString, rows);
        break;
    case ["reconciliation", .. var rest]:
        await ReconciliationBenchmark.RunAsync(rest);
        break;
    case ["browser", .. var rest]:
        await BrowserBenchmark.RunAsync(rest);
        break;
    case ["lists", .. var rest]:
        await ListBenchmark.RunAsync(rest);
        break;
    case ["orders", .. var rest]:
        await OrderBenchmark.RunAsync(rest);
        break;
    case ["messages", .. var rest]:
        await MessageBenchmark.RunAsync(rest);
        break;
    case ["gifts", .. var rest]:
        await GiftBenchmark.RunAsync(rest);
        break;
    case ["member-page", .. var rest]:
        await MemberPageBenchmark.RunAsync(rest);
        break;
    case ["segments", .. var rest]:
        await SegmentBenchmark.RunAsync(rest);
        break;
    default:
        BenchmarkSwitcher.FromAssembly(Assembly.GetExecutingAssembly()).Run(args);
        break;
}
