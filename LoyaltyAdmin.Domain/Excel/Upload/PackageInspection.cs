using System.Buffers;
using System.IO.Compression;
using System.Xml;

namespace LoyaltyAdmin.Domain.Excel;

/// <summary>Unpacks every part once, counting, and looks at what the parts are. Nothing is kept.</summary>
internal sealed class PackageInspection(ZipArchive archive, UploadLimits limits, CancellationToken cancel)
{
    private const string ContentTypes = "[Content_Types].xml";

    // Long enough for any tag a program writes; what an unfinished tag holds has to stay in the window.
    private const int WindowLength = XmlPartScan.LongestTag * 2;

    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };

    private long unpacked;

    /// <summary>The parts that are scanned, and so the only ones an import may parse, whatever the package says about others.</summary>
    public static bool IsXml(string part) =>
        part.EndsWith(".xml", StringComparison.OrdinalIgnoreCase) || part.EndsWith(".rels", StringComparison.OrdinalIgnoreCase);

    public void Run()
    {
        var window = ArrayPool<byte>.Shared.Rent(WindowLength);

        try
        {
            Inspect(window);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(window);
        }
    }

    private void Inspect(byte[] window)
    {
        var types = archive.GetEntry(ContentTypes) ?? throw Refusals.NotWorkbook();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

        foreach (var entry in archive.Entries)
        {
            var name = entry.FullName.Replace('\\', '/');

            // Two parts of one name: one reader takes the first, another the last.
            if (!names.Add(name))
            {
                throw Refusals.Damaged();
            }

            CheckName(name);
            Unpack(entry, name, window);

            if (name.EndsWith(".rels", StringComparison.OrdinalIgnoreCase))
            {
                CheckLinks(entry);
            }
        }

        CheckTypes(types);
    }

    private static void CheckName(string name)
    {
        if (Contains(name, "vbaProject") || Contains(name, "/activeX/") || Contains(name, "/macrosheets/") || Contains(name, "/ctrlProps/"))
        {
            throw Refusals.Macros();
        }

        if (Contains(name, "/externalLinks/") || Contains(name, "/queryTables/") || Contains(name, "xl/connections."))
        {
            throw Refusals.ExternalLinks();
        }

        if (Contains(name, "/embeddings/"))
        {
            throw Refusals.Embedded();
        }

        // Printer settings come with every file that was printed once; any other binary part is for the parser of another format.
        if (name.EndsWith(".bin", StringComparison.OrdinalIgnoreCase) && !Contains(name, "/printerSettings/") && !Contains(name, "/customProperty"))
        {
            throw Refusals.BinaryFormat();
        }
    }

    private void Unpack(ZipArchiveEntry entry, string name, byte[] window)
    {
        var scan = IsXml(name) ? new XmlPartScan(limits) : null;
        var size = 0L;
        var filled = 0;
        using var stream = entry.Open();

        while (stream.Read(window, filled, window.Length - filled) is > 0 and var count)
        {
            cancel.ThrowIfCancellationRequested();
            CheckSize(size += count, count, entry.CompressedLength);

            if (size == count && window.AsSpan(0, count).StartsWith("PK\u0003\u0004"u8))
            {
                throw Refusals.Embedded();
            }

            if (scan is not null)
            {
                filled += count;
                var used = scan.Consume(window.AsSpan(0, filled));
                window.AsSpan(used, filled - used).CopyTo(window);
                filled -= used;
            }
        }
    }

    private void CheckSize(long size, int added, long packed)
    {
        unpacked += added;

        if (unpacked > limits.UnpackedBytes)
        {
            throw Refusals.Unpacked(limits);
        }

        if (size > limits.RatioFromBytes && size / limits.Ratio > packed)
        {
            throw Refusals.Ratio(limits);
        }
    }

    private static void CheckLinks(ZipArchiveEntry entry)
    {
        using var xml = XmlReader.Create(entry.Open(), Settings);

        while (xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element || xml.LocalName != "Relationship")
            {
                continue;
            }

            var (type, target) = (xml.GetAttribute("Type") ?? "", xml.GetAttribute("Target") ?? "");

            // Excel turns every typed e-mail address into an external hyperlink; nothing opens those.
            if ((xml.GetAttribute("TargetMode") == "External" && !type.EndsWith("/hyperlink", StringComparison.Ordinal)) || Contains(type, "externalLink"))
            {
                throw Refusals.ExternalLinks();
            }

            if (target.EndsWith(".bin", StringComparison.OrdinalIgnoreCase) && !Contains(type, "/printerSettings") && !Contains(type, "/customProperty"))
            {
                throw Refusals.BinaryFormat();
            }
        }
    }

    private static void CheckTypes(ZipArchiveEntry entry)
    {
        var isWorkbook = false;
        using var xml = XmlReader.Create(entry.Open(), Settings);

        while (xml.Read())
        {
            var type = xml.NodeType == XmlNodeType.Element ? xml.GetAttribute("ContentType") ?? "" : "";

            if (Contains(type, "macroEnabled") || Contains(type, "vbaProject"))
            {
                throw Refusals.Macros();
            }

            if (Contains(type, "sheet.binary"))
            {
                throw Refusals.BinaryFormat();
            }

            isWorkbook |= Contains(type, "spreadsheetml.sheet.main+xml") || Contains(type, "spreadsheetml.template.main+xml");
        }

        if (!isWorkbook)
        {
            throw Refusals.NotWorkbook();
        }
    }

    private static bool Contains(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);
}
