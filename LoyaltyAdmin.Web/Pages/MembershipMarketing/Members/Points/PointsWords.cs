using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Points;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Web.Components;

namespace LoyaltyAdmin.Web.Pages.MembershipMarketing.Members.Points;

/// <summary>How points and their movements are named.</summary>
public static class PointsWords
{
    public const string List = "/members/points";
    public const string Settings = $"{List}/settings";

    public static string Code => Currency.Points.Code;

    public static string Of(TransactionType type) => type switch
    {
        TransactionType.Earning => "Earned",
        TransactionType.EarningReversal => "Taken back",
        TransactionType.Grant => "Given",
        TransactionType.Consumption => "Spent",
        TransactionType.ConsumptionReversal => "Spending given back",
        TransactionType.Expiry => "Expired",
        TransactionType.Adjustment => "Adjusted",
        TransactionType.Transfer => "Merged",
        _ => Words.Of(type),
    };

    public static string Of(PointExpiry expiry) => expiry switch
    {
        PointExpiry.RollingMonths => "After some months",
        PointExpiry.EndOfMonth => "At the end of the month, after some months",
        PointExpiry.EndOfYear => "At the end of the year, after some months",
        _ => "Never",
    };
}
