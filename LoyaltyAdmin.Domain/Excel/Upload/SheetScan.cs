namespace LoyaltyAdmin.Domain.Excel;

/// <summary>Counts what a parser would have to hold or go through: rows, cells, characters of a cell, depth, names.</summary>
internal sealed class SheetScan(UploadLimits limits)
{
    private const int LongestText = 256 * 1024;
    private const int DeepestElement = 100;

    // Shared texts are held in memory, and so are formats.
    private const int SharedTexts = 2_000_000;
    private const int OtherElements = 500_000;

    // The header, and the lines an export writes above it.
    private const int RowsAbove = 21;

    private readonly XmlNames names = new();
    private int depth;
    private int rows;
    private int filledRows;
    private int cells;
    private int column;
    private int sharedTexts;
    private int others;
    private int textLength;
    private int run;
    private bool inRow;
    private bool isFilled;
    private bool inItem;
    private bool inValue;
    private bool inEntity;

    public void Text(ReadOnlySpan<byte> text)
    {
        if ((run += text.Length) > LongestText)
        {
            throw Refusals.CellTooLong(limits);
        }

        if (!inValue)
        {
            return;
        }

        if (inRow && !isFilled)
        {
            isFilled = true;
            filledRows++;

            if (filledRows > limits.Rows + RowsAbove)
            {
                throw Refusals.TooManyRows(limits);
            }
        }

        textLength += CharactersOf(text);

        if (textLength > limits.CellLength)
        {
            throw Refusals.CellTooLong(limits);
        }
    }

    public void Tag(ReadOnlySpan<byte> tag)
    {
        run = 0;

        if (tag[1] == '/')
        {
            End(Local(tag[2..^1]));
            return;
        }

        var length = 1;

        while (!IsEndOfName(tag[length]))
        {
            length++;
        }

        var name = tag[1..length];
        var isClosed = tag[^2] == '/';
        names.Remember(name);

        if (!isClosed && ++depth > DeepestElement)
        {
            throw Refusals.ForbiddenXml();
        }

        Begin(Local(name), tag[length..^1], isClosed);
    }

    private void Begin(ReadOnlySpan<byte> element, ReadOnlySpan<byte> attributes, bool isClosed)
    {
        if (element.SequenceEqual("c"u8) && inRow)
        {
            column++;
            (textLength, inItem) = (0, !isClosed);
            Attributes(attributes, Element.Cell);

            if (column > limits.Columns)
            {
                throw Refusals.TooManyColumns(limits);
            }

            if (++cells > limits.Cells)
            {
                throw Refusals.TooManyCells(limits);
            }
        }
        else if (element.SequenceEqual("v"u8) || element.SequenceEqual("t"u8))
        {
            textLength = inItem ? textLength : 0;
            (inValue, inEntity) = (!isClosed, false);
            Attributes(attributes, Element.Other);
        }
        else if (element.SequenceEqual("row"u8))
        {
            (inRow, isFilled, column) = (!isClosed, false, 0);
            Attributes(attributes, Element.Row);

            if (++rows > SheetLimits.Rows)
            {
                throw Refusals.TooManyRows(limits);
            }
        }
        else if (element.SequenceEqual("si"u8))
        {
            (textLength, inItem) = (0, !isClosed);
            Attributes(attributes, Element.Other);

            if (++sharedTexts > SharedTexts)
            {
                throw Refusals.TooManyCells(limits);
            }
        }
        else
        {
            Attributes(attributes, Element.Other);

            // Every inline text has one of these.
            if (!element.SequenceEqual("is"u8) && ++others > OtherElements)
            {
                throw Refusals.ForbiddenXml();
            }
        }
    }

    private void End(ReadOnlySpan<byte> element)
    {
        depth--;

        if (element.SequenceEqual("v"u8) || element.SequenceEqual("t"u8))
        {
            inValue = false;
        }
        else if (element.SequenceEqual("c"u8) || element.SequenceEqual("si"u8))
        {
            inItem = false;
        }
        else if (element.SequenceEqual("row"u8))
        {
            inRow = false;
        }
    }

    private void Attributes(ReadOnlySpan<byte> rest, Element element)
    {
        var at = 0;

        while (true)
        {
            while (at < rest.Length && IsEndOfName(rest[at]))
            {
                at++;
            }

            var start = at;

            while (at < rest.Length && rest[at] != '=' && !IsEndOfName(rest[at]))
            {
                at++;
            }

            var name = rest[start..at];
            var quote = rest[at..].IndexOfAny((byte)'"', (byte)'\'');

            // Without quotes the parser stops here, too.
            if (quote < 0)
            {
                return;
            }

            start = at + quote + 1;
            var length = rest[start..].IndexOf(rest[start - 1]);

            if (length < 0)
            {
                return;
            }

            Attribute(name, rest.Slice(start, length), element);
            at = start + length + 1;
        }
    }

    private void Attribute(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, Element element)
    {
        names.Remember(name);

        if (name.StartsWith("xmlns"u8))
        {
            names.Remember(value);
        }
        else if (element == Element.Cell && name.SequenceEqual("r"u8))
        {
            column = CellPlace.Column(value) ?? throw Refusals.Damaged();
        }
        else if (element == Element.Row && name.SequenceEqual("r"u8))
        {
            _ = CellPlace.Row(value) ?? throw Refusals.Damaged();
        }
    }

    private int CharactersOf(ReadOnlySpan<byte> text)
    {
        var count = 0;

        foreach (var letter in text)
        {
            if (inEntity)
            {
                inEntity = letter != ';';
                continue;
            }

            inEntity = letter == '&';
            count += (letter & 0xC0) == 0x80 ? 0 : letter >= 0xF0 ? 2 : 1;
        }

        return count;
    }

    private static bool IsEndOfName(byte letter) => letter is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)'/' or (byte)'>';

    private static ReadOnlySpan<byte> Local(ReadOnlySpan<byte> name)
    {
        if (name.Length == 1)
        {
            return name;
        }

        return name.TrimEnd(" \t\r\n"u8)[(name.IndexOf((byte)':') + 1)..];
    }

    private enum Element
    {
        Other,
        Row,
        Cell,
    }
}
