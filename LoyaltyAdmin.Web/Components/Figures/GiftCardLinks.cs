using System.Globalization;
using LoyaltyAdmin.Domain.GiftCards;
using Microsoft.AspNetCore.WebUtilities;

namespace LoyaltyAdmin.Web.Components;

/// <summary>The addresses of filtered lists: a figure leads to the rows it was added up from.</summary>
public static class GiftCardLinks
{
    public static string To(SoldGiftCardFilter filter, string? view) => Address("/members/gift-cards/sold", view,
        ("status", filter.Status?.ToString()), ("currency", filter.Currency), ("store", Text(filter.StoreId)), ("soldFrom", Text(filter.SoldFrom)), ("soldTo", Text(filter.SoldTo)),
        ("balanceFrom", filter.BalanceFrom?.ToString(CultureInfo.InvariantCulture)), ("expiresBefore", Text(filter.ExpiresBefore)));

    public static string To(GiftCardTransactionFilter filter, string? view) => Address("/members/gift-cards/transactions", view,
        ("type", filter.Type?.ToString()), ("currency", filter.Currency), ("store", Text(filter.StoreId)), ("homeStore", Text(filter.HomeStoreId)), ("from", Text(filter.From)), ("to", Text(filter.To)));

    /// <summary>An address of this portal with the values that are set, in the view the reader has now.</summary>
    public static string Address(string path, string? view, params IEnumerable<(string Name, string? Value)> values) =>
        QueryHelpers.AddQueryString(path, values.Append((StoreView.QueryName, view)).Where(value => value.Item2 is not null).Select(value => KeyValuePair.Create(value.Item1, value.Item2)));

    public static string? Text(DateOnly? day) => day?.ToString("O", CultureInfo.InvariantCulture);

    private static string? Text(long? id) => id?.ToString(CultureInfo.InvariantCulture);
}
