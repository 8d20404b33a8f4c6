using System.Buffers.Binary;
using System.Text;

namespace LoyaltyAdmin.Domain.Images;

/// <summary>WebP (RFC 9649): keeps the one picture and its alpha; EXIF, XMP, colour profiles and unknown chunks are left out, animations refused.</summary>
internal static class WebpFile
{
    private const int MaximumChunks = 1_000;

    public static CleanImage Clean(ReadOnlySpan<byte> file)
    {
        var end = checked((int)(8 + BinaryPrimitives.ReadUInt32LittleEndian(file.Slice(4, 4))));
        if (end > file.Length || end < 20)
        {
            throw ImageUploads.Damaged();
        }

        ReadOnlySpan<byte> picture = default, alpha = default;
        (int Width, int Height)? size = null, canvas = null;
        var (at, chunks) = (12, 0);
        while (at < end)
        {
            var length = checked((int)BinaryPrimitives.ReadUInt32LittleEndian(file.Slice(at + 4, 4)));
            var padded = length + (length & 1);
            if (++chunks > MaximumChunks || padded > end - at - 8)
            {
                throw ImageUploads.Damaged();
            }

            var whole = file.Slice(at, 8 + padded);
            var data = file.Slice(at + 8, length);
            at += whole.Length;
            switch (Encoding.ASCII.GetString(whole[..4]))
            {
                case "VP8X" when chunks == 1 && length == 10:
                    canvas = (1 + (data[4] | data[5] << 8 | data[6] << 16), 1 + (data[7] | data[8] << 8 | data[9] << 16));
                    ImageUploads.DemandSize(canvas.Value.Width, canvas.Value.Height);
                    break;
                case "VP8 " when size is null:
                    picture = whole;
                    size = Lossy(data);
                    break;
                case "VP8L" when size is null:
                    picture = whole;
                    size = Lossless(data);
                    break;
                case "ALPH" when alpha.IsEmpty && size is null && canvas is not null:
                    alpha = whole;
                    break;
                case "ANIM" or "ANMF":
                    throw new ImageNotAcceptedException("Animated images are not accepted.");
                case "VP8X" or "VP8 " or "VP8L" or "ALPH":
                    throw ImageUploads.Damaged();
                default:
                    break;
            }
        }

        if (size is not { } found || (canvas is { } outer && outer != found))
        {
            throw ImageUploads.Damaged();
        }

        return new CleanImage(Write(picture, alpha, found), "image/webp", found.Width, found.Height);
    }

    private static byte[] Write(ReadOnlySpan<byte> picture, ReadOnlySpan<byte> alpha, (int Width, int Height) size)
    {
        using var body = new MemoryStream();
        body.Write("WEBP"u8);
        if (!alpha.IsEmpty)
        {
            var (w, h) = (size.Width - 1, size.Height - 1);
            body.Write("VP8X"u8);
            body.Write([10, 0, 0, 0, 0x10, 0, 0, 0, (byte)w, (byte)(w >> 8), (byte)(w >> 16), (byte)h, (byte)(h >> 8), (byte)(h >> 16)]);
            body.Write(alpha);
        }

        body.Write(picture);
        var length = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)body.Length);

        return [.. "RIFF"u8, .. length, .. body.ToArray()];
    }

    private static (int, int) Lossy(ReadOnlySpan<byte> data)
    {
        var isKeyFrame = (data[0] & 1) == 0;
        var firstPartition = (data[0] | data[1] << 8 | data[2] << 16) >> 5;
        if (!isKeyFrame || data[3] != 0x9D || data[4] != 0x01 || data[5] != 0x2A || firstPartition > data.Length - 10)
        {
            throw ImageUploads.Damaged();
        }

        var (width, height) = (BinaryPrimitives.ReadUInt16LittleEndian(data[6..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(data[8..]) & 0x3FFF);
        ImageUploads.DemandSize(width, height);

        return (width, height);
    }

    private static (int, int) Lossless(ReadOnlySpan<byte> data)
    {
        var bits = BinaryPrimitives.ReadUInt32LittleEndian(data[1..]);
        if (data[0] != 0x2F || bits >> 29 != 0)
        {
            throw ImageUploads.Damaged();
        }

        var (width, height) = ((int)(bits & 0x3FFF) + 1, (int)(bits >> 14 & 0x3FFF) + 1);
        ImageUploads.DemandSize(width, height);

        return (width, height);
    }
}
