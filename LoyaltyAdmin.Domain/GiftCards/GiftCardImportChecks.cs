using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>The rules a row of one file is held against. A sentence never repeats what the cell holds: it may be personal.</summary>
internal sealed class GiftCardImportChecks(IEnumerable<GiftCardPlan> plans, IEnumerable<Store> stores, Grant grant, CardNumbers numbers, DateTimeOffset now) : ImportChecks<ImportedCard>
{
    private static readonly DateOnly earliest = new(2000, 1, 1);
    private static readonly DateOnly latest = new(2199, 12, 31);

    private readonly Dictionary<string, GiftCardPlan> plans = plans.ToDictionary(plan => plan.Code, StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Store> stores = stores.Where(store => grant.Sees(store.Id)).ToDictionary(store => store.Code, StringComparer.OrdinalIgnoreCase);
    private readonly GiftCardImportTally tally = new();
    private readonly Dictionary<string, int> rowOfNumber = new(StringComparer.Ordinal);

    public override ImportedCard? Check(SheetRow row, Action<string, string, string> error)
    {
        var number = NumberOf(row, error);
        var plan = PlanOf(row, error);
        var store = StoreOf(row, plan, error);
        var (amount, paid) = Amounts(row, plan, error);
        var code = CodeOf(row, error);
        var (name, phone, email, order) = Contact(row, error);
        var soldOn = row.Date(GiftCardImportSheet.SoldDate);
        var expiresOn = row.Date(GiftCardImportSheet.ExpiryDate);
        Dates(soldOn, expiresOn, plan, store, error);

        return number is null || plan is null || store is null ? null : new ImportedCard
        {
            Number = number,
            Plan = plan.Code,
            Store = store.Code,
            Amount = amount,
            Paid = paid,
            Code = code,
            BuyerName = name,
            BuyerPhone = phone,
            BuyerEmail = email,
            OrderNumber = order,
            SoldOn = soldOn,
            ExpiresOn = expiresOn,
            Activate = row.Boolean(GiftCardImportSheet.Activate) ?? false,
        };
    }

    /// <summary>
    /// The instant a card's validity ends: after its last day in the store's zone, or by the plan's validity from the sale.
    /// </summary>
    public static DateTimeOffset? UsableUntil(DateOnly? soldOn, DateOnly? expiresOn, GiftCardRules rules, TimeZoneInfo zone, DateTimeOffset now) =>
        expiresOn is { } last ? zone.StartOf(last.AddDays(1)) : rules.Validity.EndFor(soldOn is { } day ? zone.StartOf(day) : now, zone);

    public override async Task<IReadOnlyDictionary<int, RowFault>> AgainstDatabaseAsync(LoyaltyDbContext db, IReadOnlyList<ImportedCard> rows, CancellationToken cancel) =>
        await TakenAsync(db, [.. rows.Select(card => numbers.HashNumber(card.Number))], cancel);

    public override void Add(ImportedCard card) => tally.Add(card.Number, plans[card.Plan].Currency, card.Amount);

    public override string? ValueSummary => tally.Summary;

    public override decimal Value => tally.Largest;

    public override RowFault? Warning => tally.Warning is { } warning ? new RowFault(GiftCardImportSheet.Number, "sequential_numbers", warning) : null;

    /// <summary>The cards of these hashes that exist already, by their place.</summary>
    public static async Task<IReadOnlyDictionary<int, RowFault>> TakenAsync(LoyaltyDbContext db, byte[][] hashes, CancellationToken cancel)
    {
        HashSet<string> taken = [.. (await db.GiftCards.Where(card => hashes.Contains(card.NumberHash)).Select(card => card.NumberHash).ToListAsync(cancel)).Select(Convert.ToHexString)];

        return Enumerable.Range(0, hashes.Length).Where(i => taken.Contains(Convert.ToHexString(hashes[i])))
            .ToDictionary(i => i, _ => new RowFault(GiftCardImportSheet.Number, "number_taken", "A card with this number already exists."));
    }

    private string? NumberOf(SheetRow row, Action<string, string, string> error)
    {
        if (row.Text(GiftCardImportSheet.Number) is not { } text)
        {
            return null;
        }

        var number = CardNumbers.Normalise(text);
        if (CardNumbers.Fault(number) is { } fault)
        {
            error(GiftCardImportSheet.Number, PaymentCards.Contains(number) ? "payment_card" : "number_invalid", fault);

            return null;
        }

        if (!rowOfNumber.TryAdd(number, row.RowNumber))
        {
            error(GiftCardImportSheet.Number, "number_twice", string.Create(CultureInfo.InvariantCulture, $"The card number is in row {rowOfNumber[number]} already."));

            return null;
        }

        return number;
    }

    private GiftCardPlan? PlanOf(SheetRow row, Action<string, string, string> error)
    {
        if (row.Text(GiftCardImportSheet.Plan) is not { } code)
        {
            return null;
        }

        if (!plans.TryGetValue(code, out var plan))
        {
            error(GiftCardImportSheet.Plan, "plan_unknown", "There is no gift card with this code. Codes are on the Gift Cards tab and in the template's list.");
        }
        else if (plan is not { Status: GiftCardPlanStatus.Active, TermsId: not null })
        {
            error(GiftCardImportSheet.Plan, "plan_inactive", "The gift card is not active. Activate it first.");
        }

        return plan;
    }

    private Store? StoreOf(SheetRow row, GiftCardPlan? plan, Action<string, string, string> error)
    {
        if (row.Text(GiftCardImportSheet.Store) is not { } code)
        {
            return null;
        }

        // Another company's or colleague's store and a store that does not exist look alike.
        if (!stores.TryGetValue(code, out var store) || !store.IsOpen)
        {
            error(GiftCardImportSheet.Store, "store_unknown", "There is no open store with this code among your stores.");
        }
        else if (plan is not null && !plan.Rules.Stores.Allows(store.Id))
        {
            error(GiftCardImportSheet.Store, "plan_not_sold_here", "The gift card does not apply to this store (Applicable Stores).");
        }

        return store;
    }

    private static (decimal Amount, decimal Paid) Amounts(SheetRow row, GiftCardPlan? plan, Action<string, string, string> error)
    {
        var amount = row.Money(GiftCardImportSheet.Amount);
        var paid = row.Money(GiftCardImportSheet.Paid);
        if (plan is null || amount is not { } value)
        {
            return default;
        }

        var currency = Currency.Of(plan.Currency);
        if (!currency.Fits(value))
        {
            error(GiftCardImportSheet.Amount, "too_many_decimals", $"An amount of {currency.Code} has at most {currency.Digits} decimals.");
        }

        if (value <= 0)
        {
            error(GiftCardImportSheet.Amount, "amount_not_positive", "The amount must be above 0.");
        }

        var price = plan.Rules.PriceOf(value);
        if (price is null)
        {
            error(GiftCardImportSheet.Amount, "amount_not_sold", "The gift card is not sold with this value: use one of its denominations, or an amount within its custom range.");
        }

        if (paid is { } given && (given < 0 || given > value || !currency.Fits(given)))
        {
            error(GiftCardImportSheet.Paid, "paid_invalid", $"The paid amount is between 0 and the amount, with at most {currency.Digits} decimals.");
        }

        return (value, paid ?? price ?? value);
    }

    private static string? CodeOf(SheetRow row, Action<string, string, string> error)
    {
        if (row.Text(GiftCardImportSheet.Code) is not { } text)
        {
            return null;
        }

        var code = CardNumbers.Normalise(text);
        if (code.Length is < 4 or > 16 || !code.All(char.IsAsciiLetterOrDigit))
        {
            error(GiftCardImportSheet.Code, "code_invalid", "A security code has 4 to 16 letters and digits.");
        }

        return code;
    }

    private static (string? Name, string? Phone, string? Email, string? Order) Contact(SheetRow row, Action<string, string, string> error)
    {
        var (name, phone, email, order) = (row.Text(GiftCardImportSheet.BuyerName), row.Text(GiftCardImportSheet.BuyerPhone), row.Text(GiftCardImportSheet.BuyerEmail), row.Text(GiftCardImportSheet.OrderNumber));
        if (phone is not null && Inputs.NormalisePhone(phone) is null)
        {
            error(GiftCardImportSheet.BuyerPhone, "phone_invalid", "Enter an international number such as +1 212 555 0100.");
        }

        if (email is not null && new FieldErrors().Email("", "", email).All.Count > 0)
        {
            error(GiftCardImportSheet.BuyerEmail, "email_invalid", "Enter an e-mail address such as name@example.com.");
        }

        return (name, Inputs.NormalisePhone(phone), email, order);
    }

    private void Dates(DateOnly? soldOn, DateOnly? expiresOn, GiftCardPlan? plan, Store? store, Action<string, string, string> error)
    {
        if (plan is null || store is null)
        {
            return;
        }

        var today = store.Zone.DayOf(now);
        if (soldOn is { } sold && (sold > today || sold < earliest))
        {
            error(GiftCardImportSheet.SoldDate, "sold_date_invalid", "The sold date lies in the future or before 2000.");

            return;
        }

        if (expiresOn is { } last && (last < today || last < soldOn || last > latest))
        {
            error(GiftCardImportSheet.ExpiryDate, "expiry_date_invalid", "The expiry date has passed, or is before the sold date.");
        }
        else if (expiresOn is null && UsableUntil(soldOn, null, plan.Rules, store.Zone, now) <= now)
        {
            error(GiftCardImportSheet.SoldDate, "already_expired", "By the gift card's validity period the card has expired already. Enter an expiry date to import it as valid.");
        }
    }
}
