using System.Reflection;
using BenchmarkDotNet.Running;
using LoyaltyAdmin.Benchmarks;

if (args is ["ledger", ..])
{
    await LedgerBenchmark.RunAsync(args[1..]);
}
else
{
    BenchmarkSwitcher.FromAssembly(Assembly.GetExecutingAssembly()).Run(args);
}
