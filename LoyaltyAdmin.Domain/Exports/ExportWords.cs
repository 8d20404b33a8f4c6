using System.Globalization;
using Humanizer;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Exports;

/// <summary>A filter in words, for the file's header lines, the history and the audit trail. Whom or which card was looked for is never said.</summary>
public static class ExportWords
{
    /// <summary>The name of the exported list, as on its tab.</summary>
    public static string Title(ExportKind kind) => kind switch
    {
        ExportKind.SoldGiftCards => "Sold Gift Cards",
        ExportKind.GiftCardTransactions => "Transaction Details",
        ExportKind.LiabilityRollForward => "Liability roll-forward",
        _ => "Inter-store settlement",
    };

    internal static async Task<string> OfAsync(LoyaltyDbContext db, ExportRequest request, CancellationToken cancel)
    {
        var words = new List<string>();
        async Task StoreAsync(string label, long? id)
        {
            if (id is { } storeId)
            {
                Add(label, await db.Stores.Where(s => s.Id == storeId).Select(s => s.Code + " " + s.Name).FirstOrDefaultAsync(cancel));
            }
        }

        void Add(string label, object? value)
        {
            if (value is not null and not "")
            {
                words.Add($"{label}: {Text(value)}");
            }
        }

        await StoreAsync("View", request.StoreView);
        if (request.Cards is { } cards)
        {
            Add("Card number", cards.Number is { Length: > 0 } ? "one number" : null);
            Add("Buyer", cards.Buyer is { Length: > 0 } ? "a text" : null);
            Add("Gift card", cards.PlanId is { } planId ? await db.GiftCardPlans.Where(p => p.Id == planId).Select(p => p.Code + " " + p.Name).FirstOrDefaultAsync(cancel) : null);
            await StoreAsync("Store", cards.StoreId);
            Add("Channel", cards.Channel?.Name());
            Add("Status", cards.Status);
            Add("Card type", cards.CardType);
            Add("Currency", cards.Currency);
            Add("Sold", Range(cards.SoldFrom, cards.SoldTo));
            Add("Balance", Range(cards.BalanceFrom, cards.BalanceTo));
            Add("Expires before", cards.ExpiresBefore);
            Add("Import", cards.ImportId);
        }

        if (request.Transactions is { } moved)
        {
            Add("Card number", moved.Number is { Length: > 0 } || moved.CardId is not null ? "one card" : null);
            Add("Type", moved.Type);
            await StoreAsync("Store", moved.StoreId);
            await StoreAsync("Sold by", moved.HomeStoreId);
            Add("Channel", moved.Channel?.Name());
            Add("Currency", moved.Currency);
            Add("Business days", Range(moved.From, moved.To));
            Add("Amount", Range(moved.AmountFrom, moved.AmountTo));
            Add("Balance after", Range(moved.BalanceFrom, moved.BalanceTo));
            Add("Gift card", moved.PlanId is { } soldPlan ? await db.GiftCardPlans.Where(p => p.Id == soldPlan).Select(p => p.Code + " " + p.Name).FirstOrDefaultAsync(cancel) : null);
            Add("Order number", moved.OrderNumber);
            Add("Reason", moved.Reason is { Length: > 0 } ? "a text" : null);
            Add("Operator", moved.Operator);
            Add("Transaction", moved.TransactionId);
        }

        if (request.Reconciliation is { } report)
        {
            Add("Business days", Range<DateOnly>(report.From, report.To));
            Add("By", report.Period);
            await StoreAsync("Store", report.StoreId);
            Add("Currency", report.Currency);
        }

        return words.Count == 0 ? "All" : string.Join("; ", words);
    }

    internal static string Text(object value) => value switch
    {
        Enum named => named.Humanize(LetterCasing.Sentence),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static string? Range<T>(T? from, T? to) where T : struct => (from, to) switch
    {
        (null, null) => null,
        ({ } low, null) => $"from {Text(low)}",
        (null, { } high) => $"to {Text(high)}",
        ({ } low, { } high) => $"{Text(low)} to {Text(high)}",
    };
}
