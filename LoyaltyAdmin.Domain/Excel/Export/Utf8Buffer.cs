using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace LoyaltyAdmin.Domain.Excel;

/// <summary>Collects the XML of a few rows before they go to the compressor.</summary>
internal sealed class Utf8Buffer
{
    private const int LongestNumber = 40;

    // What XML reserves, what it cannot hold, and the underscore, because Excel reads _x0041_ as A.
    private static readonly SearchValues<char> Special = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Select(code => (char)code).Where(letter => letter is not ('\n' or '\t')), '&', '<', '>', '_', '\uFFFE', '\uFFFF']);

    private byte[] bytes = new byte[96 * 1024];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => bytes.AsMemory(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Takes back what was written since the buffer had this length.</summary>
    public void CutTo(int length) => Length = length;

    public void Raw(ReadOnlySpan<byte> utf8)
    {
        utf8.CopyTo(Free(utf8.Length));
        Length += utf8.Length;
    }

    public void Number(long value)
    {
        Utf8Formatter.TryFormat(value, Free(LongestNumber), out var length);
        Length += length;
    }

    public void Number(decimal value)
    {
        Utf8Formatter.TryFormat(value, Free(LongestNumber), out var length);
        Length += length;
    }

    /// <summary>The shortest digits that read back as the same double.</summary>
    public void Number(double value)
    {
        Utf8Formatter.TryFormat(value, Free(LongestNumber), out var length);
        Length += length;
    }

    /// <summary>Text as element content.</summary>
    public void Text(ReadOnlySpan<char> text)
    {
        while (true)
        {
            var at = text.IndexOfAny(Special);
            var plain = at < 0 ? text : text[..at];
            // Half a surrogate pair becomes U+FFFD here.
            Length += Encoding.UTF8.GetBytes(plain, Free(plain.Length * 3));

            if (at < 0)
            {
                return;
            }

            Escape(text[at], text[at..]);
            text = text[(at + 1)..];
        }
    }

    private void Escape(char letter, ReadOnlySpan<char> rest)
    {
        switch (letter)
        {
            case '&':
                Raw("&amp;"u8);
                break;
            case '<':
                Raw("&lt;"u8);
                break;
            case '>':
                Raw("&gt;"u8);
                break;
            case '\r':
                // A bare carriage return would be read back as a line feed.
                Raw("_x000D_"u8);
                break;
            case '_':
                Raw(LooksEscaped(rest) ? "_x005F_"u8 : "_"u8);
                break;
            default:
                Raw("\uFFFD"u8);
                break;
        }
    }

    private static bool LooksEscaped(ReadOnlySpan<char> text) =>
        text.Length >= 7 && text[1] is 'x' or 'X' && text[6] == '_'
        && char.IsAsciiHexDigit(text[2]) && char.IsAsciiHexDigit(text[3]) && char.IsAsciiHexDigit(text[4]) && char.IsAsciiHexDigit(text[5]);

    private Span<byte> Free(int count)
    {
        if (bytes.Length - Length < count)
        {
            Array.Resize(ref bytes, Math.Max(bytes.Length * 2, Length + count));
        }

        return bytes.AsSpan(Length);
    }
}
