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
    default:
        BenchmarkSwitcher.FromAssembly(Assembly.GetExecutingAssembly()).Run(args);
        break;
}
