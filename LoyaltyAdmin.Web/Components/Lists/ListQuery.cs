using System.Globalization;
using LoyaltyAdmin.Domain.Values;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;

namespace LoyaltyAdmin.Web.Components;

/// <summary>
/// What a list's address says: filters by name, sort order and position. A filtered list is therefore an address that can be bookmarked and shared.
/// Values that do not read as what is asked for count as not given.
/// </summary>
public sealed class ListQuery
{
    private const int DefaultSize = 50;

    /// <summary>Names the list itself uses; everything else in the address belongs to filters or to the page's frame.</summary>
    private static readonly string[] own = ["sort", "asc", "size", "cursor", "back"];

    private readonly Dictionary<string, string> values;

    private ListQuery(string path, Dictionary<string, string> values) => (Path, this.values) = (path, values);

    public string Path { get; }

    public PageRequest Page => new()
    {
        Size = PageSize,
        Sort = Text("sort"),
        Descending = Text("asc") is null,
        Cursor = Text("cursor"),
        Backward = Text("back") is not null,
    };

    public int PageSize => Number("size") is { } size and >= 1 and <= PageRequest.MaximumSize ? (int)size : DefaultSize;

    public bool IsFirst => Text("cursor") is null && Text("back") is null;

    public static ListQuery Read(NavigationManager navigation)
    {
        var uri = navigation.ToAbsoluteUri(navigation.Uri);

        return new ListQuery(uri.AbsolutePath, QueryHelpers.ParseQuery(uri.Query).Where(pair => !string.IsNullOrEmpty(pair.Value)).ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.OrdinalIgnoreCase));
    }

    public string? Text(string name) => values.GetValueOrDefault(name) is { } text && text.Trim() is { Length: > 0 and <= 400 } trimmed ? trimmed : null;

    public long? Number(string name) => long.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    public decimal? Amount(string name) => decimal.TryParse(Text(name), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var amount) ? amount : null;

    public DateOnly? Day(string name) => DateOnly.TryParseExact(Text(name), "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    public TEnum? Choice<TEnum>(string name) where TEnum : struct, Enum => Enum.TryParse<TEnum>(Text(name), ignoreCase: true, out var value) && Enum.IsDefined(value) ? value : null;

    /// <summary>A filter with two values; null: neither.</summary>
    public bool? Either(string name, string yes, string no) => Text(name) is not { } value ? null : value == yes ? true : value == no ? false : null;

    /// <summary>The asked-for page; ascending by <paramref name="column"/> unless the user sorted otherwise.</summary>
    public PageRequest PageBy(string column) => Page is { Sort: null } page ? page with { Sort = column, Descending = false } : Page;

    /// <summary>The same list with other values (null: without); anything but a move starts at its beginning.</summary>
    public string With(IEnumerable<KeyValuePair<string, string?>> changes, bool keepsPosition = false)
    {
        var next = new Dictionary<string, string>(values, StringComparer.OrdinalIgnoreCase);
        if (!keepsPosition)
        {
            next.Remove("cursor");
            next.Remove("back");
        }

        foreach (var (name, value) in changes)
        {
            next.Remove(name);
            if (!string.IsNullOrWhiteSpace(value))
            {
                next[name] = value.Trim();
            }
        }

        return QueryHelpers.AddQueryString(Path, next.OrderBy(pair => Array.IndexOf(own, pair.Key)).ThenBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)));
    }

    public string With(string name, string? value, bool keepsPosition = false) => With([KeyValuePair.Create(name, value)], keepsPosition);

    /// <summary>A page further on or back; without a cursor the first or, backwards, the last.</summary>
    public string At(string? cursor, bool backward) => With([KeyValuePair.Create("cursor", cursor), KeyValuePair.Create("back", backward ? "1" : null)]);

    /// <summary>Sorted by a column: first descending, then ascending, then as the list comes.</summary>
    public string SortedBy(string column) => (Text("sort") == column, Page.Descending) switch
    {
        (false, _) => With([KeyValuePair.Create("sort", (string?)column), KeyValuePair.Create<string, string?>("asc", null)]),
        (true, true) => With("asc", "1"),
        _ => With([KeyValuePair.Create<string, string?>("sort", null), KeyValuePair.Create<string, string?>("asc", null)]),
    };

    /// <summary>Whether another address shows the same rows.</summary>
    public bool ShowsSameAs(ListQuery other) => Path == other.Path && values.Count == other.values.Count && values.All(pair => other.values.GetValueOrDefault(pair.Key) == pair.Value);
}
