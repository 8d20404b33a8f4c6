using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Web.Api;

/// <summary>How requests and answers spell what the business names otherwise.</summary>
internal static class ApiRules
{
    /// <exception cref="InvalidInputException">Neither POS nor ONLINE.</exception>
    public static Channel ChannelOf(string? word)
    {
        var channel = ChannelNames.Parse(word);
        new FieldErrors().Require(channel is not null, "channel", "The channel is POS or ONLINE.").ThrowIfAny();

        return channel!.Value;
    }

    /// <summary>Collects every member that is missing or not of the API's form, before the services look at the rest.</summary>
    public static void Demand(params ReadOnlySpan<(string Member, object? Value)> required)
    {
        var errors = new FieldErrors();
        foreach (var (member, value) in required)
        {
            errors.Require(value is not (null or ""), member, $"“{member}” is required.");
            errors.Require(member != "channel" || value is null or "" || ChannelNames.Parse((string)value) is not null, member, "The channel is POS or ONLINE.");
        }

        errors.ThrowIfAny();
    }

    public static string? Query(HttpRequest request, string name) => request.Query[name] is [{ Length: > 0 } value] ? value : null;

    /// <summary>PendingActivation becomes PENDING_ACTIVATION.</summary>
    public static string Word<T>(T value) where T : struct, Enum =>
        Words<T>.Of[value];

    /// <summary>With exactly the currency's decimals, so that equal amounts read equal.</summary>
    public static decimal Exact(this Currency currency, decimal amount) => currency.ToMajor(currency.ToMinor(amount));

    private static class Words<T> where T : struct, Enum
    {
        public static readonly Dictionary<T, string> Of = Enum.GetValues<T>().ToDictionary(value => value, value => System.Text.Json.JsonNamingPolicy.SnakeCaseUpper.ConvertName(value.ToString()));
    }
}
