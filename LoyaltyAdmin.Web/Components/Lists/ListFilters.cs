namespace LoyaltyAdmin.Web.Components;

/// <summary>The filter values being typed; they reach the list with Search.</summary>
public sealed class ListFilters
{
    private readonly Dictionary<string, string?> values = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> folded = new(StringComparer.OrdinalIgnoreCase);
    private ListQuery? query;

    /// <summary>The values changed from outside the fields.</summary>
    internal event Action? Changed;

    /// <summary>The filters on screen with their values.</summary>
    internal IEnumerable<KeyValuePair<string, string?>> Values => values;

    /// <summary>Whether a filter that is folded away by default is set.</summary>
    internal bool HasFolded => folded.Any(name => query?.Text(name) is not null);

    internal string? this[string name]
    {
        get => values.GetValueOrDefault(name);
        set => values[name] = value;
    }

    internal void Register(string name, bool isFolded)
    {
        values[name] = query?.Text(name);
        if (isFolded)
        {
            folded.Add(name);
        }
    }

    /// <summary>What the address says wins over what was typed and not searched for.</summary>
    internal void Read(ListQuery address)
    {
        query = address;
        foreach (var name in values.Keys.ToList())
        {
            values[name] = address.Text(name);
        }

        Changed?.Invoke();
    }

    internal void Clear()
    {
        foreach (var name in values.Keys.ToList())
        {
            values[name] = null;
        }

        Changed?.Invoke();
    }
}
