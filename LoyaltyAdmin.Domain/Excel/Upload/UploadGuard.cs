using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace LoyaltyAdmin.Domain.Excel;

/// <summary>Looks at an uploaded file before any parser does: a few hundred kilobytes can make a parser take gigabytes.</summary>
public static class UploadGuard
{
    /// <summary>Reads the upload to its end, at most to the limit, and answers it only if it is safe to parse.</summary>
    /// <exception cref="UploadRefusedException">The file is not taken.</exception>
    public static async Task<CheckedUpload> CheckAsync(
        Stream upload, string fileName, UploadLimits? limits = null, CancellationToken cancel = default)
    {
        limits ??= UploadLimits.Default;
        var content = await ReadAsync(upload, limits, cancel);
        var name = PlainName(fileName);

        // Unpacking takes processor time, which the caller's thread, often a page's, is not there for.
        return await Task.Run(() => Check(content, name, limits, cancel), cancel);
    }

    private static CheckedUpload Check(byte[] content, string name, UploadLimits limits, CancellationToken cancel)
    {
        switch (content)
        {
            case []:
                throw Refusals.Empty();
            case [0x50, 0x4B, 0x03, 0x04, ..]:
                CheckWorkbook(content, limits, cancel);
                return new(content, name, isCsv: false, limits);
            case [0xD0, 0xCF, 0x11, 0xE0, ..]:
                // A password turns an xlsx file into the container of the old formats, with this stream inside.
                throw content.AsSpan().IndexOf(MemoryMarshal.AsBytes("EncryptedPackage".AsSpan())) >= 0 ? Refusals.Password() : Refusals.OldFormat();
            case [0x50, 0x4B, ..]:
                throw Refusals.NotWorkbook();
            default:
                CheckText(content, name);
                return new(content, name, isCsv: true, limits);
        }
    }

    /// <summary>A name from outside is never a path, and shows no letters in another order than they are stored.</summary>
    private static string PlainName(string fileName)
    {
        const int longest = 255;
        var name = string.Concat(fileName[(fileName.LastIndexOfAny(['/', '\\']) + 1)..]
            .Where(letter => !char.IsControl(letter) && char.GetUnicodeCategory(letter) != UnicodeCategory.Format));

        return name.Length <= longest ? name : name[^longest..];
    }

    private static void CheckWorkbook(byte[] content, UploadLimits limits, CancellationToken cancel)
    {
        ZipDirectory.Check(content, limits);

        try
        {
            using var archive = new ZipArchive(new MemoryStream(content, writable: false), ZipArchiveMode.Read);
            new PackageInspection(archive, limits, cancel).Run();
        }
        catch (Exception exception) when (exception.IsAboutTheFile())
        {
            // Whatever the unpacker trips over, the operator can do one thing about it.
            throw Refusals.Damaged();
        }
    }

    private static void CheckText(byte[] content, string name)
    {
        if (Path.GetExtension(name).ToUpperInvariant() is not (".CSV" or ".TXT" or ".TSV"))
        {
            throw Refusals.NotWorkbook();
        }

        if (!CsvEncoding.IsKnown(content))
        {
            throw Refusals.Encoding();
        }
    }

    private static async Task<byte[]> ReadAsync(Stream upload, UploadLimits limits, CancellationToken cancel)
    {
        // A file of known length is taken in one piece: growing by doubling and copying would take four times its size.
        using var content = new MemoryStream(upload.CanSeek ? (int)Math.Min(upload.Length - upload.Position, limits.FileBytes) : 0);
        var block = new byte[64 * 1024];

        while (await upload.ReadAsync(block, cancel) is > 0 and var count)
        {
            if (content.Length + count > limits.FileBytes)
            {
                throw Refusals.TooLarge(limits);
            }

            content.Write(block, 0, count);
        }

        return content.Length == content.Capacity ? content.GetBuffer() : content.ToArray();
    }
}
