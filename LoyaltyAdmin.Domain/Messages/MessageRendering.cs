using System.Collections.Concurrent;
using System.Text.Json;
using HandlebarsDotNet;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Messages;

/// <summary>
/// Fills templates (Handlebars). What goes into HTML is escaped, always: the unescaped form is refused when a template is saved. Compiled templates are kept,
/// because compiling costs a thousand times what filling does.
/// </summary>
public sealed class MessageRendering
{
    /// <summary>What the log shows in place of a secret.</summary>
    public const string Hidden = "••••••";

    /// <summary>The variable that opens the member's own page. Whoever reads it is let in, so the log never shows it.</summary>
    public const string PortalLink = "portalLink";

    private const int MostCompiled = 500;

    private readonly IHandlebars html = Handlebars.Create(new HandlebarsConfiguration { TextEncoder = new WebEncoder() });
    private readonly IHandlebars plain = Handlebars.Create(new HandlebarsConfiguration { NoEscape = true });
    private readonly ConcurrentDictionary<(bool Html, string Text), HandlebarsTemplate<object, object>> compiled = new();

    /// <summary>The text with its variables filled in; unknown ones are empty.</summary>
    public MessageText Render(MessageText template, ConsentChannel channel, IReadOnlyDictionary<string, object?> variables) => new(
        template.Subject is { } subject ? OneLine(Fill(subject, isHtml: false, variables)) : null,
        Fill(template.Body, channel == ConsentChannel.Email, variables));

    /// <summary>What is wrong with a template, for the person who writes it; null: nothing.</summary>
    public string? Fault(string? text, bool isHtml, MessageScenario scenario)
    {
        if (Inputs.Clean(text) is not { } template)
        {
            return null;
        }

        if (isHtml && (template.Contains("{{{", StringComparison.Ordinal) || template.Contains("{{&", StringComparison.Ordinal)))
        {
            return "Write {{variable}} with two braces: members' data is always escaped.";
        }

        if (template.Contains("{{>", StringComparison.Ordinal))
        {
            return "Templates cannot include others.";
        }

        try
        {
            // Compiled apart from the kept ones: drafts are many.
            var fill = (isHtml ? html : plain).Compile(template);
            fill(Variables(Samples(scenario)));
        }
        catch (Exception exception) when (exception is HandlebarsException or ArgumentException or InvalidOperationException)
        {
            return $"The template cannot be read: {exception.Message.Split('\n')[0]}";
        }

        var known = Scenarios.Common.Concat(Scenarios.Of(scenario).Variables).Select(variable => variable.Name).ToHashSet(StringComparer.Ordinal);

        return TemplateNames.In(template).FirstOrDefault(name => !known.Contains(name)) is { } unknown ? $"“{unknown}” is not one of this scenario's variables." : null;
    }

    /// <summary>What a preview shows where there is no real value.</summary>
    public static Dictionary<string, string?> Samples(MessageScenario scenario) =>
        Scenarios.Common.Concat(Scenarios.Of(scenario).Variables).ToDictionary(variable => variable.Name, variable => (string?)variable.Sample, StringComparer.Ordinal);

    /// <summary>Variables as templates take them: an empty text is no value, so that {{#if}} can ask.</summary>
    public static Dictionary<string, object?> Variables(IEnumerable<KeyValuePair<string, string?>> values)
    {
        var variables = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in values)
        {
            variables[name] = string.IsNullOrEmpty(value) ? null : value;
        }

        return variables;
    }

    internal static Dictionary<string, string?> Read(string? json) => string.IsNullOrEmpty(json) ? [] : JsonSerializer.Deserialize<Dictionary<string, string?>>(json, Json.Options) ?? [];

    private string Fill(string template, bool isHtml, IReadOnlyDictionary<string, object?> variables)
    {
        if (compiled.Count > MostCompiled)
        {
            compiled.Clear();
        }

        return compiled.GetOrAdd((isHtml, template), key => (key.Html ? html : plain).Compile(key.Text))(variables);
    }

    // A subject is a header line: nobody's name may begin another one.
    private static string OneLine(string text) => string.Join(' ', text.Split(['\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    // Handlebars' own encoder leaves single quotes, which end attributes.
    private sealed class WebEncoder : ITextEncoder
    {
        public void Encode(System.Text.StringBuilder? text, TextWriter target) => target.Write(System.Net.WebUtility.HtmlEncode(text?.ToString()));

        public void Encode(string? text, TextWriter target) => target.Write(System.Net.WebUtility.HtmlEncode(text));

        public void Encode<T>(T? text, TextWriter target) where T : IEnumerator<char>
        {
            var whole = new System.Text.StringBuilder();
            while (text?.MoveNext() == true)
            {
                whole.Append(text.Current);
            }

            Encode(whole, target);
        }
    }
}
