using System.Globalization;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Points;

/// <summary>What members are told about their points.</summary>
internal static class PointsNews
{
    /// <param name="reason">What for.</param>
    public static MessageRequest Earned(LedgerTransaction earned, long memberId, string? reason) => new(MessageScenario.PointsEarned, memberId, string.Create(CultureInfo.InvariantCulture, $"ledger:{earned.Id}"))
    {
        Variables = new Dictionary<string, string?> { ["points"] = Text(earned.Amount), ["balance"] = Text(earned.BalanceAfter), ["reason"] = reason },
        // News of last week is none.
        NotAfter = earned.At.AddDays(7),
    };

    public static string Text(long minor) => Currency.Points.ToMajor(minor).ToString("#,##0.##", CultureInfo.InvariantCulture);
}
