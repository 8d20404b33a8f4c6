using System.IO.Compression;
using System.Text;
using static LoyaltyAdmin.Tests.Excel.WorkbookFile;

namespace LoyaltyAdmin.Tests.Excel;

/// <summary>A file somebody could send, and what has to become of it.</summary>
internal sealed record MalformedFile(string Name, byte[] Content, string Expected, string FileName = "cards.xlsx");

/// <summary>More than two hundred broken, hostile and merely unusual files, made in code. Expected is a refusal, an error of the first row, or "ok".</summary>
internal static class MalformedFiles
{
    private static WorkbookFile Sound => Of(Header(), Row(2, Text("A2", "0012345678901234567"), Number("B2", "5.25"), Number("C2", "46387", 1)), Row(3, Typed("A3", "s", "1")));

    public static IEnumerable<MalformedFile> All() =>
        [.. Truncated(), .. OtherFormats(), .. MissingParts(), .. DocumentTypes(), .. BrokenXml(), .. Cells(), .. Rows(), .. Headers(), .. Texts(), .. Packages(), .. Csv()];

    private static IEnumerable<MalformedFile> Truncated()
    {
        var file = Sound.ToBytes();

        for (var tenth = 1; tenth < 40; tenth++)
        {
            var length = file.Length * tenth / 40;
            yield return new($"truncated to {tenth}/40", file[..length], "file_damaged");
            yield return new($"{tenth}/40 missing from the start", [.. "PK\u0003\u0004"u8, .. file[length..]], "any");
        }

        yield return new("last byte missing", file[..^1], "file_damaged");
        yield return new("empty", [], "file_empty");
        yield return new("first bytes only", [.. file[..4]], "file_damaged");
        yield return new("a comment behind the end", [.. file, .. "trailing"u8], "any");
    }

