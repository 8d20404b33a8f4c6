using System.Text;

namespace LoyaltyAdmin.Domain.Excel;

/// <summary>Tells text in UTF-8 or UTF-16 from what would arrive as damaged letters.</summary>
internal static class CsvEncoding
{
    public static bool IsKnown(ReadOnlySpan<byte> content) => IsValid(content, Of(content));

    private static Encoding Of(ReadOnlySpan<byte> content) =>
        content switch
        {
            [0xFF, 0xFE, ..] => new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true),
            [0xFE, 0xFF, ..] => new UnicodeEncoding(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true),
            _ => new UTF8Encoding(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true),
        };

    private static bool IsValid(ReadOnlySpan<byte> content, Encoding encoding)
    {
        var decoder = encoding.GetDecoder();
        var letters = new char[16 * 1024];

        try
        {
            while (true)
            {
                decoder.Convert(content, letters, flush: true, out var bytes, out var count, out var completed);

                // UTF-16 without its mark, a picture or a program reads as text full of these.
                if (letters.AsSpan(0, count).Contains('\0'))
                {
                    return false;
                }

                if (completed)
                {
                    return true;
                }

                content = content[bytes..];
            }
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
