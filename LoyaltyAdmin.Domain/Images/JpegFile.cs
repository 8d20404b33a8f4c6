using System.Buffers.Binary;

namespace LoyaltyAdmin.Domain.Images;

/// <summary>JPEG (ITU-T T.81): keeps frame, tables and scans; application data (EXIF, GPS, thumbnails) and comments are left out.</summary>
internal static class JpegFile
{
    private const int MaximumSegments = 2_000;

    public static CleanImage Clean(ReadOnlySpan<byte> file)
    {
        var (width, height) = Size(file);
        using var result = new MemoryStream();
        result.Write(file[..2]);
        var (at, scans) = (2, 0);
        for (var segments = 0; segments < MaximumSegments; segments++)
        {
            at = SkipFill(file, at);
            var marker = file[at + 1];
            if (marker == 0xD9)
            {
                if (scans == 0)
                {
                    throw ImageUploads.Damaged();
                }

                result.Write([0xFF, 0xD9]);

                return new CleanImage(result.ToArray(), "image/jpeg", width, height);
            }

            var segment = file.Slice(at, 2 + BinaryPrimitives.ReadUInt16BigEndian(file.Slice(at + 2, 2)));
            at += segment.Length;
            if (IsKept(marker, segment[4..]))
            {
                result.Write(segment);
            }

            if (marker == 0xDA)
            {
                scans++;
                var end = EndOfScan(file, at);
                result.Write(file[at..end]);
                at = end;
            }
        }

        throw ImageUploads.Damaged();
    }

    /// <summary>Looks for the frame header alone, before any other part is judged.</summary>
    private static (int Width, int Height) Size(ReadOnlySpan<byte> file)
    {
        for (var at = 2; ;)
        {
            at = SkipFill(file, at);
            var marker = file[at + 1];
            if (marker is 0xC0 or 0xC1 or 0xC2)
            {
                var (height, width) = (BinaryPrimitives.ReadUInt16BigEndian(file.Slice(at + 5, 2)), BinaryPrimitives.ReadUInt16BigEndian(file.Slice(at + 7, 2)));
                ImageUploads.DemandSize(width, height);

                return (width, height);
            }

            if (marker is 0xD9 or 0xDA or < 0xC0)
            {
                throw ImageUploads.Damaged();
            }

            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(file.Slice(at + 2, 2));
        }
    }

    private static bool IsKept(byte marker, ReadOnlySpan<byte> data) => marker switch
    {
        0xC0 or 0xC1 or 0xC2 => data.Length >= 6 && data.Length == 6 + (3 * data[5]) && data[5] is 1 or 3 or 4 ? true : throw ImageUploads.Damaged(),
        0xC4 => IsHuffman(data) ? true : throw ImageUploads.Damaged(),
        0xDB => IsQuantisation(data) ? true : throw ImageUploads.Damaged(),
        0xDA => data.Length >= 1 && data.Length == 4 + (2 * data[0]) ? true : throw ImageUploads.Damaged(),
        0xDD => data.Length == 2 ? true : throw ImageUploads.Damaged(),
        0xEE => data.Length == 12 && data[..5].SequenceEqual("Adobe"u8), // Says how colours were transformed.
        (>= 0xE0 and <= 0xEF) or 0xFE => false,
        _ => throw ImageUploads.Damaged(), // Arithmetic coding, hierarchical frames, reserved markers: no browser draws them.
    };

    private static bool IsQuantisation(ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            var length = data[0] >> 4 == 0 ? 65 : 129;
            if (data[0] >> 4 > 1 || (data[0] & 15) > 3 || data.Length < length)
            {
                return false;
            }

            data = data[length..];
        }

        return true;
    }

    private static bool IsHuffman(ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            var length = 17;
            for (var i = 1; i <= 16 && data.Length > 16; i++)
            {
                length += data[i];
            }

            if (data[0] >> 4 > 1 || (data[0] & 15) > 3 || length > 17 + 256 || data.Length < length)
            {
                return false;
            }

            data = data[length..];
        }

        return true;
    }

    /// <summary>A marker may be preceded by any number of fill bytes.</summary>
    private static int SkipFill(ReadOnlySpan<byte> file, int at)
    {
        if (file[at] != 0xFF)
        {
            throw ImageUploads.Damaged();
        }

        while (file[at + 1] == 0xFF)
        {
            at++;
        }

        return at;
    }

    /// <summary>Picture data runs to the next marker that is neither a stuffed zero nor a restart.</summary>
    private static int EndOfScan(ReadOnlySpan<byte> file, int at)
    {
        while (!(file[at] == 0xFF && file[at + 1] is not 0 and not (>= 0xD0 and <= 0xD7) and not 0xFF))
        {
            at++;
        }

        return at;
    }
}
