using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace LoyaltyAdmin.Tests.Images;

/// <summary>Picture files made byte by byte, good and bad.</summary>
internal static class ImageFiles
{
    public const string Secret = "GPS 40.7128N 74.0060W <script>alert(1)</script>";

    private static readonly byte[] secret = Encoding.ASCII.GetBytes(Secret);

    public static byte[] Png(int width = 4, int height = 3, byte depth = 8, byte colour = 6, byte interlace = 0, byte[]? raw = null, byte[][]? before = null, byte[][]? between = null, bool withEnd = true)
    {
        var samples = colour switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        raw ??= new byte[height * (1 + (width * samples * depth + 7) / 8)];

        return [0x89, .. "PNG\r\n\u001a\n"u8, .. Chunk("IHDR", [.. Big(width), .. Big(height), depth, colour, 0, 0, interlace]), .. (before ?? []).SelectMany(c => c), .. Chunk("IDAT", Deflate(raw)), .. (between ?? []).SelectMany(c => c), .. withEnd ? Chunk("IEND", []) : []];
    }

    public static byte[] Chunk(string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];

        return [.. Big(data.Length), .. body, .. Big((int)Crc(body))];
    }

    public static byte[] SecretChunk(string type) => Chunk(type, secret);

    public static byte[] Jpeg(int width = 16, int height = 16, byte frame = 0xC0, byte[][]? before = null, byte[]? after = null, bool withEnd = true) =>
    [
        0xFF, 0xD8, .. (before ?? []).SelectMany(s => s), .. Segment(0xDB, [0, .. new byte[64]]),
        .. Segment(frame, [8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 1, 1, 0x11, 0]),
        .. Segment(0xC4, [0, 1, .. new byte[15], 0]), .. Segment(0xC4, [0x10, 1, .. new byte[15], 0]),
        .. Segment(0xDA, [1, 1, 0, 0, 63, 0]), 0x12, 0x34, 0xFF, 0x00, 0x56, 0xFF, 0xD0, 0x78, .. withEnd ? new byte[] { 0xFF, 0xD9 } : [], .. after ?? [],
    ];

    public static byte[] Segment(byte marker, byte[] data) => [0xFF, marker, (byte)((data.Length + 2) >> 8), (byte)(data.Length + 2), .. data];

    public static byte[] SecretSegment(byte marker, string label = "") => Segment(marker, [.. Encoding.ASCII.GetBytes(label), 0, 0, .. secret]);

    public static byte[] Webp(params byte[][] chunks)
    {
        byte[] body = [.. "WEBP"u8, .. chunks.SelectMany(c => c)];

        return [.. "RIFF"u8, .. Little(body.Length), .. body];
    }

    public static byte[] RiffChunk(string type, byte[] data) => [.. Encoding.ASCII.GetBytes(type), .. Little(data.Length), .. data, .. data.Length % 2 == 1 ? new byte[1] : []];

    public static byte[] SecretRiffChunk(string type) => RiffChunk(type, secret);

    public static byte[] Vp8(int width = 20, int height = 10) => RiffChunk("VP8 ", [0x10, 0, 0, 0x9D, 0x01, 0x2A, (byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8), 1, 2, 3, 4]);

    public static byte[] Vp8L(int width = 20, int height = 10) => RiffChunk("VP8L", [0x2F, .. Little((width - 1) | (height - 1) << 14), 0x88, 0x88, 0x08]);

    public static byte[] Vp8X(int width = 20, int height = 10, byte flags = 0x10) => RiffChunk("VP8X", [flags, 0, 0, 0, (byte)(width - 1), (byte)((width - 1) >> 8), 0, (byte)(height - 1), (byte)((height - 1) >> 8), 0]);

    public static byte[] Deflate(byte[] raw)
    {
        using var target = new MemoryStream();
        using (var zlib = new ZLibStream(target, CompressionLevel.Fastest))
        {
            zlib.Write(raw);
        }

        return target.ToArray();
    }

    public static byte[] Changed(byte[] file, int at, byte value)
    {
        var copy = file.ToArray();
        copy[at] = value;

        return copy;
    }

    public static byte[] Little(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);

        return bytes;
    }

    private static byte[] Big(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);

        return bytes;
    }

    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 1 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
            }
        }

        return ~crc;
    }
}
