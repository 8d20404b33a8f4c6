using System.IO.Compression;
using System.Text;

namespace LoyaltyAdmin.Tests.Excel;

/// <summary>Puts an xlsx file together part by part, so that tests can make any file somebody could send.</summary>
internal sealed class WorkbookFile
{
    public const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    public const string Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    public const string SheetPart = "xl/worksheets/sheet1.xml";

    private const string Package = "http://schemas.openxmlformats.org/package/2006";

    private readonly List<(string Name, byte[] Content)> parts = [];

    /// <summary>A workbook of one sheet with these rows.</summary>
    public static WorkbookFile Of(params string[] rows) => OfSheet($"<sheetData>{string.Concat(rows)}</sheetData>");

    /// <summary>A workbook of one sheet with this content.</summary>
    public static WorkbookFile OfSheet(string content, string workbookProperties = "") => new WorkbookFile()
        .With("[Content_Types].xml", $"""
            <Types xmlns="{Package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>
            """)
        .With("_rels/.rels", Links($"<Relationship Id=\"rId1\" Type=\"{Office}/officeDocument\" Target=\"xl/workbook.xml\"/>"))
        .With("xl/workbook.xml", $"<workbook xmlns=\"{Main}\" xmlns:r=\"{Office}\">{workbookProperties}<sheets><sheet name=\"Cards\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>")
        .With("xl/_rels/workbook.xml.rels", Links(
            $"<Relationship Id=\"rId1\" Type=\"{Office}/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
            + $"<Relationship Id=\"rId2\" Type=\"{Office}/styles\" Target=\"styles.xml\"/>"
            + $"<Relationship Id=\"rId3\" Type=\"{Office}/sharedStrings\" Target=\"sharedStrings.xml\"/>"))
        .With("xl/styles.xml", $"""
            <styleSheet xmlns="{Main}"><numFmts count="2"><numFmt numFmtId="170" formatCode="00000"/><numFmt numFmtId="171" formatCode="yyyy\-mm\-dd\ hh:mm"/></numFmts><cellXfs count="6"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="46"/><xf numFmtId="49"/><xf numFmtId="171"/></cellXfs></styleSheet>
            """)
        .With("xl/sharedStrings.xml", $"<sst xmlns=\"{Main}\"><si><t>0012345678901234567</t></si><si><r><t>two</t></r><r><t xml:space=\"preserve\"> runs</t></r></si></sst>")
        .With(SheetPart, Worksheet(content));

    public static string Worksheet(string content) => $"<?xml version=\"1.0\" encoding=\"UTF-8\"?><worksheet xmlns=\"{Main}\">{content}</worksheet>";

    public static string Links(string links) => $"<Relationships xmlns=\"{Package}/relationships\">{links}</Relationships>";

    public static string Row(int number, params string[] cells) => $"<row r=\"{number}\">{string.Concat(cells)}</row>";

    public static string Text(string place, string text) => $"<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>";

    public static string Number(string place, string value, int style = 0) => $"<c r=\"{place}\" s=\"{style}\"><v>{value}</v></c>";

    public static string Typed(string place, string type, string value) => $"<c r=\"{place}\" t=\"{type}\"><v>{value}</v></c>";

    /// <summary>The header of <see cref="CardSheet"/>.</summary>
    public static string Header(int row = 1) => Row(row,
        Text($"A{row}", "Card number"), Text($"B{row}", "Balance"), Text($"C{row}", "Valid until"), Text($"D{row}", "Sold at"),
        Text($"E{row}", "Uses"), Text($"F{row}", "Active"), Text($"G{row}", "Plan"));

    /// <summary>Bytes no compressor makes smaller.</summary>
    public static byte[] Noise(int length)
    {
        var noise = new byte[length];
        new Random(1).NextBytes(noise);
        return noise;
    }

    public WorkbookFile With(string name, string content) => With(name, Encoding.UTF8.GetBytes(content));

    public WorkbookFile With(string name, byte[] content)
    {
        var at = parts.FindIndex(part => part.Name == name);

        if (at < 0)
        {
            parts.Add((name, content));
        }
        else
        {
            parts[at] = (name, content);
        }

        return this;
    }

    public WorkbookFile AddTwice(string name, string content)
    {
        parts.Add((name, Encoding.UTF8.GetBytes(content)));
        return this;
    }

    public WorkbookFile Without(string name)
    {
        parts.RemoveAll(part => part.Name == name);
        return this;
    }

    public WorkbookFile Change(string name, Func<string, string> change) => With(name, change(Encoding.UTF8.GetString(this[name])));

    public IEnumerable<string> Names => parts.Select(part => part.Name).ToList();

    public byte[] this[string name] => parts.First(part => part.Name == name).Content;

    public byte[] ToBytes(CompressionLevel level = CompressionLevel.Fastest)
    {
        using var file = new MemoryStream();

        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in parts)
            {
                using var entry = archive.CreateEntry(name, level).Open();
                entry.Write(content);
            }
        }

        return file.ToArray();
    }
}
