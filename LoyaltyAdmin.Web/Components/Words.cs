using System.Globalization;
using Humanizer;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Web.Components;

/// <summary>The documents' words for values; an unnamed value reads as its name in plain words.</summary>
public static class Words
{
    public static string Of<TEnum>(TEnum value) where TEnum : struct, Enum => value switch
    {
        GiftCardType.Electronic => "Electronic Card",
        GiftCardType.Physical => "Physical Card",
        GiftCardStatus.PendingActivation => "Pending activation",
        GiftCardStatus.UsedUp => "Used up",
        GiftCardRefundPolicy.PaidMinusUsed => "Paid minus used",
        GiftCardRefundPolicy.ProRata => "Pro rata",
        Channel channel => channel.Name(),
        Channels channels => channels.Name(),
        TransactionType.ConsumptionReversal => "Consumption reversal",
        TransactionType.ExpiryReversal => "Expiry reversal",
        TransactionType.ValidityExtension => "Validity extension",
        TransactionType.ImportOpening => "Import opening",
        TransactionType.ImportRollback => "Import rollback",
        Permission.ApiClientsManage => "API clients manage",
        ApprovalKind.GiftCardRefund => "Gift card refund",
        ApprovalKind.GiftCardAdjustment => "Gift card adjustment",
        ApprovalKind.GiftCardImport => "Gift card import",
        ApprovalKind.GiftCardNumberExport => "Card number export",
        ApprovalKind.WalletWithdrawal => "Wallet payout",
        ApprovalKind.UserAccess => "User's rights",
        ApprovalKind.RoleAccess => "Role's rights",
        _ => value.ToString().Humanize(LetterCasing.Sentence),
    };

    /// <summary>A language's name by its code, e.g. French for <c>fr</c>; a code nobody knows stays as it is.</summary>
    public static string Language(string? code)
    {
        try
        {
            return code is null ? "–" : CultureInfo.GetCultureInfo(code, predefinedOnly: true).EnglishName;
        }
        catch (CultureNotFoundException)
        {
            return code!;
        }
    }

    /// <summary>“ConsumptionReversal” reads “Consumption reversal”.</summary>
    public static string Plain(string name) => string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) && !char.IsUpper(name[i - 1]) ? $" {char.ToLowerInvariant(c)}" : c.ToString()));
}
