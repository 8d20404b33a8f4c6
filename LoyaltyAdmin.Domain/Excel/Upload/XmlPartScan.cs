using System.Text;

namespace LoyaltyAdmin.Domain.Excel;

/// <summary>
/// Walks the tags of an XML part in UTF-8 without building anything. What it takes for a tag is at least what a parser takes for one,
/// so every limit it keeps holds for the parser after it; text that is not well-formed is left for the parser to refuse.
/// </summary>
internal sealed class XmlPartScan(UploadLimits limits)
{
    public const int LongestTag = 256 * 1024;

    private readonly SheetScan sheet = new(limits);
    private Mode mode = Mode.Start;
    private int skipped;

    private enum Mode
    {
        Start,
        Content,
        Comment,
        CData,
    }

    /// <summary>Takes as much of the window as makes whole tags, and answers how much that was.</summary>
    public int Consume(ReadOnlySpan<byte> window)
    {
        var at = 0;

        while (at < window.Length)
        {
            var used = mode switch
            {
                Mode.Start => Start(window[at..]),
                Mode.Content => Content(window[at..]),
                Mode.Comment => Skip(window[at..], "-->"u8, isValue: false),
                _ => Skip(window[at..], "]]>"u8, isValue: true),
            };

            if (used == 0)
            {
                // The window is twice the longest tag: less than that is a matter of reading on.
                return window.Length - at > LongestTag ? throw Refusals.Damaged() : at;
            }

            at += used;
        }

        return at;
    }

    private int Start(ReadOnlySpan<byte> window)
    {
        if (window.Length < 4)
        {
            return 0;
        }

        var mark = window.StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
        var opens = window[mark] is (byte)'<' or (byte)' ' or (byte)'\r' or (byte)'\n' or (byte)'\t';

        // Another encoding would hide every tag from this scan.
        if (!opens || window[..4].Contains((byte)0))
        {
            throw Refusals.ForbiddenXml();
        }

        mode = Mode.Content;
        return mark > 0 ? mark : Content(window);
    }

    private int Content(ReadOnlySpan<byte> window)
    {
        var markup = window.IndexOf((byte)'<');

        if (markup != 0)
        {
            var text = markup < 0 ? window : window[..markup];
            sheet.Text(text);
            return text.Length;
        }

        return window switch
        {
            [_, (byte)'!', ..] => Declaration(window),
            [_, (byte)'?', ..] => Instruction(window),
            [_, _, ..] => Tag(window),
            _ => 0,
        };
    }

    private int Declaration(ReadOnlySpan<byte> window)
    {
        if (window.StartsWith("<!--"u8))
        {
            (mode, skipped) = (Mode.Comment, 0);
            return 4;
        }

        if (window.StartsWith("<![CDATA["u8))
        {
            (mode, skipped) = (Mode.CData, 0);
            return 9;
        }

        // A document type, which may define entities that grow without end.
        return window.Length < 9 ? 0 : throw Refusals.ForbiddenXml();
    }

    private static int Instruction(ReadOnlySpan<byte> window)
    {
        var end = window.IndexOf("?>"u8);

        if (end < 0)
        {
            return 0;
        }

        if (window.StartsWith("<?xml"u8))
        {
            var content = Encoding.ASCII.GetString(window[..end]);

            if (content.Contains("encoding", StringComparison.Ordinal) && !content.Contains("utf-8", StringComparison.OrdinalIgnoreCase))
            {
                throw Refusals.ForbiddenXml();
            }
        }

        return end + 2;
    }

    private int Tag(ReadOnlySpan<byte> window)
    {
        var quote = default(byte);

        // Tags are short: a plain loop is faster here than a vectorised search.
        for (var at = 1; at < window.Length; at++)
        {
            var letter = window[at];

            if (quote != default)
            {
                quote = letter == quote ? default : quote;
            }
            else if (letter == '>')
            {
                sheet.Tag(window[..(at + 1)]);
                return at + 1;
            }
            else if (letter is (byte)'"' or (byte)'\'')
            {
                quote = letter;
            }
        }

        return 0;
    }

    private int Skip(ReadOnlySpan<byte> window, ReadOnlySpan<byte> end, bool isValue)
    {
        var at = window.IndexOf(end);
        // The end may begin in this window and finish in the next.
        var content = at >= 0 ? window[..at] : window[..Math.Max(0, window.Length - end.Length + 1)];

        if (isValue)
        {
            sheet.Text(content);
        }
        else if ((skipped += content.Length) > LongestTag)
        {
            throw Refusals.ForbiddenXml();
        }

        if (at < 0)
        {
            return content.Length;
        }

        mode = Mode.Content;
        return at + end.Length;
    }
}
