using System.Security.Cryptography;

namespace LoyaltyAdmin.Domain.Excel;

/// <summary>An uploaded file that passed <see cref="UploadGuard"/>: the only thing a <see cref="SheetReader"/> opens.</summary>
public sealed class CheckedUpload
{
    private readonly byte[] content;

    internal CheckedUpload(byte[] content, string fileName, bool isCsv, UploadLimits limits)
    {
        (this.content, FileName, IsCsv, Limits) = (content, fileName, isCsv, limits);
        Hash = Convert.ToHexStringLower(SHA256.HashData(content));
    }

    /// <summary>The name without any folder, for the history.</summary>
    public string FileName { get; }

    /// <summary>SHA-256 of the file: the same file uploaded twice has the same one.</summary>
    public string Hash { get; }

    /// <summary>Bytes of the file.</summary>
    public int Length => content.Length;

    /// <summary>A CSV file rather than a workbook.</summary>
    public bool IsCsv { get; }

    internal UploadLimits Limits { get; }

    /// <summary>The file again, to store it.</summary>
    public Stream OpenRead() => new MemoryStream(content, writable: false);
}
