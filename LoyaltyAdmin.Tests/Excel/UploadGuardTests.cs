using System.Text;
using LoyaltyAdmin.Domain.Excel;
using static LoyaltyAdmin.Tests.Excel.WorkbookFile;

namespace LoyaltyAdmin.Tests.Excel;

public sealed class UploadGuardTests
{
    private static WorkbookFile Sound => Of(Header(), Row(2, Text("A2", "1")));

    [Fact]
    public async Task A_sound_file_passes_with_its_name_and_hash()
    {
        var upload = await UploadGuard.CheckAsync(new MemoryStream(Sound.ToBytes()), "C:\\Users\\ann\\cards.xlsx");

        upload.FileName.ShouldBe("cards.xlsx");
        upload.Hash.Length.ShouldBe(64);
        upload.IsCsv.ShouldBeFalse();
    }

    [Theory]
    [InlineData("../../etc/passwd.xlsx", "passwd.xlsx")]
    [InlineData("cards\u202Excod\u0007.xlsx", "cardsxcod.xlsx")]
    public async Task A_file_name_is_no_path_and_hides_nothing(string given, string kept)
    {
        (await UploadGuard.CheckAsync(new MemoryStream(Sound.ToBytes()), given)).FileName.ShouldBe(kept);
        (await UploadGuard.CheckAsync(new MemoryStream(Sound.ToBytes()), new string('x', 400) + ".xlsx")).FileName.Length.ShouldBe(255);
    }

    [Fact]
    public async Task A_sheet_in_a_part_that_is_not_scanned_is_not_read()
    {
        var file = Sound.With("xl/media/image1.png", Sound[SheetPart]).Change("xl/_rels/workbook.xml.rels", xml => xml.Replace("worksheets/sheet1.xml", "media/image1.png"));

        (await CardSheet.RefusalAsync(file.ToBytes())).ShouldBe("file_damaged");
    }

    [Fact]
    public async Task The_same_file_has_the_same_hash_under_any_name()
    {
        var first = await UploadGuard.CheckAsync(new MemoryStream(Sound.ToBytes()), "a.xlsx");
        var second = await UploadGuard.CheckAsync(new MemoryStream(Sound.ToBytes()), "b.xlsx");

        // Zip entries carry a time stamp, so the file is stored and checked again instead of made twice.
        var again = await UploadGuard.CheckAsync(first.OpenRead(), "b.xlsx");
        again.Hash.ShouldBe(first.Hash);
        second.Length.ShouldBe(first.Length);
    }

    [Fact]
    public async Task Reading_stops_at_the_limit_of_the_file_size()
    {
        using var endless = new EndlessStream();

        (await RefusalAsync(() => UploadGuard.CheckAsync(endless, "cards.xlsx"))).ShouldBe("file_too_large");
        endless.Given.ShouldBeLessThan(UploadLimits.Default.FileBytes + (1024 * 1024));
    }

    [Fact]
    public async Task Two_parts_of_one_name_are_refused()
    {
        (await CardSheet.RefusalAsync(Sound.AddTwice("XL/WorkSheets/Sheet1.xml", Worksheet("")).ToBytes())).ShouldBe("file_damaged");
    }

    [Theory]
    [InlineData("xl/vbaProject.bin", "macros")]
    [InlineData("xl/macrosheets/sheet1.xml", "macros")]
    [InlineData("xl/activeX/activeX1.xml", "macros")]
    [InlineData("xl/ctrlProps/ctrlProp1.xml", "macros")]
    [InlineData("xl/externalLinks/externalLink1.xml", "external_links")]
    [InlineData("xl/queryTables/queryTable1.xml", "external_links")]
    [InlineData("xl/connections.xml", "external_links")]
    [InlineData("xl/embeddings/oleObject1.bin", "embedded_files")]
    [InlineData("xl/workbook.bin", "binary_workbook")]
    [InlineData("xl/sharedStrings.bin", "binary_workbook")]
    [InlineData("XL\\VBAPROJECT.BIN", "macros")]
    public async Task A_part_with_a_purpose_of_its_own_is_refused(string part, string code)
    {
        (await CardSheet.RefusalAsync(Sound.With(part, "<x/>").ToBytes())).ShouldBe(code);
    }

