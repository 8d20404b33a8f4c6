using System.Globalization;
using System.Text;
using System.Xml;

namespace LoyaltyAdmin.Domain.Excel;

/// <summary>The rows of one worksheet, streamed; ADR-010 says why we read them ourselves. Formulas arrive as the values stored with them and are never evaluated.</summary>
internal sealed class WorkbookRows : RowSource
{
    private readonly WorkbookParts parts;
    private readonly List<string> texts;
    private readonly CellFormats formats;
    private readonly XmlReader xml;
    private readonly int mostColumns;
    private RawCell[] cells = new RawCell[32];
    private int count;

    private WorkbookRows(WorkbookParts parts, XmlReader xml, List<string> texts, CellFormats formats, int mostColumns) =>
        (this.parts, this.xml, this.texts, this.formats, this.mostColumns) = (parts, xml, texts, formats, mostColumns);

    public override int Count => count;

    public static WorkbookRows Open(CheckedUpload upload, string? sheetName, string preferredSheet)
    {
        WorkbookParts? parts = null;

        try
        {
            parts = new(upload);
            using var styles = parts.OpenStyles();
            using var texts = parts.OpenTexts();

            return new(parts, parts.OpenSheet(sheetName, preferredSheet), SharedTexts.Read(texts), CellFormats.Read(styles), upload.Limits.Columns);
        }
        catch (Exception exception)
        {
            parts?.Dispose();

            if (exception.IsAboutTheFile())
            {
                throw Refusals.Damaged();
            }

            throw;
        }
    }

    public override bool Read()
    {
        Array.Clear(cells, 0, count);
        count = 0;

        try
        {
            return ReadRow();
        }
        catch (Exception exception) when (exception.IsAboutTheFile())
        {
            throw Refusals.Damaged();
        }
    }

    public override RawCell Cell(int column) => column < count ? cells[column] : default;

    public override void Dispose()
    {
        xml.Dispose();
        parts.Dispose();
    }

    private bool ReadRow()
    {
        while (xml.NodeType != XmlNodeType.Element || xml.LocalName != "row")
        {
            // What follows the rows is of no interest, and may be long.
            if ((xml.NodeType == XmlNodeType.EndElement && xml.LocalName == "sheetData") || !xml.Read())
            {
                return false;
            }
        }

        var row = xml.GetAttribute("r") is { } place ? CellPlace.Row(Encoding.UTF8.GetBytes(place)) : RowNumber + 1;
        // Rows out of order would be reported under wrong numbers.
        RowNumber = row > RowNumber ? row.Value : throw Refusals.Damaged();

        if (xml.IsEmptyElement)
        {
            xml.Read();
            return true;
        }

        var depth = xml.Depth;
        xml.Read();

        while (xml.Depth > depth)
        {
            if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "c")
            {
                ReadCell();
            }
            else
            {
                xml.Skip();
            }
        }

        xml.Read();
        return true;
    }

    private void ReadCell()
    {
        var (column, type, style) = ReadAttributes();
        var (value, isFormula) = ReadContent(type, style);
        // A formula that was never calculated holds nothing, although a spreadsheet program will show something.
        Keep(column, isFormula && value.Value is null && type != "str" ? new(CellText.NotAvailable) : value);
    }

    private (int Column, string Type, int Style) ReadAttributes()
    {
        var (column, type, style) = (count, "n", 0);

        while (xml.MoveToNextAttribute())
        {
            switch (xml.LocalName)
            {
                case "r":
                    column = (CellPlace.Column(Encoding.UTF8.GetBytes(xml.Value)) ?? throw Refusals.Damaged()) - 1;
                    break;
                case "t":
                    type = xml.Value;
                    break;
                case "s":
                    _ = int.TryParse(xml.Value, NumberStyles.None, CultureInfo.InvariantCulture, out style);
                    break;
            }
        }

        xml.MoveToElement();
        return (column, type, style);
    }

    private (RawCell Value, bool IsFormula) ReadContent(string type, int style)
    {
        var (value, isFormula) = (default(RawCell), false);

        if (xml.IsEmptyElement)
        {
            xml.Read();
            return (value, isFormula);
        }

        var depth = xml.Depth;
        xml.Read();

        while (xml.Depth > depth)
        {
            switch (xml.NodeType == XmlNodeType.Element ? xml.LocalName : "")
            {
                case "v":
                    value = ValueOf(xml.ReadElementContentAsString(), type, style);
                    break;
                case "is":
                    value = new(SharedTexts.ReadItem(xml));
                    break;
                case "f":
                    isFormula = true;
                    xml.Skip();
                    break;
                default:
                    xml.Skip();
                    break;
            }
        }

        xml.Read();
        return (value, isFormula);
    }

    private RawCell ValueOf(string text, string type, int style) => type switch
    {
        _ when text.Length == 0 => default,
        "s" => new(int.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var index) && index < texts.Count ? texts[index] : throw Refusals.Damaged()),
        "str" or "inlineStr" => new(SharedTexts.Unescaped(text)),
        "b" => new(text is "1" or "true"),
        "e" => new(CellText.ErrorValues.Contains(text) ? text : CellText.NotAvailable),
        "d" => new(System.DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var moment) ? moment : text),
        _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? CellNumber.Of(number, formats[style], parts.CountsFrom1904)
            : throw Refusals.Damaged(),
    };

    private void Keep(int column, RawCell cell)
    {
        if (column >= mostColumns || column < 0)
        {
            throw Refusals.Damaged();
        }

        if (column >= cells.Length)
        {
            Array.Resize(ref cells, Math.Max(column + 1, cells.Length * 2));
        }

        cells[column] = cell;
        count = Math.Max(count, column + 1);
    }
}
