namespace LoyaltyAdmin.Web.Components;

/// <summary>One thing to choose, with its words.</summary>
public sealed record Option<TValue>(TValue Value, string Text);

/// <summary>Lists of options from what the business names.</summary>
public static class Options
{
    /// <summary>Every value of an enumeration, by its words.</summary>
    public static IReadOnlyList<Option<TEnum>> Of<TEnum>() where TEnum : struct, Enum => [.. Enum.GetValues<TEnum>().Select(value => new Option<TEnum>(value, Words.Of(value)))];

    /// <summary>The same, for a filter: it keeps its value in the address by name.</summary>
    public static IReadOnlyList<Option<string>> Names<TEnum>() where TEnum : struct, Enum => [.. Enum.GetValues<TEnum>().Select(value => new Option<string>(value.ToString(), Words.Of(value)))];
}
