using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>The rules a row of one file is held against. A sentence never repeats what the cell holds: it may be personal.</summary>
internal sealed class GiftCardImportChecks(IEnumerable<GiftCardPlan> plans, IEnumerable<Store> stores, Grant grant, DateTimeOffset now)
{
    private static readonly DateOnly earliest = new(2000, 1, 1);
    private static readonly DateOnly latest = new(2199, 12, 31);

    private readonly Dictionary<string, GiftCardPlan> plans = plans.ToDictionary(plan => plan.Code, StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Store> stores = stores.Where(store => grant.Sees(store.Id)).ToDictionary(store => store.Code, StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, int> rowOfNumber = new(StringComparer.Ordinal);

    /// <summary>The row's card, or null and what is wrong with it.</summary>
    public ImportedCard? Check(SheetRow row, List<CellError> errors)
    {
        errors.AddRange(row.Errors);
        void Error(string column, string code, string sentence)
        {
            if (!errors.Exists(error => error.Column == column))
            {
                errors.Add(row.Error(column, code, sentence));
            }
        }

        PaymentCardsIn(row, Error);
        var number = NumberOf(row, Error);
        var plan = PlanOf(row, Error);
        var store = StoreOf(row, plan, Error);
        var (amount, paid) = Amounts(row, plan, Error);
        var code = CodeOf(row, Error);
        var (name, phone, email, order) = Contact(row, Error);
        var soldOn = row.Date(GiftCardImportSheet.SoldDate);
        var expiresOn = row.Date(GiftCardImportSheet.ExpiryDate);
        Dates(soldOn, expiresOn, plan, store, Error);

        return errors.Count > 0 ? null : new ImportedCard
        {
            Number = number!,
            Plan = plan!.Code,
            Store = store!.Code,
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

    /// <summary>Whether a cell of an uploaded row holds a payment card's number.</summary>
    public static bool IsPaymentCard(object? cell) => cell switch
    {
        string text => PaymentCards.Contains(text),
        double number when number is >= 1e12 and < 1e19 => PaymentCards.Contains(number.ToString("F0", CultureInfo.InvariantCulture)),
        _ => false,
    };

    /// <summary>
    /// The instant a card's validity ends: after its last day in the store's zone, or by the plan's validity from the sale.
    /// </summary>
    public static DateTimeOffset? UsableUntil(DateOnly? soldOn, DateOnly? expiresOn, GiftCardRules rules, TimeZoneInfo zone, DateTimeOffset now) =>
        expiresOn is { } last ? zone.StartOf(last.AddDays(1)) : rules.Validity.EndFor(soldOn is { } day ? zone.StartOf(day) : now, zone);

    private static void PaymentCardsIn(SheetRow row, Action<string, string, string> error)
    {
        for (var i = 0; i < row.Original.Cells.Count; i++)
        {
            if (IsPaymentCard(row.Original.Cells[i]))
            {
                error("Row", "payment_card", "A cell looks like it holds a payment card number. Remove it: payment cards must never be entered here. The cell was not kept.");

                return;
            }
        }
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
