using System.Diagnostics;
using LoyaltyAdmin.Tests.Support;

namespace LoyaltyAdmin.Tests.Access;

public sealed class StartupTests
{
    [Theory]
    [InlineData("Oracle", "x", "Use Sqlite, PostgreSql or SqlServer")]
    [InlineData("PostgreSql", "Host=127.0.0.1;Port=1;Username=x;Password=never-shown", "cannot be opened")]
    [InlineData("SqlServer", "Server=127.0.0.1,1;Connect Timeout=2;Password=never-shown;User Id=x", "cannot be opened")]
    [InlineData("PostgreSql", "", "ConnectionStrings:Loyalty is not set")]
    public async Task A_database_that_cannot_be_used_ends_the_start_with_one_sentence(string provider, string connection, string sentence)
    {
        var folder = Directory.CreateTempSubdirectory("loyalty-start-").FullName;
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [TestPaths.WebApplication]) { WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true },
        };
        process.StartInfo.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        process.StartInfo.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        process.StartInfo.Environment["Database__Provider"] = provider;
        process.StartInfo.Environment["ConnectionStrings__Loyalty"] = connection;

        process.Start();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(90)).Token);
        Directory.Delete(folder, recursive: true);

        process.ExitCode.ShouldBe(1);
        (await errors).Trim().Split('\n').ShouldHaveSingleItem().ShouldContain(sentence);
        (await output + await errors).ShouldNotContain("never-shown");
        (await output).ShouldBeEmpty();
    }
}
