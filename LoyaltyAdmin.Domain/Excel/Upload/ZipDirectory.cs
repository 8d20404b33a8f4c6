using System.Buffers.Binary;

namespace LoyaltyAdmin.Domain.Excel;

/// <summary>Counts the entries of a zip file by walking its directory, because opening it creates an object for every entry first.</summary>
internal static class ZipDirectory
{
    private const int EndLength = 22;
    private const int EntryLength = 46;
    private const int Stored = 0;
    private const int Deflated = 8;

    public static void Check(ReadOnlySpan<byte> file, UploadLimits limits)
    {
        // At most a comment of 64 KB follows.
        var tail = file[Math.Max(0, file.Length - EndLength - ushort.MaxValue)..];
        var end = tail.LastIndexOf("PK\u0005\u0006"u8);

        if (end < 0 || tail.Length - end < EndLength)
        {
            throw Refusals.Damaged();
        }

        var start = BinaryPrimitives.ReadUInt32LittleEndian(tail[(end + 16)..]);

        // Beyond the file's end, or the mark of a 64-bit directory, which no file of this size has.
        if (start >= file.Length)
        {
            throw Refusals.Damaged();
        }

        Walk(file[(int)start..], limits);
    }

    private static void Walk(ReadOnlySpan<byte> directory, UploadLimits limits)
    {
        for (var count = 1; directory.Length >= EntryLength && directory.StartsWith("PK\u0001\u0002"u8); count++)
        {
            if (count > limits.Parts)
            {
                throw Refusals.TooManyParts(limits);
            }

            if ((directory[8] & 1) != 0)
            {
                throw Refusals.Password();
            }

            if (BinaryPrimitives.ReadUInt16LittleEndian(directory[10..]) is not (Stored or Deflated))
            {
                throw Refusals.Damaged();
            }

            var length = EntryLength
                + BinaryPrimitives.ReadUInt16LittleEndian(directory[28..])
                + BinaryPrimitives.ReadUInt16LittleEndian(directory[30..])
                + BinaryPrimitives.ReadUInt16LittleEndian(directory[32..]);

            directory = length < directory.Length ? directory[length..] : [];
        }
    }
}
