using System.Net;
using System.Text.RegularExpressions;

namespace LoyaltyAdmin.Domain.Messages;

/// <summary>What stands around every e-mail: who writes, why, and the way out; and the same as plain text.</summary>
public static partial class EmailLayout
{
    /// <param name="title">For the reader's window.</param>
    /// <param name="body">HTML, filled and escaped.</param>
    /// <param name="company">Who writes.</param>
    /// <param name="footer">Plain text: the postal address.</param>
    /// <param name="unsubscribe">The visible link; null for receipts and codes.</param>
    public static string Html(string? title, string body, string company, string? footer, string? unsubscribe) =>
        $"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{Encode(title)}</title></head>
        <body style="margin:0;background:#f4f5f7;color:#1c2430;font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:24px 12px">
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;background:#fff;border-radius:8px">
        <tr><td style="padding:20px 28px;border-bottom:1px solid #e4e7ec;font-weight:600">{Encode(company)}</td></tr>
        <tr><td style="padding:8px 28px 24px">{body}</td></tr>
        <tr><td style="padding:16px 28px;border-top:1px solid #e4e7ec;font-size:13px;color:#5b6675">{Encode(footer ?? company).Replace("\n", "<br>", StringComparison.Ordinal)}{(unsubscribe is null ? "" : $"<br><a href=\"{Encode(unsubscribe)}\" style=\"color:#5b6675\">Unsubscribe</a>")}</td></tr>
        </table></td></tr></table></body></html>
        """;

    public static string Text(string body, string company, string? footer, string? unsubscribe)
    {
        var text = Links().Replace(body, match => match.Groups["text"].Value.Trim() is var label && label == match.Groups["url"].Value ? label : $"{label} ({match.Groups["url"].Value})");
        text = Breaks().Replace(text, "\n");
        text = WebUtility.HtmlDecode(Tags().Replace(text, ""));
        text = BlankLines().Replace(string.Join('\n', text.Split('\n').Select(line => line.Trim())), "\n\n").Trim();

        return $"{text}\n\n-- \n{footer ?? company}{(unsubscribe is null ? "" : $"\nUnsubscribe: {unsubscribe}")}\n";
    }

    private static string Encode(string? text) => WebUtility.HtmlEncode(text ?? "");

    [GeneratedRegex("<a\\s[^>]*href=\"(?<url>[^\"]*)\"[^>]*>(?<text>.*?)</a>", RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Links();

    [GeneratedRegex("<br\\s*/?>|</(p|h[1-6]|li|tr|div)>", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Breaks();

    [GeneratedRegex("<[^>]*>", RegexOptions.None, 1000)]
    private static partial Regex Tags();

    [GeneratedRegex("\n{3,}", RegexOptions.None, 1000)]
    private static partial Regex BlankLines();
}