    private static IEnumerable<MalformedFile> OtherFormats()
    {
        byte[] old = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[2000]];
        yield return new("xls renamed", old, "old_excel_format");
        yield return new("xls", old, "old_excel_format", "cards.xls");
        yield return new("password", [.. old, .. Encoding.Unicode.GetBytes("EncryptedPackage")], "password_protected");
        yield return new("xls named csv", old, "old_excel_format", "cards.csv");
        yield return new("empty zip", [0x50, 0x4B, 0x05, 0x06, .. new byte[18]], "not_a_workbook");
        yield return new("html", "<html><table><tr><td>Card number</td></tr></table></html>"u8.ToArray(), "not_a_workbook");
        yield return new("xml spreadsheet 2003", "<?xml version=\"1.0\"?><Workbook/>"u8.ToArray(), "not_a_workbook");
        yield return new("csv named xlsx", "Card number\n1\n"u8.ToArray(), "not_a_workbook");
        yield return new("pdf", "%PDF-1.7"u8.ToArray(), "not_a_workbook");
        yield return new("png", [0x89, 0x50, 0x4E, 0x47, 0, 0], "not_a_workbook");
        yield return new("zeros", new byte[5000], "not_a_workbook");
        yield return new("no name", "x"u8.ToArray(), "not_a_workbook", "");
        yield return new("word document", Sound.Change("[Content_Types].xml", xml => xml.Replace("spreadsheetml.sheet.main", "wordprocessingml.document.main")).ToBytes(), "not_a_workbook");
        yield return new("open document", new WorkbookFile().With("mimetype", "application/vnd.oasis.opendocument.spreadsheet").With("content.xml", "<x/>").ToBytes(), "not_a_workbook");
        yield return new("macro workbook", Sound.Change("[Content_Types].xml", xml => xml.Replace("spreadsheetml.sheet.main", "x").Replace("openxmlformats-officedocument.x", "ms-excel.sheet.macroEnabled.main")).ToBytes(), "macros");
        yield return new("xlsx named csv", Sound.ToBytes(), "ok", "cards.csv");
    }

    private static IEnumerable<MalformedFile> MissingParts()
    {
        yield return new("no content types", Sound.Without("[Content_Types].xml").ToBytes(), "not_a_workbook");
        yield return new("no package links", Sound.Without("_rels/.rels").ToBytes(), "ok");
        yield return new("no workbook", Sound.Without("xl/workbook.xml").ToBytes(), "file_damaged");
        yield return new("no workbook links", Sound.Without("xl/_rels/workbook.xml.rels").ToBytes(), "file_damaged");
        yield return new("no sheet", Sound.Without(SheetPart).ToBytes(), "file_damaged");
        yield return new("no styles: a day is a number", Sound.Without("xl/styles.xml").ToBytes(), "date_invalid");
        yield return new("no shared texts", Of(Header(), Row(2, Typed("A2", "s", "0"))).Without("xl/sharedStrings.xml").ToBytes(), "file_damaged");
        yield return new("no sheets", Sound.Change("xl/workbook.xml", xml => xml.Replace("<sheet ", "<shoot ")).ToBytes(), "file_damaged");
        yield return new("sheet without a link", Sound.Change("xl/workbook.xml", xml => xml.Replace("rId1", "rId99")).ToBytes(), "file_damaged");
        yield return new("sheet linked to itself", Sound.Change("xl/_rels/workbook.xml.rels", xml => xml.Replace("worksheets/sheet1.xml", "workbook.xml")).ToBytes(), "header_missing");
        yield return new("sheet linked outside", Sound.Change("xl/_rels/workbook.xml.rels", xml => xml.Replace("worksheets/sheet1.xml", "../../etc/passwd")).ToBytes(), "file_damaged");
        yield return new("sheet linked to a binary part", Sound.Change("xl/_rels/workbook.xml.rels", xml => xml.Replace("worksheets/sheet1.xml", "x.bin")).ToBytes(), "binary_workbook");
        yield return new("all sheets hidden", Sound.Change("xl/workbook.xml", xml => xml.Replace("name=\"Cards\"", "name=\"X\" state=\"veryHidden\"")).ToBytes(), "file_damaged");
        yield return new("link to another file", Sound.Change("xl/_rels/workbook.xml.rels", xml => xml.Replace("Target=\"styles.xml\"", "Target=\"http://127.0.0.1:9/\" TargetMode=\"External\"")).ToBytes(), "external_links");
    }

    private static IEnumerable<MalformedFile> DocumentTypes()
    {
        foreach (var part in Sound.Names)
        {
            yield return new($"document type in {part}", Sound.Change(part, xml => $"<!DOCTYPE a [<!ENTITY b \"c\">]>{xml[Math.Max(0, xml.IndexOf("?>", StringComparison.Ordinal) + 2)..]}").ToBytes(), "forbidden_xml");
            yield return new($"UTF-16 in {part}", Sound.With(part, Encoding.Unicode.GetBytes("<x/>")).ToBytes(), "forbidden_xml");
        }
    }

    private static IEnumerable<MalformedFile> BrokenXml()
    {
        foreach (var part in Sound.Names)
        {
            yield return new($"{part} is empty", Sound.With(part, "").ToBytes(), "file_damaged");
            yield return new($"{part} is cut", Sound.Change(part, xml => xml[..(xml.Length / 2)]).ToBytes(), "file_damaged");
            yield return new($"{part} holds a NUL", Sound.Change(part, xml => xml.Insert(xml.Length / 2, "\0")).ToBytes(), "file_damaged");
            yield return new($"{part} is something else", Sound.With(part, "<other/>").ToBytes(), "any");
            yield return new($"{part} names an unknown entity", Sound.Change(part, xml => xml.Replace("</", "&unknown;</")).ToBytes(), "file_damaged");
            yield return new($"{part} has a byte that is not UTF-8", Sound.With(part, [.. "<x>"u8, 0xC3, 0x28, .. "</x>"u8]).ToBytes(), "file_damaged");
        }

        yield return new("prefixes", Sound.With(SheetPart, $"<x:worksheet xmlns:x=\"{Main}\"><x:sheetData>{Prefixed(Header())}<x:row r=\"2\"><x:c r=\"A2\"><x:v>12</x:v></x:c></x:row></x:sheetData></x:worksheet>").ToBytes(), "ok");
        yield return new("indented", Sound.Change(SheetPart, xml => xml.Replace("><", ">\n  <")).ToBytes(), "ok");
        yield return new("byte order mark", Sound.With(SheetPart, [0xEF, 0xBB, 0xBF, .. Sound[SheetPart]]).ToBytes(), "ok");
        yield return new("comments and instructions", Sound.Change(SheetPart, xml => xml.Replace("<row", "<!-- a --><?b c?><row").Replace("<c ", "<!-- <c r=\"ZZZZ1\"/> --><c ")).ToBytes(), "ok");
    }

    private static string Prefixed(string xml) => xml.Replace("</", "\u0001").Replace("<", "<x:").Replace("\u0001", "</x:");

    private static MalformedFile Cell(string name, string expected, params string[] cells) => new(name, Of(Header(), Row(2, cells)).ToBytes(), expected);

    private static IEnumerable<MalformedFile> Cells()
    {
        yield return Cell("shared text out of range", "file_damaged", Typed("A2", "s", "99"));
        yield return Cell("shared text below zero", "file_damaged", Typed("A2", "s", "-1"));
        yield return Cell("shared text by name", "file_damaged", Typed("A2", "s", "x"));
        yield return Cell("16 digits as a number", "number_damaged", Number("A2", "1234567890123456"));
        yield return Cell("19 digits as a number", "number_damaged", Number("A2", "1234567890123456789"));
        yield return Cell("15 digits as a number", "ok", Number("A2", "123456789012345"));
        yield return Cell("not a number", "file_damaged", Number("A2", "abc"));
        yield return Cell("a number without end", "file_damaged", Number("A2", "1E400"));
        yield return Cell("no number", "file_damaged", Number("A2", "NaN"));
        yield return Cell("empty value", "none", Number("A2", ""));
        yield return Cell("empty text", "required", Text("A2", ""), Number("B2", "5"));
        yield return Cell("unknown type", "ok", Typed("A2", "zzz", "12"));
        yield return Cell("unknown style", "ok", Number("A2", "12", 999));
        yield return Cell("style out of range", "ok", "<c r=\"A2\" s=\"99999999999\"><v>12</v></c>");
        yield return Cell("formula", "ok", "<c r=\"A2\" t=\"str\"><f>CONCAT(1)</f><v>12</v></c>");
        yield return Cell("formula without a value", "formula_error", "<c r=\"A2\"><f>1</f></c>");
        yield return Cell("formula that fails", "formula_error", "<c r=\"A2\" t=\"e\"><f>1/0</f><v>#DIV/0!</v></c>");
        yield return Cell("day below zero", "formula_error", Text("A2", "1"), Number("C2", "-1", 1));
        yield return Cell("day beyond all years", "formula_error", Text("A2", "1"), Number("C2", "3000000", 1));
        yield return Cell("day that never was", "formula_error", Text("A2", "1"), Number("C2", "60", 1));
        yield return Cell("day as ISO text", "ok", Text("A2", "1"), Typed("C2", "d", "2026-12-31"));
        yield return Cell("day as broken ISO text", "date_invalid", Text("A2", "1"), Typed("C2", "d", "2026-13-31"));
        yield return Cell("duration beyond all", "formula_error", Text("A2", "1"), Number("C2", "1E300", 3));
        yield return Cell("day as a duration", "date_invalid", Text("A2", "1"), Number("C2", "1", 3));
        yield return Cell("amount 0", "ok", Text("A2", "1"), Number("B2", "0"));
        yield return Cell("amount 2^63", "ok", Text("A2", "1"), Number("B2", "9223372036854"));
        yield return Cell("amount 1e30", "amount_too_large", Text("A2", "1"), Number("B2", "1e30"));
        yield return Cell("amount with three decimals", "too_many_decimals", Text("A2", "1"), Number("B2", "1.001"));
        yield return Cell("amount as text with currency", "amount_invalid", Text("A2", "1"), Text("B2", "$5"));
        yield return Cell("amount in another script", "amount_invalid", Text("A2", "1"), Text("B2", "\u0661\u0662"));
        yield return Cell("truth value as amount", "amount_invalid", Text("A2", "1"), Typed("B2", "b", "1"));
        yield return Cell("two cells in one place", "ok", Text("A2", "1"), Text("A2", "2"));
        yield return Cell("cells out of order", "ok", Number("B2", "5"), Text("A2", "1"));
        yield return Cell("place of another row", "ok", Text("A9", "1"));
        yield return Cell("place without a row", "file_damaged", Text("A", "1"));
        yield return Cell("place without a column", "file_damaged", Text("2", "1"));
        yield return Cell("place in small letters", "file_damaged", Text("a2", "1"));
        yield return Cell("place in column 16,384", "ok", Text("A2", "1"), Text("XFD2", "1"));
        yield return Cell("place in column 16,385", "too_many_columns", Text("A2", "1"), Text("XFE2", "1"));
        yield return Cell("place far beyond", "too_many_columns", Text("ZZZZZ2", "1"));
        yield return Cell("place beyond numbers", "file_damaged", Text("ZZZZZZZZZZ2", "1"));
        yield return Cell("place written as entities", "file_damaged", Text("&#65;2", "1"));
        yield return Cell("cell inside a cell", "any", "<c r=\"A2\"><c r=\"B2\"><v>1</v></c></c>");
        yield return Cell("value inside a value", "file_damaged", "<c r=\"A2\"><v><v>1</v></v></c>");
        yield return Cell("text of 32,767 letters", "ok", Text("A2", new string('x', 32_767)));
        yield return Cell("text of 32,768 letters", "cell_too_long", Text("A2", new string('x', 32_768)));
    }

    private static MalformedFile Sheet(string name, string expected, params string[] rows) => new(name, Of(rows).ToBytes(), expected);

    private static IEnumerable<MalformedFile> Rows()
    {
        var first = Row(2, Text("A2", "1"));
        yield return Sheet("gap of rows", "ok", Header(), first, Row(1_048_576, Text("A1048576", "2")));
        yield return Sheet("row beyond the last", "file_damaged", Header(), first, Row(1_048_577, Text("A1048577", "2")));
        yield return Sheet("row 0", "file_damaged", Row(0, Text("A1", "1")));
        yield return Sheet("row below zero", "file_damaged", Header(), Row(-5, Text("A2", "1")));
        yield return Sheet("row by name", "file_damaged", Header(), "<row r=\"x\"/>");
        yield return Sheet("row beyond numbers", "file_damaged", Header(), "<row r=\"99999999999999\"/>");
        yield return Sheet("rows out of order", "file_damaged", Header(), Row(9, Text("A9", "1")), Row(3, Text("A3", "1")));
        yield return Sheet("row twice", "file_damaged", Header(), first, first);
        yield return Sheet("row inside a row", "any", Header(), $"<row r=\"2\">{Text("A2", "1")}<row r=\"3\">{Text("A3", "1")}</row></row>");
        yield return Sheet("rows without places", "ok", Header(), "<row><c><v>1</v></c></row>");
        yield return Sheet("empty rows", "ok", Header(), "<row r=\"2\"/>", Row(3, Text("A3", "1")));
        yield return Sheet("header only", "none", Header());
        yield return new("two tables", OfSheet($"<sheetData>{Header()}{first}</sheetData><sheetData>{Row(3, Text("A3", "2"))}</sheetData>").ToBytes(), "ok");
        yield return new("no table", OfSheet("").ToBytes(), "header_missing");
        yield return new("an empty table", OfSheet("<sheetData/>").ToBytes(), "header_missing");
        yield return new("merged cells", OfSheet($"<sheetData>{Header()}{first}</sheetData><mergeCells><mergeCell ref=\"A2:A9\"/></mergeCells>").ToBytes(), "ok");
        yield return new("merged cells beyond all", OfSheet($"<sheetData>{Header()}{first}</sheetData><mergeCells><mergeCell ref=\"zzz\"/></mergeCells>").ToBytes(), "ok");
        yield return new("columns without a width", OfSheet($"<cols><col min=\"1\" max=\"1\" style=\"1\"/></cols><sheetData>{Header()}{first}</sheetData>").ToBytes(), "ok");
        yield return new("a size that is not true", OfSheet($"<dimension ref=\"A1:XFD1048576\"/><sheetData>{Header()}{first}</sheetData>").ToBytes(), "ok");
        yield return new("days from 1904", OfSheet($"<sheetData>{Header()}{Row(2, Text("A2", "1"), Number("C2", "44925", 1))}</sheetData>", "<workbookPr date1904=\"1\"/>").ToBytes(), "ok");
    }

    private static IEnumerable<MalformedFile> Headers()
    {
        yield return Sheet("header twice", "column_twice", Row(1, Text("A1", "Card number"), Text("B1", "Card number")));
        yield return Sheet("header and synonym", "column_twice", Row(1, Text("A1", "Card number"), Text("B1", "Card no.")));
        yield return Sheet("header of another list", "header_missing", Row(1, Text("A1", "Name"), Text("B1", "Phone")));
        yield return Sheet("header without the number", "column_missing", Row(1, Text("A1", "Balance"), Text("B1", "Plan")));
        yield return Sheet("header of numbers", "header_missing", Row(1, Number("A1", "1"), Number("B1", "2")));
        yield return Sheet("header with a mark", "ok", Row(1, Text("A1", "\uFEFFCard number")), Row(2, Text("A2", "1")));
        yield return Sheet("header with half a letter", "ok", Row(1, Text("A1", "Card number"), Text("B1", "_xD800_")), Row(2, Text("A2", "1")));
        yield return Sheet("unknown header twice", "ok", Row(1, Text("A1", "Card number"), Text("B1", "x"), Text("C1", "x")), Row(2, Text("A2", "1")));
        yield return Sheet("header far to the right", "ok", Row(1, Text("XFD1", "Card number")), Row(2, Text("XFD2", "1")));
        yield return Sheet("header in row 21", "header_missing", Header(21), Row(22, Text("A22", "1")));
        yield return Sheet("a thousand headers", "any", Row(1, [.. Enumerable.Range(0, 1000).Select(_ => "<c t=\"inlineStr\"><is><t>x</t></is></c>")]), Row(2, Text("A2", "1")));
    }

    private static IEnumerable<MalformedFile> Texts()
    {
        yield return Cell("text from right to left", "ok", Text("A2", "שלום"));
        yield return Cell("text with a hidden direction", "ok", Text("A2", "\u202E12\u202C"));
        yield return Cell("NUL", "control_character", Text("A2", "a_x0000_b"));
        yield return Cell("half a letter", "text_damaged", Text("A2", "_xDC00_"));
        yield return Cell("lost letter", "text_damaged", Text("A2", "M\uFFFDller"));
        yield return Cell("escape that is none", "ok", Text("A2", "_xZZZZ_ _x00"));
        yield return Cell("rich text", "ok", "<c r=\"A2\" t=\"inlineStr\"><is><r><rPr><b/></rPr><t>1</t></r><r><t>2</t></r></is></c>");
        yield return Cell("text in a section", "ok", "<c r=\"A2\" t=\"inlineStr\"><is><t><![CDATA[<1>]]></t></is></c>");
        yield return Cell("formula as text", "ok", Text("A2", "=HYPERLINK(\"http://127.0.0.1:9/\")"));
        yield return Cell("blank only", "none", Text("A2", " \u00A0\u200B "));
        yield return Cell("not on the list", "not_allowed", Text("A2", "1"), Text("G2", "Easter"));
    }

    private static IEnumerable<MalformedFile> Packages()
    {
        yield return new("macros", Sound.With("xl/vbaProject.bin", "x").ToBytes(), "macros");
        yield return new("external book", Sound.With("xl/externalLinks/externalLink1.xml", "<externalLink/>").ToBytes(), "external_links");
        yield return new("data connection", Sound.With("xl/connections.xml", "<connections/>").ToBytes(), "external_links");
        yield return new("embedded file", Sound.With("xl/embeddings/a.docx", "x").ToBytes(), "embedded_files");
        yield return new("a zip as a picture", Sound.With("xl/media/a.png", Sound.ToBytes()).ToBytes(), "embedded_files");
        yield return new("a part twice", Sound.AddTwice(SheetPart, "<x/>").ToBytes(), "file_damaged");
        yield return new("a path upwards", Sound.With("../../evil.xml", "<x/>").ToBytes(), "ok");
        yield return new("an absolute path", Sound.With("/etc/passwd.xml", "<x/>").ToBytes(), "ok");
        yield return new("65 parts", Enumerable.Range(0, 58).Aggregate(Sound, (file, number) => file.With($"a{number}.png", "x")).ToBytes(), "too_many_parts");
        yield return new("64 parts", Enumerable.Range(0, 57).Aggregate(Sound, (file, number) => file.With($"a{number}.png", "x")).ToBytes(), "ok");
        yield return new("not packed", Sound.ToBytes(CompressionLevel.NoCompression), "ok");
        yield return new("a folder entry", Sound.With("xl/media/", "").ToBytes(), "any");
        yield return new("a bomb", Sound.With("xl/media/a.png", new byte[30_000_000]).ToBytes(CompressionLevel.SmallestSize), "packed_too_tightly");
    }

    private static MalformedFile CsvFile(string name, string expected, params byte[] content) => new(name, content, expected, "cards.csv");

    private static IEnumerable<MalformedFile> Csv()
    {
        yield return CsvFile("csv", "ok", "Card number\n1\n"u8.ToArray());
        yield return CsvFile("csv without a last line break", "ok", "Card number\r\n1"u8.ToArray());
        yield return CsvFile("csv with old line breaks", "ok", "Card number\r1\r"u8.ToArray());
        yield return CsvFile("csv with a mark", "ok", [0xEF, 0xBB, 0xBF, .. "Card number\n1\n"u8]);
        yield return CsvFile("csv in UTF-16", "ok", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("Card number\n1\n")]);
        yield return CsvFile("csv in UTF-16 without a mark", "wrong_encoding", Encoding.Unicode.GetBytes("Card number\n1\n"));
        yield return CsvFile("csv in Latin-1", "wrong_encoding", Encoding.Latin1.GetBytes("Card number\nM\u00FCller\n"));
        yield return CsvFile("csv in UTF-32", "wrong_encoding", [0xFF, 0xFE, 0, 0, .. Encoding.UTF32.GetBytes("Card number\n1\n")]);
        yield return CsvFile("csv with NUL", "wrong_encoding", "Card number\n1\0\n"u8.ToArray());
        yield return CsvFile("csv with an open quote", "quote_not_closed", "Card number\n\"1\n"u8.ToArray());
        yield return CsvFile("csv with stray quotes", "ok", "Card number,Plan\n1\"2\"3,\n"u8.ToArray());
        yield return CsvFile("csv with text behind a quote", "ok", "Card number,Plan\n\"1\"2,\n"u8.ToArray());
        yield return CsvFile("csv with a control character", "control_character", "Card number,Plan\n1\u0007,\n"u8.ToArray());
        yield return CsvFile("csv of line breaks", "header_missing", Enumerable.Repeat((byte)'\n', 100_000).ToArray());
        yield return CsvFile("csv of separators", "too_many_columns", Enumerable.Repeat((byte)',', 100_000).ToArray());
        yield return CsvFile("csv of quotes", "any", Enumerable.Repeat((byte)'"', 100_001).ToArray());
        yield return CsvFile("csv of one line", "cell_too_long", [.. "Card number,"u8, .. Enumerable.Repeat((byte)'x', 500_000)]);
        yield return CsvFile("csv with a wrong column", "column_missing", "Balance,Plan\n1,\n"u8.ToArray());
        yield return CsvFile("csv with a rounded number", "number_damaged", "Card number,Plan\n6.03555E+18,\n"u8.ToArray());
        yield return CsvFile("csv of a separator line", "header_missing", "sep=;\n"u8.ToArray());
        yield return CsvFile("html named csv", "header_missing", "<html><table>"u8.ToArray());
    }
}
