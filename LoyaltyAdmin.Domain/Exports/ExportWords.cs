using System.Globalization;
using Humanizer;

namespace LoyaltyAdmin.Domain.Exports;

/// <summary>The words of exports: for the file's header lines, the history and the audit trail.</summary>
public static class ExportWords
{
    /// <summary>The name of the exported list, as on its tab.</summary>
    public static string Title(ExportKind kind) => kind switch
    {
        ExportKind.SoldGiftCards => "Sold Gift Cards",
        ExportKind.GiftCardTransactions => "Transaction Details",
        ExportKind.LiabilityRollForward => "Liability roll-forward",
        ExportKind.InterStoreSettlement => "Inter-store settlement",
        _ => kind.Humanize(LetterCasing.Title),
    };

    internal static string Text(object value) => value switch
    {
        Enum named => named.Humanize(LetterCasing.Sentence),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
