using System.Text;
using LoyaltyAdmin.Domain.Images;
using static LoyaltyAdmin.Tests.Images.ImageFiles;

namespace LoyaltyAdmin.Tests.Images;

public sealed class ImageUploadsTests
{
    private static readonly byte[] html = Encoding.ASCII.GetBytes("<!doctype html><script>alert(1)</script>");

    /// <summary>Pictures that are accepted, some with something hidden in them.</summary>
    private static readonly Dictionary<string, byte[]> good = new()
    {
        ["png"] = Png(),
        ["png grey 1 bit"] = Png(17, 5, depth: 1, colour: 0),
        ["png 16 bit"] = Png(depth: 16, colour: 2),
        ["png palette"] = Png(depth: 8, colour: 3, before: [Chunk("PLTE", new byte[12]), Chunk("tRNS", [0, 255])]),
        ["png interlaced 1 x 1"] = Png(1, 1, interlace: 1, raw: new byte[5]),
        ["png largest side"] = Png(4096, 1),
        ["png with EXIF"] = Png(before: [SecretChunk("eXIf")]),
        ["png with text"] = Png(before: [SecretChunk("tEXt"), SecretChunk("zTXt"), SecretChunk("iTXt")]),
        ["png with a colour profile"] = Png(before: [SecretChunk("iCCP")]),
        ["png with a private chunk after the pixels"] = Png(between: [SecretChunk("prVt")]),
        ["png with html behind it"] = [.. Png(), .. Encoding.ASCII.GetBytes(Secret)],
        ["png with a zip behind it"] = [.. Png(), .. "PK\u0003\u0004"u8, .. Encoding.ASCII.GetBytes(Secret)],
        ["png with more pixels than announced"] = Png(2, 2, raw: [.. new byte[18], .. Encoding.ASCII.GetBytes(Secret)]),
        ["jpeg"] = Jpeg(),
        ["jpeg progressive"] = Jpeg(frame: 0xC2),
        ["jpeg with EXIF GPS"] = Jpeg(before: [SecretSegment(0xE1, "Exif")]),
        ["jpeg with JFIF thumbnail"] = Jpeg(before: [SecretSegment(0xE0, "JFIF")]),
        ["jpeg with Photoshop data"] = Jpeg(before: [SecretSegment(0xED, "Photoshop 3.0")]),
        ["jpeg with a comment"] = Jpeg(before: [SecretSegment(0xFE)]),
        ["jpeg with a false Adobe segment"] = Jpeg(before: [SecretSegment(0xEE, "Adobe")]),
        ["jpeg with a script behind it"] = Jpeg(after: Encoding.ASCII.GetBytes(Secret)),
        ["jpeg with fill bytes"] = Jpeg(before: [[0xFF, 0xFF]]),
        ["webp lossy"] = Webp(Vp8()),
        ["webp lossless"] = Webp(Vp8L()),
        ["webp with alpha"] = Webp(Vp8X(), RiffChunk("ALPH", [0, 1, 2]), Vp8()),
        ["webp with EXIF and XMP"] = Webp(Vp8X(flags: 0x0C), Vp8(), SecretRiffChunk("EXIF"), SecretRiffChunk("XMP ")),
        ["webp with a colour profile"] = Webp(Vp8X(flags: 0x20), SecretRiffChunk("ICCP"), Vp8L()),
        ["webp with an unknown chunk"] = Webp(Vp8(), SecretRiffChunk("junk")),
        ["webp with a script behind it"] = [.. Webp(Vp8L()), .. Encoding.ASCII.GetBytes(Secret)],
    };

