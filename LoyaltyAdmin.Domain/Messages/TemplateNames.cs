using System.Text.RegularExpressions;

namespace LoyaltyAdmin.Domain.Messages;

/// <summary>The variables a template names.</summary>
internal static partial class TemplateNames
{
    private static readonly HashSet<string> words = new(StringComparer.Ordinal) { "if", "unless", "else", "each", "with", "this", "lookup", "log", "true", "false" };

    public static IEnumerable<string> In(string template) => Expression().Matches(template)
        .Where(match => !match.Groups["text"].Value.StartsWith('!') && !match.Groups["text"].Value.StartsWith('/'))
        .SelectMany(match => Name().Matches(match.Groups["text"].Value).Select(name => name.Value))
        .Where(name => !words.Contains(name));

    [GeneratedRegex(@"\{\{(?<text>[^{}]*)\}\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Expression();

    [GeneratedRegex("[A-Za-z_][A-Za-z0-9_.]*", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();
}
