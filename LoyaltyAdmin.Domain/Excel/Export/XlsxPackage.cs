using System.Security;
using System.Text;

namespace LoyaltyAdmin.Domain.Excel;

/// <summary>The small parts around the worksheets.</summary>
internal static class XlsxPackage
{
    public const string Links = Head + """
        <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>
        """;

    private const string Head = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>""";
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string SpreadsheetType = "application/vnd.openxmlformats-officedocument.spreadsheetml";

    public static string Workbook(IReadOnlyList<XlsxPart> parts)
    {
        var xml = new StringBuilder(Head).Append($"<workbook xmlns=\"{Main}\" xmlns:r=\"{Office}\"><sheets>");

        for (var at = 0; at < parts.Count; at++)
        {
            xml.Append($"<sheet name=\"{SecurityElement.Escape(parts[at].Name)}\" sheetId=\"{at + 1}\" r:id=\"rId{at + 1}\"/>");
        }

        xml.Append("</sheets><definedNames>");

        for (var at = 0; at < parts.Count; at++)
        {
            // Excel knows a filter by this hidden name, too.
            xml.Append($"<definedName name=\"_xlnm._FilterDatabase\" localSheetId=\"{at}\" hidden=\"1\">{parts[at].FilterReference}</definedName>");
        }

        return xml.Append("</definedNames></workbook>").ToString();
    }

    public static string WorkbookLinks(int sheets)
    {
        var xml = new StringBuilder(Head).Append("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">");

        for (var number = 1; number <= sheets; number++)
        {
            xml.Append($"<Relationship Id=\"rId{number}\" Type=\"{Office}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>");
        }

        return xml.Append($"<Relationship Id=\"rId{sheets + 1}\" Type=\"{Office}/styles\" Target=\"styles.xml\"/></Relationships>").ToString();
    }

    public static string ContentTypes(int sheets)
    {
        var xml = new StringBuilder(Head)
            .Append("<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">")
            .Append("<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>")
            .Append("<Default Extension=\"xml\" ContentType=\"application/xml\"/>")
            .Append($"<Override PartName=\"/xl/workbook.xml\" ContentType=\"{SpreadsheetType}.sheet.main+xml\"/>")
            .Append($"<Override PartName=\"/xl/styles.xml\" ContentType=\"{SpreadsheetType}.styles+xml\"/>");

        for (var number = 1; number <= sheets; number++)
        {
            xml.Append($"<Override PartName=\"/xl/worksheets/sheet{number}.xml\" ContentType=\"{SpreadsheetType}.worksheet+xml\"/>");
        }

        return xml.Append("</Types>").ToString();
    }
}
