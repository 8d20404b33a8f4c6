using System.Diagnostics;
using System.Globalization;
using LoyaltyAdmin.Domain.Demo;
using LoyaltyAdmin.Domain.Ledger;

namespace LoyaltyAdmin.Web;

/// <summary>The command <c>generate --cards 1000000 --transactions 5000000</c>: fills the database for measuring, checks its ledger and ends.</summary>
public static class Generate
{
    private const string Usage = "Usage: generate --cards NUMBER --transactions NUMBER (at least one transaction per card).";

    /// <summary>False: the command line asks for something else.</summary>
    /// <exception cref="StartupException">The numbers are wrong.</exception>
    public static async Task<bool> GenerateAsync(this WebApplication app, string[] args)
    {
        if (args is not ["generate", ..])
        {
            return false;
        }

        if (args is not [_, "--cards", var c, "--transactions", var t] || !int.TryParse(c, NumberStyles.None, CultureInfo.InvariantCulture, out var cards)
            || !int.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out var transactions) || cards < 1 || transactions < cards)
        {
            throw new StartupException(Usage);
        }

        var started = Stopwatch.GetTimestamp();
        await app.Services.GetRequiredService<DataGenerator>().GenerateAsync(cards, transactions, Say);
        Say("Checking the ledger");
        var findings = await app.Services.GetRequiredService<LedgerInvariants>().CheckAsync();
        Say(findings.Count == 0 ? "The ledger ties out" : string.Join(Environment.NewLine, findings));

        return findings.Count == 0 ? true : throw new StartupException("The generated ledger does not tie out.");

        void Say(string text) => Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(started).TotalSeconds,7:N1} s  {text}"));
    }
}
