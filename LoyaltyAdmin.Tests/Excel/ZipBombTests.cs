using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using LoyaltyAdmin.Domain.Excel;
using static LoyaltyAdmin.Tests.Excel.WorkbookFile;

namespace LoyaltyAdmin.Tests.Excel;

/// <summary>Files made to take the memory or the time of whoever opens them.</summary>
public sealed class ZipBombTests
{
    private static WorkbookFile Sound => Of(Header(), Row(2, Text("A2", "1")));

    [Fact]
    public async Task A_deflate_bomb_is_refused_by_its_ratio()
    {
        var bomb = Sound.With(SheetPart, new byte[50 * 1024 * 1024]).ToBytes(CompressionLevel.SmallestSize);
        bomb.Length.ShouldBeLessThan(100_000);

        (await CardSheet.RefusalAsync(bomb)).ShouldBeOneOf("packed_too_tightly", "forbidden_xml");
    }

    [Fact]
    public async Task A_bomb_of_well_formed_rows_is_refused_by_its_ratio()
    {
        var rows = string.Concat(Enumerable.Range(0, 200_000).Select(_ => "<row><c><v>1</v></c></row>"));

        (await CardSheet.RefusalAsync(Of(rows).ToBytes(CompressionLevel.SmallestSize))).ShouldBe("packed_too_tightly");
    }

    [Fact]
    public async Task Many_parts_below_the_ratio_are_refused_by_their_sum()
    {
        var limits = UploadLimits.Default with { UnpackedBytes = 3_000_000 };
        var file = Sound;

        for (var number = 0; number < 10; number++)
        {
            file.With($"xl/media/image{number}.png", Noise(400_000));
        }

        (await CardSheet.RefusalAsync(file.ToBytes(), limits: limits)).ShouldBe("unpacked_too_large");
    }

    [Theory]
    [InlineData(22)]
    [InlineData(24)]
    public async Task A_forged_size_does_not_get_a_bomb_through(int offsetInLocalHeader)
    {
        var bomb = Sound.With(SheetPart, Encoding.ASCII.GetBytes(Worksheet("<sheetData>" + new string(' ', 20 * 1024 * 1024)))).ToBytes(CompressionLevel.SmallestSize);
        ForgeSizes(bomb, SheetPart, 1000, offsetInLocalHeader);

        (await CardSheet.RefusalAsync(bomb)).ShouldBeOneOf("packed_too_tightly", "file_damaged");
    }

    [Fact]
    public async Task Thousands_of_entries_are_refused_before_they_are_opened()
    {
        using var file = new MemoryStream();

        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (var number = 0; number < 20_000; number++)
            {
                archive.CreateEntry($"{number}");
            }
        }

        (await CardSheet.RefusalAsync(file.ToArray())).ShouldBe("too_many_parts");
    }

    [Fact]
    public async Task A_file_inside_the_file_is_refused()
    {
        (await CardSheet.RefusalAsync(Sound.With("xl/media/image1.png", Sound.ToBytes()).ToBytes())).ShouldBe("embedded_files");
    }

    private static readonly Dictionary<string, Func<string>> ParserKillers = new()
    {
        ["depth"] = () => string.Concat(Enumerable.Repeat("<a>", 5000)),
        ["names"] = () => string.Concat(Enumerable.Range(0, 10_000).Select(number => $"<a{number}/>")),
        ["attribute names"] = () => string.Concat(Enumerable.Range(0, 10_000).Select(number => $"<a b{number}=\"\"/>")),
        ["namespaces"] = () => string.Concat(Enumerable.Range(0, 10_000).Select(number => $"<a xmlns:b=\"{number}\"/>")),
        ["elements"] = () => string.Concat(Enumerable.Repeat("<mergeCell/>", 600_000)),
        ["one long name"] = () => "<" + new string('a', 1000) + "/>",
        ["one long tag"] = () => "<a b=\"" + new string('x', 700_000) + "\"/>",
        ["a tag that never ends"] = () => "<a b=\"" + new string('x', 700_000),
        ["one long comment"] = () => "<!--" + new string('x', 700_000) + "-->",
        ["one long text"] = () => "<a>" + new string('x', 700_000) + "</a>",
        ["cells"] = () => string.Concat(Enumerable.Repeat("<row>" + string.Concat(Enumerable.Repeat("<c/>", 1000)) + "</row>", 30)),
        ["rows"] = () => string.Concat(Enumerable.Repeat("<row/>", 1_100_000)),
        ["shared texts"] = () => string.Concat(Enumerable.Repeat("<si/>", 2_100_000)),
    };

    public static TheoryData<string> KillerNames => [.. ParserKillers.Keys];

    [Theory]
    [MemberData(nameof(KillerNames))]
    public async Task What_a_parser_would_have_to_hold_in_memory_is_refused(string what)
    {
        var limits = UploadLimits.Default with { Ratio = 100_000, Cells = 20_000 };
        var upload = new MemoryStream(OfSheet($"<sheetData>{ParserKillers[what]()}</sheetData>").ToBytes());

        (await Should.ThrowAsync<UploadRefusedException>(() => UploadGuard.CheckAsync(upload, "cards.xlsx", limits))).Code
            .ShouldBeOneOf("forbidden_xml", "file_damaged", "cell_too_long", "too_many_cells", "too_many_rows");
    }

    private static void ForgeSizes(byte[] file, string part, uint size, int offsetInLocalHeader)
    {
        var name = Encoding.ASCII.GetBytes(part);
        var central = file.AsSpan().LastIndexOf(name) - 46;
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(central + 24), size);
        var local = file.AsSpan().IndexOf(name) - 30;
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(local + offsetInLocalHeader), (ushort)size);
    }
}
