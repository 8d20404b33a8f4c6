using System.Globalization;
using LoyaltyAdmin.Domain;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Imports;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Tests.Support;

/// <summary>What this assembly does when it is started as a process of its own: work that a test can kill at any moment.</summary>
public static class ChildProgram
{
    /// <summary>Said on the console when the work begins.</summary>
    public const string Ready = "ready";

    public static async Task<int> Main(string[] args)
    {
        if (args is not ["import", var kind, var connectionString, var keyFile, var ticks])
        {
            return 2;
        }

        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<TimeProvider>(new TestClock { Now = new DateTimeOffset(long.Parse(ticks, CultureInfo.InvariantCulture), TimeSpan.Zero) })
            .AddSingleton(SecretKeys.Load(keyFile))
            .AddLoyaltyDatabase(kind, connectionString)
            .AddLoyaltyDomain()
            .BuildServiceProvider();
        var work = services.GetRequiredService<ImportWork>();
        Console.WriteLine(Ready);
        while (await work.RunOnceAsync() is not null)
        {
            // Until nothing waits.
        }

        return 0;
    }
}
