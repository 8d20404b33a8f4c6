using System.Globalization;
using System.Xml;

namespace LoyaltyAdmin.Domain.Excel;

/// <summary>What the number in a cell means: only its format tells a date from an amount.</summary>
internal enum NumberMeaning
{
    Number,
    Moment,
    Duration,
}

/// <summary>A number format, as far as an import needs to know it.</summary>
internal sealed record NumberFormat(string Code, NumberMeaning Meaning);

/// <summary>Reads the styles part: from the style of a cell to its number format.</summary>
internal sealed class CellFormats
{
    private static readonly NumberFormat General = new("General", NumberMeaning.Number);

    private readonly List<NumberFormat> styles = [];

    private CellFormats()
    {
    }

    public NumberFormat this[int style] => style >= 0 && style < styles.Count ? styles[style] : General;

    public static CellFormats Read(XmlReader? xml)
    {
        var formats = new CellFormats();
        var known = new Dictionary<int, NumberFormat>();
        var inCells = false;

        while (xml?.Read() == true)
        {
            switch (xml.NodeType, xml.LocalName)
            {
                case (XmlNodeType.Element, "numFmt"):
                    var code = xml.GetAttribute("formatCode") ?? "";
                    known[Id(xml)] = new(code, MeaningOf(code));
                    break;
                case (XmlNodeType.Element, "cellXfs"):
                    inCells = !xml.IsEmptyElement;
                    break;
                case (XmlNodeType.EndElement, "cellXfs"):
                    inCells = false;
                    break;
                case (XmlNodeType.Element, "xf") when inCells:
                    var id = Id(xml);
                    formats.styles.Add(known.TryGetValue(id, out var format) ? format : BuiltIn(id));
                    break;
            }
        }

        return formats;
    }

    private static int Id(XmlReader xml) =>
        int.TryParse(xml.GetAttribute("numFmtId"), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;

    // ECMA-376 part 1, 18.8.30; the ones from 27 on depend on the language and are dates in those that use them.
    private static NumberFormat BuiltIn(int id) => id switch
    {
        (>= 14 and <= 22) or (>= 27 and <= 36) or (>= 50 and <= 58) => new("", NumberMeaning.Moment),
        >= 45 and <= 47 => new("", NumberMeaning.Duration),
        _ => General,
    };

    /// <summary>Letters of days and hours outside quotes and brackets make a date; elapsed hours in brackets make a duration.</summary>
    public static NumberMeaning MeaningOf(string code)
    {
        // Only the first section, for positive numbers, counts.
        for (var at = 0; at < code.Length && code[at] != ';'; at++)
        {
            switch (code[at])
            {
                case '"':
                    at = EndOf(code, at, '"');
                    break;
                case '[':
                    var end = EndOf(code, at, ']');

                    if (code[(at + 1)..end].ToUpperInvariant() is "H" or "HH" or "M" or "MM" or "S" or "SS")
                    {
                        return NumberMeaning.Duration;
                    }

                    at = end;
                    break;
                case '\\' or '_' or '*':
                    at++;
                    break;
                case 'd' or 'D' or 'm' or 'M' or 'y' or 'Y' or 'h' or 'H' or 's' or 'S':
                    return NumberMeaning.Moment;
                case 'G' or 'g' when code.AsSpan(at).StartsWith("General", StringComparison.OrdinalIgnoreCase):
                    return NumberMeaning.Number;
            }
        }

        return NumberMeaning.Number;
    }

    private static int EndOf(string code, int at, char mark) => code.IndexOf(mark, at + 1) is >= 0 and var end ? end : code.Length;
}
