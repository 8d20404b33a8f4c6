using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>One exported card as it is read: identifiers instead of names, so that the cursor joins nothing per row.</summary>
internal sealed record ExportedCard(
    long Id, string LastFour, byte[]? SealedNumber, long PlanId, GiftCardType CardType, string? BuyerName, string? BuyerPhone, string? BuyerEmail, long StoreId, Channel Channel, string Currency,
    decimal FaceValue, decimal Paid, long Balance, AccountStatus Status, DateTimeOffset SoldAt, DateOnly SoldOn, DateTimeOffset? ExpiresAt, string? OrderNumber, long? ImportId);

/// <summary>One exported transaction as it is read.</summary>
internal sealed record ExportedTransaction(
    long Id, DateTimeOffset At, DateOnly BusinessDay, TransactionType Type, long CardId, string LastFour, byte[]? SealedNumber, long PlanId, string Currency, long Amount, long BalanceAfter, long? Sequence,
    long StoreId, long HomeStoreId, Channel Channel, string? OrderNumber, string ActorName, string? Reason, long? ReversesId);

/// <summary>The names behind the identifiers, read once, and what this export may show.</summary>
internal sealed class ExportNames
{
    private readonly Dictionary<Enum, string> words = [];

    public required IReadOnlyDictionary<long, (string Code, string Name)> Plans { get; init; }
    public required IReadOnlyDictionary<long, (string Code, string Name)> Stores { get; init; }

    /// <summary>Null: numbers are masked.</summary>
    public required CardNumbers? Numbers { get; init; }

    public required bool SeesBuyers { get; init; }

    public static async Task<ExportNames> ReadAsync(LoyaltyDbContext db, CardNumbers? numbers, bool seesBuyers, CancellationToken cancel) => new()
    {
        Plans = await db.GiftCardPlans.Select(p => new { p.Id, p.Code, p.Name }).ToDictionaryAsync(p => p.Id, p => (p.Code, p.Name), cancel),
        Stores = await db.Stores.Select(s => new { s.Id, s.Code, s.Name }).ToDictionaryAsync(s => s.Id, s => (s.Code, s.Name), cancel),
        Numbers = numbers,
        SeesBuyers = seesBuyers,
    };

    public string Number(string lastFour, byte[]? sealedNumber) => Numbers is not null && sealedNumber is not null ? Numbers.Open(sealedNumber) : GiftCard.Mask(lastFour);

    public string Word(Enum value) => words.TryGetValue(value, out var word) ? word : words[value] = ExportWords.Text(value);
}

/// <summary>The columns of the exported lists.</summary>
internal static class GiftCardColumns
{
    public static Sheet<ExportedCard> Cards(ExportNames names) => new Sheet<ExportedCard>("Sold Gift Cards")
        .Integer("Card ID", card => card.Id)
        .Text("Card Number", card => names.Number(card.LastFour, card.SealedNumber))
        .Text("Gift Card", card => names.Plans[card.PlanId].Name)
        .Text("Gift Card Code", card => names.Plans[card.PlanId].Code, new() { Width = 14 })
        .Text("Card Type", card => names.Word(card.CardType), new() { Width = 12 })
        .Text("Status", card => names.Word(GiftCardStatuses.Of(card.Status, card.Balance)), new() { Width = 18 })
        .Text("Currency", card => card.Currency, new() { Width = 10 })
        .Money("Face Value", card => card.FaceValue, Scale)
        .Money("Paid Amount", card => card.Paid, Scale)
        .Money("Balance", card => Major(card.Currency, card.Balance), Scale)
        .Text("Buyer Name", card => names.SeesBuyers ? card.BuyerName : Masks.Name(card.BuyerName))
        .Text("Buyer Phone Number", card => names.SeesBuyers ? card.BuyerPhone : Masks.Phone(card.BuyerPhone))
        .Text("Buyer Email", card => names.SeesBuyers ? card.BuyerEmail : Masks.Email(card.BuyerEmail))
        .Text("Store", card => names.Stores[card.StoreId].Name)
        .Text("Store Code", card => names.Stores[card.StoreId].Code, new() { Width = 12 })
        .Text("Channel", card => card.Channel.Name(), new() { Width = 10 })
        .Text("Order Number", card => card.OrderNumber)
        .Date("Sold Date", card => card.SoldOn)
        .DateTime("Sold At", card => card.SoldAt)
        .DateTime("Expires At", card => card.ExpiresAt)
        .Integer("Import", card => card.ImportId);

    public static Sheet<ExportedTransaction> Transactions(ExportNames names) => new Sheet<ExportedTransaction>("Transaction Details")
        .Integer("Transaction ID", moved => moved.Id)
        .DateTime("Time", moved => moved.At)
        .Date("Business Day", moved => moved.BusinessDay)
        .Text("Type", moved => names.Word(moved.Type), new() { Width = 20 })
        .Integer("Card ID", moved => moved.CardId)
        .Text("Card Number", moved => names.Number(moved.LastFour, moved.SealedNumber))
        .Text("Gift Card", moved => names.Plans[moved.PlanId].Name)
        .Text("Gift Card Code", moved => names.Plans[moved.PlanId].Code, new() { Width = 14 })
        .Text("Currency", moved => moved.Currency, new() { Width = 10 })
        .Money("Amount", moved => Major(moved.Currency, moved.Amount), moved => Currency.Of(moved.Currency).Digits)
        .Money("Balance After", moved => Major(moved.Currency, moved.BalanceAfter), moved => Currency.Of(moved.Currency).Digits)
        .Integer("Sequence", moved => moved.Sequence)
        .Text("Store", moved => names.Stores[moved.StoreId].Name)
        .Text("Store Code", moved => names.Stores[moved.StoreId].Code, new() { Width = 12 })
        .Text("Sold By", moved => names.Stores[moved.HomeStoreId].Name)
        .Text("Sold By Code", moved => names.Stores[moved.HomeStoreId].Code, new() { Width = 12 })
        .Text("Channel", moved => moved.Channel.Name(), new() { Width = 10 })
        .Text("Order Number", moved => moved.OrderNumber)
        .Text("Operator", moved => moved.ActorName)
        .Text("Reason", moved => moved.Reason)
        .Integer("Reverses Transaction", moved => moved.ReversesId);

