using System.IO.Compression;
using System.Xml;

namespace LoyaltyAdmin.Domain.Excel;

/// <summary>Finds the way through an xlsx package: from the workbook to its sheets, texts and formats.</summary>
internal sealed class WorkbookParts : IDisposable
{
    private const string DefaultWorkbook = "xl/workbook.xml";

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CloseInput = true,
    };

    private readonly ZipArchive archive;
    private readonly Dictionary<string, ZipArchiveEntry> entries;
    private readonly List<SheetPart> sheets = [];
    private string? texts;
    private string? styles;

    public WorkbookParts(CheckedUpload upload)
    {
        archive = new(upload.OpenRead(), ZipArchiveMode.Read);
        entries = archive.Entries.ToDictionary(entry => entry.FullName.Replace('\\', '/'), StringComparer.OrdinalIgnoreCase);
        ReadWorkbook(FindWorkbook());
    }

    /// <summary>Days are counted from 1904, as Excel for the Macintosh once did.</summary>
    public bool CountsFrom1904 { get; private set; }

    public XmlReader OpenSheet(string? name, string preferred)
    {
        var named = sheets.Find(sheet => sheet.Name.Equals(name ?? preferred, StringComparison.OrdinalIgnoreCase));

        if (named is null && name is not null)
        {
            throw Refusals.NoSheet(name);
        }

        var found = named ?? sheets.Find(sheet => sheet.IsVisible) ?? throw Refusals.Damaged();

        return Open(found.Part) ?? throw Refusals.Damaged();
    }

    public XmlReader? OpenTexts() => Open(texts);

    public XmlReader? OpenStyles() => Open(styles);

    public void Dispose() => archive.Dispose();

    private string FindWorkbook() =>
        Links("_rels/.rels", "").FirstOrDefault(link => link.Type.EndsWith("/officeDocument", StringComparison.Ordinal))?.Part ?? DefaultWorkbook;

    private void ReadWorkbook(string workbook)
    {
        var folder = workbook[..(workbook.LastIndexOf('/') + 1)];
        var links = Links($"{folder}_rels/{workbook[folder.Length..]}.rels", folder).ToList();
        texts = links.Find(link => link.Type.EndsWith("/sharedStrings", StringComparison.Ordinal))?.Part;
        styles = links.Find(link => link.Type.EndsWith("/styles", StringComparison.Ordinal))?.Part;

        using var xml = Open(workbook) ?? throw Refusals.Damaged();

        while (xml.Read())
        {
            switch (xml.NodeType == XmlNodeType.Element ? xml.LocalName : "")
            {
                case "workbookPr":
                    CountsFrom1904 = xml.GetAttribute("date1904") is "1" or "true";
                    break;
                case "sheet":
                    var id = xml.GetAttribute("id", xml.LookupNamespace("r") ?? "") ?? xml.GetAttribute("r:id");
                    var link = links.Find(candidate => candidate.Id == id);

                    // Charts and macros have tabs of their own, which are no worksheets.
                    if (link?.Type.EndsWith("/worksheet", StringComparison.Ordinal) == true)
                    {
                        sheets.Add(new(xml.GetAttribute("name") ?? "", xml.GetAttribute("state") is null or "visible", link.Part));
                    }

                    break;
            }
        }
    }

    private IEnumerable<Link> Links(string part, string folder)
    {
        using var xml = Open(part);

        while (xml?.Read() == true)
        {
            if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "Relationship"
                && xml.GetAttribute("Id") is { } id && xml.GetAttribute("Target") is { } target)
            {
                yield return new(id, xml.GetAttribute("Type") ?? "", target.StartsWith('/') ? target[1..] : folder + target);
            }
        }
    }

    private XmlReader? Open(string? part) =>
        part is not null && PackageInspection.IsXml(part) && entries.TryGetValue(part, out var entry) ? XmlReader.Create(entry.Open(), Settings) : null;

    private sealed record Link(string Id, string Type, string Part);

    private sealed record SheetPart(string Name, bool IsVisible, string Part);
}
