using System.Text.Json;

namespace LoyaltyAdmin.Web.Components;

/// <summary>One changed value, as text.</summary>
public sealed record AuditChange(string Field, string? Before, string? After);

/// <summary>Reads before and after of an audit entry (JSON) as a list of changed values.</summary>
public static class AuditChanges
{
    public static IReadOnlyList<AuditChange> Of(string? before, string? after)
    {
        var (old, now) = (Values(before), Values(after));

        return [.. old.Keys.Union(now.Keys).Select(field => new AuditChange(field, old.GetValueOrDefault(field), now.GetValueOrDefault(field))).Where(change => change.Before != change.After)];
    }

    private static Dictionary<string, string?> Values(string? json)
    {
        var values = new Dictionary<string, string?>();
        if (string.IsNullOrEmpty(json))
        {
            return values;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            Read(document.RootElement, "", values);
        }
        catch (JsonException)
        {
            values[""] = json;
        }

        return values;
    }

    private static void Read(JsonElement element, string path, Dictionary<string, string?> values)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    Read(property.Value, path.Length == 0 ? Named(property.Name) : $"{path} › {Named(property.Name)}", values);
                }

                break;
            case JsonValueKind.Array:
                var i = 0;
                foreach (var item in element.EnumerateArray())
                {
                    Read(item, $"{path} {++i}", values);
                }

                break;
            case JsonValueKind.Null:
                values[path] = null;
                break;
            default:
                values[path] = element.ToString();
                break;
        }
    }

    private static string Named(string property) => Words.Plain(char.ToUpperInvariant(property[0]) + property[1..]);
}
