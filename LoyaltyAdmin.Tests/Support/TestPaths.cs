using System.Reflection;

namespace LoyaltyAdmin.Tests.Support;

/// <summary>Where the build put things.</summary>
public static class TestPaths
{
    public static string RepositoryRoot { get; } = Built("RepositoryRoot");

    public static string WebApplication { get; } = Built("WebApplication");

    private static string Built(string key) =>
        Path.GetFullPath(typeof(TestPaths).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(m => m.Key == key).Value!);
}