    /// <summary>Newest first, as the list.</summary>
    public static IAsyncEnumerable<ExportedCard> Read(IQueryable<CardAccount> found, bool withNumbers) => found.OrderByDescending(x => x.Card.Id)
        .Select(x => new ExportedCard(
            x.Card.Id, x.Card.LastFour, withNumbers ? x.Card.SealedNumber : null, x.Card.PlanId, x.Card.CardType, x.Card.BuyerName, x.Card.BuyerPhone, x.Card.BuyerEmail, x.Card.StoreId, x.Card.Channel, x.Card.Currency,
            x.Card.FaceValue, x.Card.Paid, x.Account.Balance, x.Account.Status, x.Card.SoldAt, x.Card.SoldOn, x.Account.UsableUntil, x.Card.OrderNumber, x.Card.ImportId))
        .AsAsyncEnumerable();

    /// <summary>Newest first, as the list.</summary>
    public static IAsyncEnumerable<ExportedTransaction> Read(LoyaltyDbContext db, IQueryable<LedgerTransaction> found, bool withNumbers) => found
        .Join(db.GiftCards, moved => moved.AccountId, card => card.AccountId, (moved, card) => new { Moved = moved, Card = card })
        .OrderByDescending(x => x.Moved.Id)
        .Select(x => new ExportedTransaction(
            x.Moved.Id, x.Moved.At, x.Moved.BusinessDay, x.Moved.Type, x.Card.Id, x.Card.LastFour, withNumbers ? x.Card.SealedNumber : null, x.Card.PlanId, x.Moved.Currency, x.Moved.Amount, x.Moved.BalanceAfter, x.Moved.Sequence,
            x.Moved.StoreId, x.Moved.HomeStoreId, x.Moved.Channel, x.Moved.OrderNumber, x.Moved.ActorName, x.Moved.Reason, x.Moved.ReversesId))
        .AsAsyncEnumerable();

    private static int Scale(ExportedCard card) => Currency.Of(card.Currency).Digits;

    private static decimal Major(string currency, long minor) => Currency.Of(currency).ToMajor(minor);
}

/// <summary>The columns of the finance reports.</summary>
internal static class ReconciliationColumns
{
    public static Sheet<RollForwardRow> RollForward(ReconciliationPeriod period)
    {
        var sheet = new Sheet<RollForwardRow>("Reconciliation")
            .Text("Currency", row => row.Currency, new() { Width = 10 })
            .Text("Store", row => row.StoreName)
            .Text("Store Code", row => row.StoreCode, new() { Width = 12 });
        sheet = period == ReconciliationPeriod.Day
            ? sheet.Date("Business Day", row => row.From)
            : sheet.Date("From", row => row.From).Date("To", row => row.To);

        return Amount(Amount(Amount(Amount(Amount(Amount(Amount(Amount(Amount(Amount(sheet,
            "Opening", row => row.Opening), "Issued", row => row.Movements.Issued), "Imported", row => row.Movements.Imported), "Recharged", row => row.Movements.Recharged),
            "Consumed", row => row.Movements.Consumed), "Reversed", row => row.Movements.Reversed), "Refunded", row => row.Movements.Refunded), "Expired", row => row.Movements.Expired),
            "Adjusted", row => row.Movements.Adjusted), "Closing", row => row.Closing);
    }

    public static readonly Sheet<InterStoreRow> InterStore = new Sheet<InterStoreRow>("Inter-store")
        .Date("Month", row => row.Month)
        .Text("Currency", row => row.Currency, new() { Width = 10 })
        .Text("Sold At", row => row.SoldAtName)
        .Text("Sold At Code", row => row.SoldAtCode, new() { Width = 12 })
        .Text("Redeemed At", row => row.RedeemedAtName)
        .Text("Redeemed At Code", row => row.RedeemedAtCode, new() { Width = 12 })
        .Money("Redeemed", row => row.Major(row.Redeemed), row => Currency.Of(row.Currency).Digits);

    public static readonly Sheet<InterStoreNet> Net = new Sheet<InterStoreNet>("Net")
        .Text("Currency", row => row.Currency, new() { Width = 10 })
        .Text("Pays", row => row.PayerName)
        .Text("Pays Code", row => row.PayerCode, new() { Width = 12 })
        .Text("Receives", row => row.PayeeName)
        .Text("Receives Code", row => row.PayeeCode, new() { Width = 12 })
        .Money("Amount", row => row.Major(row.Amount), row => Currency.Of(row.Currency).Digits);

    private static Sheet<RollForwardRow> Amount(Sheet<RollForwardRow> sheet, string header, Func<RollForwardRow, long> minor) =>
        sheet.Money(header, row => row.Major(minor(row)), row => Currency.Of(row.Currency).Digits);
}
