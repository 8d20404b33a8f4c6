namespace LoyaltyAdmin.Web.Components;

/// <summary>The IANA zones a store or company can lie in, as regions and cities.</summary>
public static class TimeZones
{
    public static IReadOnlyList<string> Names { get; } =
        [.. TimeZoneInfo.GetSystemTimeZones().Select(zone => zone.Id).Where(id => id.Contains('/') && !id.StartsWith("Etc/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
