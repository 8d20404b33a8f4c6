using System.Text;

namespace LoyaltyAdmin.Domain.Excel;

/// <summary>What stands before and after the rows of a worksheet part.</summary>
internal static class XlsxSheetXml
{
    public static string Head(Sheet sheet, int headerRow)
    {
        var xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>")
            .Append("<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetViews><sheetView workbookViewId=\"0\">")
            .Append(FormattableString.Invariant($"<pane ySplit=\"{headerRow}\" topLeftCell=\"A{headerRow + 1}\" activePane=\"bottomLeft\" state=\"frozen\"/>"))
            .Append("<selection pane=\"bottomLeft\"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight=\"15\"/><cols>");

        for (var at = 0; at < sheet.Columns.Count; at++)
        {
            var column = sheet.Columns[at];
            // The style is for cells filled in later: a long number typed into a text column stays text.
            xml.Append(FormattableString.Invariant($"<col min=\"{at + 1}\" max=\"{at + 1}\" width=\"{column.Width}\" style=\"{XlsxStyles.OfColumn(column)}\" customWidth=\"1\"/>"));
        }

        return xml.Append("</cols><sheetData>").ToString();
    }

    public static string Foot(int headerRow, int lastRow, string lastColumn) =>
        FormattableString.Invariant($"</sheetData><autoFilter ref=\"A{headerRow}:{lastColumn}{lastRow}\"/>")
        // No green corners on card numbers kept as text.
        + FormattableString.Invariant($"<ignoredErrors><ignoredError sqref=\"A1:{lastColumn}{lastRow}\" numberStoredAsText=\"1\"/></ignoredErrors></worksheet>");
}