    /// <summary>Files that are refused.</summary>
    private static readonly Dictionary<string, byte[]> bad = new()
    {
        ["nothing"] = [],
        ["one byte"] = [0x89],
        ["svg"] = Encoding.ASCII.GetBytes("<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>"),
        ["svg with a byte order mark"] = [0xEF, 0xBB, 0xBF, .. "<?xml version=\"1.0\"?><svg/>"u8],
        ["html"] = html,
        ["html in a png's clothes"] = [0x89, .. "PNG\r\n\u001a\n"u8, .. html],
        ["html after a jpeg's first bytes"] = [0xFF, 0xD8, 0xFF, .. html],
        ["html in a webp's clothes"] = [.. "RIFF"u8, .. Little(html.Length + 4), .. "WEBP"u8, .. html],
        ["gif"] = [.. "GIF89a"u8, .. new byte[40]],
        ["bmp"] = [.. "BM"u8, .. new byte[60]],
        ["ico"] = [0, 0, 1, 0, .. new byte[40]],
        ["tiff"] = [.. "II*\0"u8, .. new byte[40]],
        ["pdf"] = [.. "%PDF-1.7"u8],
        ["zip"] = [.. "PK\u0003\u0004"u8, .. new byte[40]],
        ["avif"] = [0, 0, 0, 0x20, .. "ftypavif"u8, .. new byte[40]],
        ["one byte over 2 MB"] = [.. Png(), .. new byte[ImageUploads.MaximumBytes]],
        ["png too wide"] = Png(4097, 1),
        ["png too high"] = Png(1, 4097),
        ["png of 2 billion pixels"] = Png(int.MaxValue, 1, raw: [0]),
        ["png without width"] = Png(0, 1),
        ["png of negative width"] = Png(-1, 1, raw: [0]),
        ["png wrong check sum"] = Changed(Png(), 29, 0),
        ["png cut in the pixels"] = Png()[..50],
        ["png without end"] = Png(withEnd: false),
        ["png without palette"] = Png(colour: 3),
        ["png palette after the pixels"] = Png(colour: 3, between: [Chunk("PLTE", new byte[12])]),
        ["png unknown critical chunk"] = Png(before: [SecretChunk("EVIL")]),
        ["png odd depth"] = Png(depth: 3),
        ["png odd interlace"] = Png(interlace: 2),
        ["png fewer pixels than announced"] = Png(100, 100, raw: new byte[10]),
        ["png pixels that do not inflate"] = [.. Png(withEnd: false)[..33], .. Chunk("IDAT", html), .. Chunk("IEND", [])],
        ["png chunk longer than the file"] = Changed(Png(), 33, 0x7F),
        ["png chunk of negative length"] = Changed(Png(), 33, 0xFF),
        ["png two headers"] = Png(before: [Chunk("IHDR", new byte[13])]),
        ["jpeg too wide"] = Jpeg(width: 4097),
        ["jpeg too high"] = Jpeg(height: 65535),
        ["jpeg without lines"] = Jpeg(height: 0),
        ["jpeg without end"] = Jpeg(withEnd: false),
        ["jpeg cut in a table"] = Jpeg()[..30],
        ["jpeg end only"] = [0xFF, 0xD8, 0xFF, 0xD9],
        ["jpeg arithmetic coding"] = Jpeg(frame: 0xC9),
        ["jpeg table with something extra"] = Jpeg(before: [Segment(0xDB, [0, .. new byte[64], .. html])]),
        ["jpeg huffman table too long"] = Jpeg(before: [Segment(0xC4, [0, 255, 255, .. new byte[14], .. new byte[510]])]),
        ["jpeg segment longer than the file"] = [0xFF, 0xD8, 0xFF, 0xE1, 0xFF, 0xFF, 0],
        ["webp too wide"] = Webp(Vp8(width: 4097)),
        ["webp lossless too high"] = Webp(Vp8L(height: 16384)),
        ["webp canvas too wide"] = Webp(Vp8X(width: 65536), Vp8()),
        ["webp canvas unlike its picture"] = Webp(Vp8X(width: 21), Vp8()),
        ["webp animated"] = Webp(Vp8X(flags: 2), RiffChunk("ANIM", new byte[6]), RiffChunk("ANMF", new byte[40])),
        ["webp without a picture"] = Webp(SecretRiffChunk("EXIF")),
        ["webp two pictures"] = Webp(Vp8(), Vp8()),
        ["webp cut"] = Webp(Vp8())[..25],
        ["webp chunk longer than the file"] = Changed(Webp(Vp8()), 16, 200),
        ["webp false start code"] = Changed(Webp(Vp8()), 23, 0),
        ["webp false lossless mark"] = Changed(Webp(Vp8L()), 20, 0),
    };

    public static TheoryData<string> Accepted => [.. good.Keys];

    public static TheoryData<string> Refused => [.. bad.Keys];

    [Theory]
    [MemberData(nameof(Accepted))]
    public void A_picture_is_rebuilt_without_what_hides_in_it(string name)
    {
        var clean = ImageUploads.Clean(good[name]);

        Encoding.Latin1.GetString(clean.Bytes).ShouldNotContain("GPS");
        clean.ContentType.ShouldBe($"image/{name.Split(' ')[0]}");
        clean.Width.ShouldBeGreaterThan(0);
        ImageUploads.Clean(clean.Bytes).ShouldBeEquivalentTo(clean);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Anything_else_is_refused_with_a_sentence(string name) =>
        Should.Throw<ImageNotAcceptedException>(() => ImageUploads.Clean(bad[name])).Message.ShouldEndWith(".");

    [Fact]
    public void Ten_thousand_damaged_files_are_refused_or_rebuilt_and_never_crash()
    {
        var random = new Random(20260302);
        var files = good.Values.ToArray();
        for (var i = 0; i < 10_000; i++)
        {
            var file = files[random.Next(files.Length)].ToArray();
            for (var flips = random.Next(1, 6); flips > 0; flips--)
            {
                file[random.Next(file.Length)] = (byte)random.Next(256);
            }

            try
            {
                ImageUploads.Clean(file[..random.Next(file.Length / 2, file.Length)]).Width.ShouldBeInRange(1, ImageUploads.MaximumSide);
            }
            catch (ImageNotAcceptedException)
            {
                // A clean refusal.
            }
        }
    }

    [Fact]
    public void Pixels_survive_rebuilding()
    {
        byte[] raw = [.. Enumerable.Range(0, 3 * 17).Select(i => (byte)(i % 17 == 0 ? 0 : i * 5))];

        var clean = ImageUploads.Clean(Png(4, 3, raw: raw));

        clean.Bytes.AsSpan(0, 33).SequenceEqual(Png(4, 3).AsSpan(0, 33)).ShouldBeTrue();
        Inflated(clean.Bytes).ShouldBe(raw);
    }

    private static byte[] Inflated(byte[] png)
    {
        var length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(33, 4));
        using var zlib = new System.IO.Compression.ZLibStream(new MemoryStream(png, 41, length), System.IO.Compression.CompressionMode.Decompress);
        using var target = new MemoryStream();
        zlib.CopyTo(target);

        return target.ToArray();
    }
}
