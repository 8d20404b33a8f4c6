namespace LoyaltyAdmin.Domain.Excel;

/// <summary>Gives every tab a name Excel accepts, and none twice.</summary>
internal sealed class SheetNames
{
    private readonly HashSet<string> taken = new(StringComparer.OrdinalIgnoreCase);

    public string Unique(string wanted)
    {
        var name = Allowed(wanted);

        for (var count = 2; !taken.Add(name); count++)
        {
            var suffix = $" ({count})";
            name = Cut(Allowed(wanted), SheetLimits.SheetNameLength - suffix.Length) + suffix;
        }

        return name;
    }

    private static string Allowed(string wanted)
    {
        var letters = wanted.Select(letter => letter is '[' or ']' or ':' or '*' or '?' or '/' or '\\' || char.IsControl(letter) ? ' ' : letter);
        var name = Cut(string.Concat(letters).Trim(' ', '\''), SheetLimits.SheetNameLength);

        return name switch
        {
            "" => "Sheet",
            // Excel keeps this name for itself.
            _ when name.Equals("History", StringComparison.OrdinalIgnoreCase) => name + " list",
            _ => name,
        };
    }

    private static string Cut(string name, int length)
    {
        if (name.Length <= length)
        {
            return name;
        }

        return name[..(char.IsHighSurrogate(name[length - 1]) ? length - 1 : length)].TrimEnd(' ', '\'');
    }
}
