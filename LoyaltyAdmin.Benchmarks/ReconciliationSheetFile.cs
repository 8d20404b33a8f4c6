using System.Globalization;
using System.IO.Compression;
using System.Xml;
using LoyaltyAdmin.Domain.GiftCards;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>One line of an exported Reconciliation sheet, minor units of a currency with two decimals.</summary>
internal sealed record SheetLine(string Currency, string StoreCode, DateOnly Day, long Opening, LiabilityMovements Movements, long Closing);

/// <summary>Reads the Reconciliation sheet of a workbook as any other program would: zip and XML, none of the product's code.</summary>
internal static class ReconciliationSheetFile
{
    private const string Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    private static readonly DateOnly zero = new(1899, 12, 30);

    public static List<SheetLine> Read(Stream workbook)
    {
        using var archive = new ZipArchive(workbook);
        var id = Elements(archive, "xl/workbook.xml", "sheet").Where(sheet => sheet.GetAttribute("name") == "Reconciliation").Select(sheet => sheet.GetAttribute("id", Relations)).First();
        var part = Elements(archive, "xl/_rels/workbook.xml.rels", "Relationship").Where(relation => relation.GetAttribute("Id") == id).Select(relation => relation.GetAttribute("Target")!.TrimStart('/')).First();
        var rows = Rows(archive, part.StartsWith("xl/", StringComparison.Ordinal) ? part : $"xl/{part}");
        List<string>? headers = null;
        var lines = new List<SheetLine>();
        foreach (var row in rows)
        {
            if (headers is not null)
            {
                lines.Add(Line(headers.Zip(row).ToDictionary(cell => cell.First, cell => cell.Second, StringComparer.Ordinal)));
            }
            else if (row is ["Currency", ..])
            {
                headers = row;
            }
        }

        return lines;
    }

    private static SheetLine Line(Dictionary<string, string> cells)
    {
        return new SheetLine(cells["Currency"], cells["Store Code"], zero.AddDays(int.Parse(cells["Business Day"], CultureInfo.InvariantCulture)), Minor("Opening"),
            new LiabilityMovements(Minor("Issued"), Minor("Imported"), Minor("Recharged"), Minor("Consumed"), Minor("Reversed"), Minor("Refunded"), Minor("Expired"), Minor("Adjusted")), Minor("Closing"));

        long Minor(string column) => checked((long)(decimal.Parse(cells[column], NumberStyles.Float, CultureInfo.InvariantCulture) * 100));
    }

    private static IEnumerable<XmlReader> Elements(ZipArchive archive, string part, string name)
    {
        using var xml = XmlReader.Create(archive.GetEntry(part)!.Open());
        while (xml.Read())
        {
            if (xml.NodeType == XmlNodeType.Element && xml.LocalName == name)
            {
                yield return xml;
            }
        }
    }

    private static IEnumerable<List<string>> Rows(ZipArchive archive, string part)
    {
        List<string>? row = null;
        foreach (var xml in Elements(archive, part))
        {
            switch (xml.NodeType, xml.LocalName)
            {
                case (XmlNodeType.Element, "row"):
                    row = [];
                    break;
                case (XmlNodeType.Element, "c"):
                    row!.Add("");
                    break;
                case (XmlNodeType.Text, _) when row is { Count: > 0 }:
                    row[^1] = xml.Value;
                    break;
                case (XmlNodeType.EndElement, "row"):
                    yield return row!;
                    row = null;
                    break;
            }
        }
    }

    private static IEnumerable<XmlReader> Elements(ZipArchive archive, string part)
    {
        using var xml = XmlReader.Create(archive.GetEntry(part)!.Open());
        while (xml.Read())
        {
            yield return xml;
        }
    }
}