    [Fact]
    public async Task Printer_settings_pass_because_every_printed_file_has_them()
    {
        var file = Sound.With("xl/printerSettings/printerSettings1.bin", Noise(2000))
            .With("xl/worksheets/_rels/sheet1.xml.rels", Links($"<Relationship Id=\"r1\" Type=\"{Office}/printerSettings\" Target=\"../printerSettings/printerSettings1.bin\"/>"));

        (await CardSheet.ReadAsync(file.ToBytes())).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_link_a_person_can_click_passes_and_any_other_external_link_does_not()
    {
        WorkbookFile Linked(string type) => Sound.With("xl/worksheets/_rels/sheet1.xml.rels",
            Links($"<Relationship Id=\"r1\" Type=\"{Office}/{type}\" Target=\"mailto:ann@example.com\" TargetMode=\"External\"/>"));

        (await CardSheet.ReadAsync(Linked("hyperlink").ToBytes())).Count.ShouldBe(1);
        (await CardSheet.RefusalAsync(Linked("image").ToBytes())).ShouldBe("external_links");
        (await CardSheet.RefusalAsync(Linked("attachedTemplate").ToBytes())).ShouldBe("external_links");
    }

    public static TheoryData<string> Parts => [.. Sound.Names];

    [Theory]
    [MemberData(nameof(Parts))]
    public async Task A_document_type_in_any_part_is_refused(string part)
    {
        const string entities = "<!DOCTYPE x [<!ENTITY a SYSTEM \"http://127.0.0.1:9/\"><!ENTITY b \"&a;&a;\">]>";

        (await CardSheet.RefusalAsync(Sound.Change(part, xml => entities + xml[Math.Max(0, xml.IndexOf("?>", StringComparison.Ordinal) + 2)..]).ToBytes())).ShouldBe("forbidden_xml");
        (await CardSheet.RefusalAsync(Sound.Change(part, xml => "<!-- a --> \n" + entities + xml[Math.Max(0, xml.IndexOf("?>", StringComparison.Ordinal) + 2)..]).ToBytes())).ShouldBe("forbidden_xml");
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    public async Task A_part_in_another_encoding_is_refused_because_it_could_hide_anything(string encoding)
    {
        var hidden = Encoding.GetEncoding(encoding);
        var xml = "<?xml version=\"1.0\"?><!DOCTYPE x []>" + Worksheet("<sheetData/>")[38..];

        (await CardSheet.RefusalAsync(Sound.With(SheetPart, [.. hidden.GetPreamble(), .. hidden.GetBytes(xml)]).ToBytes())).ShouldBe("forbidden_xml");
        (await CardSheet.RefusalAsync(Sound.With(SheetPart, hidden.GetBytes(xml)).ToBytes())).ShouldBe("forbidden_xml");
    }

    [Theory]
    [InlineData("UTF-7")]
    [InlineData("utf-16")]
    [InlineData("IBM037")]
    [InlineData("ISO-2022-JP")]
    public async Task A_part_that_names_another_encoding_is_refused(string encoding)
    {
        (await CardSheet.RefusalAsync(Sound.Change(SheetPart, xml => xml.Replace("encoding=\"UTF-8\"", $"encoding='{encoding}'")).ToBytes())).ShouldBe("forbidden_xml");
    }

    [Fact]
    public async Task A_password_is_named_as_such()
    {
        byte[] container = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[600], .. Encoding.Unicode.GetBytes("EncryptedPackage"), .. new byte[600]];

        (await CardSheet.RefusalAsync(container)).ShouldBe("password_protected");
    }

    [Fact]
    public async Task An_encrypted_entry_is_named_as_such()
    {
        var file = Sound.ToBytes();
        var entry = file.AsSpan().IndexOf("PK\u0001\u0002"u8);
        file[entry + 8] |= 1;

        (await CardSheet.RefusalAsync(file)).ShouldBe("password_protected");
    }

    [Fact]
    public async Task More_rows_than_allowed_are_refused_and_the_most_allowed_pass()
    {
        var limits = UploadLimits.Default with { Rows = 300 };
        string[] Rows(int count) => [Header(), .. Enumerable.Range(2, count).Select(row => Row(row, Text($"A{row}", $"{row}")))];

        (await CardSheet.ReadAsync(Of(Rows(300)).ToBytes(), limits: limits)).Count.ShouldBe(300);
        (await CardSheet.RefusalAsync(Of(Rows(301)).ToBytes(), limits: limits)).ShouldBe("too_many_rows");
        (await Should.ThrowAsync<UploadRefusedException>(() => UploadGuard.CheckAsync(new MemoryStream(Of(Rows(350)).ToBytes()), "a.xlsx", limits))).Code.ShouldBe("too_many_rows");
    }

    [Fact]
    public async Task Empty_rows_with_a_format_do_not_count()
    {
        var limits = UploadLimits.Default with { Rows = 10 };
        string[] rows = [Header(), Row(2, Text("A2", "1")), .. Enumerable.Range(3, 5000).Select(row => Row(row, $"<c r=\"A{row}\" s=\"4\"/>"))];

        (await CardSheet.ReadAsync(Of(rows).ToBytes(), limits: limits)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_last_column_of_Excel_passes_and_the_one_behind_it_does_not()
    {
        (await CardSheet.ReadAsync(Of(Header(), Row(2, Text("A2", "1"), Text("XFD2", "far"))).ToBytes())).Count.ShouldBe(1);
        (await CardSheet.RefusalAsync(Of(Header(), Row(2, Text("A2", "1"), Text("XFE2", "too far"))).ToBytes())).ShouldBe("too_many_columns");
        (await CardSheet.RefusalAsync(Of(Header(), Row(2, string.Concat(Enumerable.Repeat("<c><v>1</v></c>", 16_385)))).ToBytes())).ShouldBe("too_many_columns");
    }

    [Fact]
    public async Task The_longest_cell_of_Excel_passes_and_a_longer_one_does_not()
    {
        string Long(int length) => string.Concat(Enumerable.Repeat("&amp;ü", length / 2));

        (await CardSheet.ReadAsync(Of(Header(), Row(2, Text("A2", Long(32_766)))).ToBytes())).Single().Text("Card number")!.Length.ShouldBe(32_766);
        (await CardSheet.RefusalAsync(Of(Header(), Row(2, Text("A2", Long(32_768)))).ToBytes())).ShouldBe("cell_too_long");
        (await CardSheet.RefusalAsync(Sound.With("xl/sharedStrings.xml", $"<sst xmlns=\"{Main}\"><si><r><t>{Long(20_000)}</t></r><r><t>{Long(20_000)}</t></r></si></sst>").ToBytes())).ShouldBe("cell_too_long");
        (await CardSheet.RefusalAsync(Of(Header(), Row(2, $"<c r=\"A2\" t=\"inlineStr\"><is><t><![CDATA[{new string('x', 40_000)}]]></t></is></c>")).ToBytes())).ShouldBe("cell_too_long");
    }

    [Fact]
    public async Task Tags_and_texts_are_followed_across_the_blocks_they_are_unpacked_in()
    {
        // Every length of the filler puts the block's end inside another part of the markup.
        var tail = Row(3, Text("A3", "1"), Text("XFE3", "beyond"));

        for (var length = 524_250; length < 524_300; length++)
        {
            var filler = new string(' ', length - 120);
            (await CardSheet.RefusalAsync(OfSheet($"<sheetData>{Header()}{Filler(filler)}{tail}</sheetData>").ToBytes())).ShouldBe("too_many_columns");
        }

        static string Filler(string blanks) => $"<!--{blanks[..200_000]}--><!--{blanks[200_000..400_000]}--><!--{blanks[400_000..]}-->";
    }

    [Fact]
    public async Task Every_refusal_is_a_sentence_that_says_what_to_do()
    {
        var refusal = await Should.ThrowAsync<UploadRefusedException>(() => UploadGuard.CheckAsync(new MemoryStream([1, 2, 3]), "cards.xlsx"));

        refusal.Message.ShouldContain("Save the list as Excel Workbook (.xlsx)");
        refusal.Message.ShouldEndWith(".");
    }

    private static async Task<string> RefusalAsync(Func<Task> check) => (await Should.ThrowAsync<UploadRefusedException>(check)).Code;

    private sealed class EndlessStream : Stream
    {
        public long Given { get; private set; }
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Given += count;
            return count;
        }

        public override void Flush() => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
