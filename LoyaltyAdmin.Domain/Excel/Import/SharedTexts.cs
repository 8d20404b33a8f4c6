using System.Globalization;
using System.Text;
using System.Xml;

namespace LoyaltyAdmin.Domain.Excel;

/// <summary>Texts as xlsx files hold them: once for the whole workbook, in runs of different fonts, with signs escaped.</summary>
internal static class SharedTexts
{
    public static List<string> Read(XmlReader? xml)
    {
        var texts = new List<string>();

        while (xml?.Read() == true)
        {
            while (xml.NodeType == XmlNodeType.Element && xml.LocalName == "si")
            {
                texts.Add(ReadItem(xml));
            }
        }

        return texts;
    }

    /// <summary>Reads an <c>si</c> or <c>is</c> element, leaving the reader behind it. Notes on pronunciation are no part of the text.</summary>
    public static string ReadItem(XmlReader xml)
    {
        if (xml.IsEmptyElement)
        {
            xml.Read();
            return "";
        }

        var depth = xml.Depth;
        var text = "";
        xml.Read();

        while (xml.Depth > depth)
        {
            switch (xml.NodeType == XmlNodeType.Element ? xml.LocalName : "")
            {
                case "t":
                    var run = xml.ReadElementContentAsString();
                    text = text.Length == 0 ? run : text + run;
                    break;
                case "rPh":
                    xml.Skip();
                    break;
                default:
                    xml.Read();
                    break;
            }
        }

        xml.Read();
        return Unescaped(text);
    }

    /// <summary>Excel writes signs XML cannot hold as _x0000_, and the underscore of such a text as _x005F_.</summary>
    public static string Unescaped(string text)
    {
        var at = text.IndexOf("_x", StringComparison.Ordinal);

        if (at < 0)
        {
            return text;
        }

        var plain = new StringBuilder(text.Length);
        var rest = text.AsSpan();

        while (at >= 0)
        {
            plain.Append(rest[..at]);
            rest = rest[at..];

            if (rest.Length >= 7 && rest[6] == '_' && ushort.TryParse(rest[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                plain.Append((char)code);
                rest = rest[7..];
            }
            else
            {
                plain.Append('_');
                rest = rest[1..];
            }

            at = rest.IndexOf("_x");
        }

        return plain.Append(rest).ToString();
    }
}
