using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Orders;

/// <summary>What a delivery must be whatever is known already, and the fingerprint of what it says.</summary>
internal static class OrderChecks
{
    /// <summary>Keeps sums over many orders of one member within what every database adds up exactly.</summary>
    public const decimal MostAmount = 10_000_000_000m;

    public const int MostLines = 200;
    public const int MostPayments = 20;

    private const decimal MostQuantity = 1_000_000m;

    // A source whose clock runs far ahead would never be corrected again.
    private static readonly TimeSpan clockSkew = TimeSpan.FromDays(1);
    private static readonly DateTimeOffset earliest = new(1970, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Trims what people and systems pad; sources are lower case.</summary>
    public static OrderDelivery Normalise(OrderDelivery order) => order with
    {
        Source = order.Source.Trim().ToLowerInvariant(),
        Number = order.Number.Trim(),
        StoreCode = order.StoreCode.Trim(),
        SalesChannel = Inputs.Clean(order.SalesChannel)?.ToLowerInvariant(),
        Currency = order.Currency.Trim().ToUpperInvariant(),
        PaidAt = order.Status == DeliveredStatus.Paid ? order.PaidAt ?? order.PlacedAt : order.PaidAt,
        Member = Normalise(order.Member),
    };

    private static MemberReference? Normalise(MemberReference? member)
    {
        var known = member is null ? null : member with
        {
            Number = Inputs.Clean(member.Number),
            Phone = Inputs.Clean(member.Phone) is { } phone ? Inputs.NormalisePhone(phone) ?? phone : null,
            Email = Inputs.Clean(member.Email)?.ToLowerInvariant(),
            CardNumber = Inputs.Clean(member.CardNumber),
        };

        return known is null or { Number: null, Phone: null, Email: null, CardNumber: null } ? null : known;
    }

    /// <summary>Every fault of a normalised delivery, by its field.</summary>
    public static FieldErrors Check(OrderDelivery order, DateTimeOffset now)
    {
        var errors = Names(new FieldErrors(), order.Source, order.Number)
            .Require(order.StoreCode.Length > 0, nameof(order.StoreCode), "Store is required.")
            .Require(order.Channel is { } channel ? Enum.IsDefined(channel) : order.SalesChannel is not null, nameof(order.Channel), "The channel is POS, ONLINE or the code of a sales channel.")
            .Time(nameof(order.PlacedAt), order.PlacedAt, now)
            .Time(nameof(order.PaidAt), order.PaidAt ?? order.PlacedAt, now)
            .Time(nameof(order.ChangedAt), order.ChangedAt, now)
            .Require(order.Lines.Length <= MostLines, nameof(order.Lines), $"An order has at most {MostLines} lines.")
            .Require(order.Payments.Length <= MostPayments, nameof(order.Payments), $"An order has at most {MostPayments} payments.");
        CheckMember(errors, order.Member);
        if (Currency.Find(order.Currency) is not { } currency)
        {
            return errors.Require(false, nameof(order.Currency), $"“{Shown(order.Currency)}” is not a supported currency.");
        }

        errors.Amount(nameof(order.Total), "The total", order.Total, currency).Amount(nameof(order.Discount), "The discount", order.Discount, currency);
        for (var i = 0; i < Math.Min(order.Payments.Length, MostPayments); i++)
        {
            errors.Amount($"Payments[{i}].Amount", "The payment", order.Payments[i].Amount, currency)
                .Text($"Payments[{i}].Method", "Method", order.Payments[i].Method, 40, required: true)
                .Text($"Payments[{i}].Reference", "Reference", order.Payments[i].Reference, 120);
        }

        for (var i = 0; i < Math.Min(order.Lines.Length, MostLines); i++)
        {
            CheckLine(errors, $"Lines[{i}]", order.Lines[i], currency);
        }

        if (errors.All.Count == 0 && order.Lines.Length > 0)
        {
            var lines = order.Lines.Sum(line => LineTotal(line, currency));
            errors.Require(Math.Abs(lines - order.Discount - order.Total) <= 1m / currency.MinorPerMajor, nameof(order.Total),
                string.Create(CultureInfo.InvariantCulture, $"The lines add up to {lines} less a discount of {order.Discount}, not to the total of {order.Total}."));
        }

        return errors;
    }

    /// <summary>Source and number as every request about an order names it.</summary>
    public static FieldErrors Names(FieldErrors errors, string source, string number) => errors
        .Require(source.Length is > 0 and <= 40 && source.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.'), nameof(OrderDelivery.Source), "The source has 1 to 40 letters, digits, hyphens, dots or underscores.")
        .Text(nameof(OrderDelivery.Number), "Number", number, 64, required: true);

    /// <summary>Every fault of a refund.</summary>
    public static FieldErrors Check(RefundDelivery refund, DateTimeOffset now)
    {
        var errors = new FieldErrors()
            .Text(nameof(refund.Number), "Number", refund.Number, 64, required: true)
            .Text(nameof(refund.Reason), "Reason", refund.Reason, 400)
            .Time(nameof(refund.RefundedAt), refund.RefundedAt, now);
        if (Currency.Find(refund.Currency) is not { } currency)
        {
            return errors.Require(false, nameof(refund.Currency), $"“{Shown(refund.Currency)}” is not a supported currency.");
        }

        return errors.Amount(nameof(refund.Amount), "The refund", refund.Amount, currency)
            .Require(refund.Amount > 0, nameof(refund.Amount), "The refund must be above 0.")
            .Amount(nameof(refund.GoodsAmount), "The part for goods", refund.GoodsAmount ?? 0, currency)
            .Require(refund.GoodsAmount is null || refund.GoodsAmount <= refund.Amount, nameof(refund.GoodsAmount), "The part for goods is at most the refund.");
    }

    /// <summary>Quantity × unit price − discount, rounded to the currency.</summary>
    public static decimal LineTotal(DeliveredLine line, Currency currency) => currency.Round(line.Quantity * line.UnitPrice - line.Discount);

    /// <summary>SHA-256 of what the delivery says; when it was said and whether unknown members are made are not part of it.</summary>
    public static byte[] Hash(OrderDelivery order)
    {
        var text = new Fingerprint()
            .Add(order.Kind, order.Member?.Number, order.Member?.Phone, order.Member?.Email, order.Member?.CardNumber)
            .Add(order.StoreCode, order.Channel, order.Currency, order.PlacedAt, order.PaidAt, order.Status, order.Total, order.Discount);
        if (order.SalesChannel is { } channel)
        {
            text.Add("channel", channel);
        }

        foreach (var line in order.Lines)
        {
            text.Add("line", line.Kind, line.ProductCode, line.CategoryCode, line.Description, line.Quantity, line.UnitPrice, line.Discount);
        }

        foreach (var payment in order.Payments)
        {
            text.Add("payment", payment.Method, payment.Amount, payment.Reference);
        }

        return text.Hash();
    }

    public static byte[] Hash(RefundDelivery refund) =>
        new Fingerprint().Add(refund.Amount, refund.GoodsAmount ?? refund.Amount, refund.Currency, Inputs.Clean(refund.Reason), refund.RefundedAt).Hash();

    /// <summary>Which of a few hundred locks an order stands for, known or not.</summary>
    public static int LockOf(string source, string number) => SHA256.HashData(Encoding.UTF8.GetBytes($"{source}\n{number}"))[0];

    private static void CheckMember(FieldErrors errors, MemberReference? member)
    {
        if (member is null)
        {
            return;
        }

        errors.Require(member.Number is null || MemberNumbers.Fault(member.Number) is null, "Member.Number", member.Number is null ? "" : MemberNumbers.Fault(member.Number) ?? "")
            .Phone("Member.Phone", "Phone", member.Phone)
            .Email("Member.Email", "E-mail", member.Email)
            .Text("Member.CardNumber", "Card number", member.CardNumber, 30);
    }

    private static void CheckLine(FieldErrors errors, string field, DeliveredLine line, Currency currency)
    {
        errors.Require(Enum.IsDefined(line.Kind), $"{field}.Kind", "A line is GOODS, GIFT_CARD, TOP_UP, PACKAGE or SERVICE.")
            .Text($"{field}.ProductCode", "Product code", line.ProductCode, 64)
            .Text($"{field}.CategoryCode", "Category code", line.CategoryCode, 64)
            .Text($"{field}.Description", "Description", line.Description, 200)
            .Require(Inputs.Clean(line.ProductCode) is not null || Inputs.Clean(line.Description) is not null, $"{field}.Description", "A line names its product or has a description.")
            .Require(line.Quantity is > 0 and <= MostQuantity && decimal.Round(line.Quantity, 4) == line.Quantity, $"{field}.Quantity", "The quantity is above 0, at most 1,000,000, with at most 4 decimals.")
            .Require(line.UnitPrice is >= 0 and <= MostAmount && decimal.Round(line.UnitPrice, 4) == line.UnitPrice, $"{field}.UnitPrice", "The unit price is not negative, with at most 4 decimals.")
            .Amount($"{field}.Discount", "The discount", line.Discount, currency);
        if (line is { Quantity: > 0 and <= MostQuantity, UnitPrice: >= 0 and <= MostAmount, Discount: >= 0 and <= MostAmount })
        {
            errors.Require(LineTotal(line, currency) is >= 0 and <= MostAmount, $"{field}.Discount", "The discount is larger than the line.");
        }
    }

    private static FieldErrors Amount(this FieldErrors errors, string field, string label, decimal amount, Currency currency) =>
        errors.Require(amount is >= 0 and <= MostAmount && currency.Fits(amount), field, string.Create(CultureInfo.InvariantCulture, $"{label} is not negative, at most {MostAmount:N0}, with at most {currency.Digits} decimals in {currency.Code}."));

    private static FieldErrors Time(this FieldErrors errors, string field, DateTimeOffset time, DateTimeOffset now) =>
        errors.Require(time >= earliest && time <= now + clockSkew, field, "The time lies before 1970 or in the future.");

    private static string Shown(string text) => text.Length <= 10 ? text : text[..10] + "…";

    /// <summary>Values as one unambiguous text: 12.5 and 12.50 alike, instants in UTC.</summary>
    private sealed class Fingerprint
    {
        private readonly StringBuilder text = new();

        public Fingerprint Add(params ReadOnlySpan<object?> values)
        {
            foreach (var value in values)
            {
                if (value is null)
                {
                    text.Append("~;");
                    continue;
                }

                var part = value switch
                {
                    decimal number => number.ToString("0.##########", CultureInfo.InvariantCulture),
                    DateTimeOffset instant => instant.UtcTicks.ToString(CultureInfo.InvariantCulture),
                    _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
                };
                text.Append(CultureInfo.InvariantCulture, $"{part.Length}:{part};");
            }

            return this;
        }

        public byte[] Hash() => SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
    }
}
