using System.IO.Compression;
using System.Text;
using System.Xml.Linq;
using ClosedXML.Excel;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using ExcelDataReader;

namespace LoyaltyAdmin.Tests.Excel;

/// <summary>Three readers we did not write: each answers the texts of all rows, sheet by sheet.</summary>
internal static class Readers
{
    static Readers() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    public static Dictionary<string, List<object?[]>> ExcelDataReader(byte[] file)
    {
        var sheets = new Dictionary<string, List<object?[]>>();
        using var reader = ExcelReaderFactory.CreateOpenXmlReader(new MemoryStream(file));

        do
        {
            var rows = new List<object?[]>();

            while (reader.Read())
            {
                rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue)]);
            }

            sheets.Add(reader.Name, rows);
        }
        while (reader.NextResult());

        return sheets;
    }

    public static Dictionary<string, List<object?[]>> ClosedXml(byte[] file)
    {
        using var workbook = new XLWorkbook(new MemoryStream(file), XLEventTracking.Disabled);

        return workbook.Worksheets.ToDictionary(sheet => sheet.Name, sheet => Enumerable.Range(1, sheet.LastRowUsed()?.RowNumber() ?? 0)
            .Select(row => Enumerable.Range(1, sheet.LastColumnUsed().ColumnNumber()).Select(column => ValueOf(sheet.Cell(row, column))).ToArray())
            .ToList());
    }

    public static Dictionary<string, List<string?[]>> OpenXml(byte[] file)
    {
        using var document = SpreadsheetDocument.Open(new MemoryStream(file), isEditable: false);
        var workbook = document.WorkbookPart!;

        return workbook.Workbook.Sheets!.Elements<DocumentFormat.OpenXml.Spreadsheet.Sheet>().ToDictionary(
            sheet => sheet.Name!.Value!,
            sheet => RowsOf((WorksheetPart)workbook.GetPartById(sheet.Id!)));
    }

    public static XDocument Part(byte[] file, string name) => XDocument.Load(new MemoryStream(Bytes(file, name)));

    public static byte[] Bytes(byte[] file, string name)
    {
        using var archive = new ZipArchive(new MemoryStream(file));
        using var part = archive.GetEntry(name)!.Open();
        using var content = new MemoryStream();
        part.CopyTo(content);
        return content.ToArray();
    }

    /// <summary>The format of cells with this style.</summary>
    public static XElement Style(byte[] file, int style) =>
        Part(file, "xl/styles.xml").Descendants().Single(element => element.Name.LocalName == "cellXfs").Elements().ElementAt(style);

    private static List<string?[]> RowsOf(WorksheetPart part)
    {
        var rows = new List<string?[]>();
        using var reader = OpenXmlReader.Create(part);

        while (reader.Read())
        {
            if (reader.ElementType == typeof(Row) && reader.IsStartElement)
            {
                var row = (Row)reader.LoadCurrentElement()!;
                rows.Add([.. row.Elements<Cell>().Select(cell => cell.InlineString?.Text?.Text ?? cell.CellValue?.Text)]);
            }
        }

        return rows;
    }

    private static object? ValueOf(IXLCell cell) => cell.IsEmpty() ? null : cell.Value;
}
