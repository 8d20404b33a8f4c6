using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace LoyaltyAdmin.Domain.Images;

/// <summary>PNG (ISO/IEC 15948): keeps IHDR, PLTE, tRNS and the pixels, which are inflated and deflated anew.</summary>
internal static class PngFile
{
    private const int SignatureLength = 8;
    private const int MaximumChunks = 10_000;

    private static readonly uint[] crcTable = [.. Enumerable.Range(0, 256).Select(n => Enumerable.Range(0, 8).Aggregate((uint)n, (c, _) => (c & 1) == 1 ? 0xEDB88320 ^ (c >> 1) : c >> 1))];

    public static CleanImage Clean(ReadOnlySpan<byte> file)
    {
        var header = Header.Read(file);
        using var result = new MemoryStream();
        using var pixels = new MemoryStream();
        result.Write(file[..SignatureLength]);
        var (at, chunks, isEnded, seenPalette) = (SignatureLength, 0, false, false);
        while (!isEnded)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file.Slice(at, 4));
            var type = file.Slice(at + 4, 4);
            var data = file.Slice(at + 8, length);
            if (++chunks > MaximumChunks || Crc(file.Slice(at + 4, 4 + length)) != BinaryPrimitives.ReadUInt32BigEndian(file.Slice(at + 8 + length, 4)))
            {
                throw ImageUploads.Damaged();
            }

            at += 12 + length;
            switch (Encoding.ASCII.GetString(type))
            {
                case "IHDR" when chunks == 1:
                    Write(result, "IHDR"u8, data);
                    break;
                case "PLTE" when pixels.Length == 0 && !seenPalette && length % 3 == 0 && length is > 0 and <= 768:
                    seenPalette = true;
                    Write(result, "PLTE"u8, data);
                    break;
                case "tRNS" when pixels.Length == 0 && length is > 0 and <= 256:
                    Write(result, "tRNS"u8, data);
                    break;
                case "IDAT":
                    pixels.Write(data);
                    break;
                case "IEND" when length == 0:
                    isEnded = true;
                    break;
                case var _ when (type[0] & 0x20) != 0:
                    break; // Ancillary: not needed to draw the picture.
                default:
                    throw ImageUploads.Damaged();
            }
        }

        if (header.NeedsPalette && !seenPalette)
        {
            throw ImageUploads.Damaged();
        }

        Write(result, "IDAT"u8, Repack(pixels, header.RawLength));
        Write(result, "IEND"u8, []);

        return new CleanImage(result.ToArray(), "image/png", header.Width, header.Height);
    }

    /// <summary>Exactly the announced pixels go in; bytes behind them are lost.</summary>
    private static byte[] Repack(MemoryStream deflated, long expected)
    {
        deflated.Position = 0;
        using var packed = new MemoryStream();
        using (var source = new ZLibStream(deflated, CompressionMode.Decompress))
        using (var target = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            var buffer = new byte[81920];
            for (var left = expected; left > 0;)
            {
                var read = source.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
                if (read == 0)
                {
                    throw ImageUploads.Damaged();
                }

                target.Write(buffer, 0, read);
                left -= read;
            }
        }

        return packed.ToArray();
    }

    private static void Write(MemoryStream target, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        target.Write(number);
        byte[] body = [.. type, .. data];
        target.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
        target.Write(number);
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc = crcTable[(crc ^ value) & 0xFF] ^ (crc >> 8);
        }

        return ~crc;
    }

    private readonly record struct Header(int Width, int Height, int BitsPerPixel, bool NeedsPalette, bool IsInterlaced)
    {
        public static Header Read(ReadOnlySpan<byte> file)
        {
            if (BinaryPrimitives.ReadInt32BigEndian(file.Slice(SignatureLength, 4)) != 13 || !file.Slice(SignatureLength + 4, 4).SequenceEqual("IHDR"u8))
            {
                throw ImageUploads.Damaged();
            }

            var data = file.Slice(SignatureLength + 8, 13);
            var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(data), BinaryPrimitives.ReadInt32BigEndian(data[4..]));
            ImageUploads.DemandSize(width, height);
            var (depth, colour, interlace) = (data[8], data[9], data[12]);
            var samples = (colour, depth) switch
            {
                (0, 1 or 2 or 4 or 8 or 16) => 1,
                (2, 8 or 16) => 3,
                (3, 1 or 2 or 4 or 8) => 1,
                (4, 8 or 16) => 2,
                (6, 8 or 16) => 4,
                _ => throw ImageUploads.Damaged(),
            };

            return data[10] == 0 && data[11] == 0 && interlace <= 1
                ? new Header(width, height, samples * depth, colour == 3, interlace == 1)
                : throw ImageUploads.Damaged();
        }

        /// <summary>The inflated length: every line has a filter byte in front; interlaced pictures are seven smaller ones (Adam7).</summary>
        public long RawLength => !IsInterlaced ? Pass(Width, Height)
            : Pass(Part(Width, 0, 8), Part(Height, 0, 8)) + Pass(Part(Width, 4, 8), Part(Height, 0, 8)) + Pass(Part(Width, 0, 4), Part(Height, 4, 8))
            + Pass(Part(Width, 2, 4), Part(Height, 0, 4)) + Pass(Part(Width, 0, 2), Part(Height, 2, 4)) + Pass(Part(Width, 1, 2), Part(Height, 0, 2)) + Pass(Width, Part(Height, 1, 2));

        private long Pass(int width, int height) => width == 0 || height == 0 ? 0 : (1L + (((long)width * BitsPerPixel) + 7) / 8) * height;

        private static int Part(int size, int start, int step) => size <= start ? 0 : (size - start + step - 1) / step;
    }
}
