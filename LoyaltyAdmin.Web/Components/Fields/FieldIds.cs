namespace LoyaltyAdmin.Web.Components;

/// <summary>Addresses of controls in the page, unique over all kinds of fields.</summary>
internal static class FieldIds
{
    private static int last;

    public static string Next() => $"field-{Interlocked.Increment(ref last).ToString(System.Globalization.CultureInfo.InvariantCulture)}";
}
