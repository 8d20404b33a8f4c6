using System.IO.Compression;
using System.Text;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Validation;
using LoyaltyAdmin.Domain.Excel;

namespace LoyaltyAdmin.Tests.Excel;

public sealed class XlsxWriterTests
{
    private static readonly Card Full = new(
        "0012345678901234567", 1234.5m, new(2026, 12, 31), new(2026, 3, 1, 17, 30, 15, TimeSpan.Zero), 42, true, "Birthday");

    [Fact]
    public async Task Three_other_readers_read_back_every_kind_of_cell()
    {
        var file = await CardSheet.WriteAsync(Full, new Card(null));

        var row = Readers.ExcelDataReader(file)["Cards"][1];
        row[..7].ShouldBe(["0012345678901234567", 1234.5, new DateTime(2026, 12, 31), new DateTime(2026, 3, 1, 17, 30, 15), 42d, true, "Birthday"]);

        Readers.ClosedXml(file)["Cards"][1][..7].ShouldBe(
            ["0012345678901234567", 1234.5, new DateTime(2026, 12, 31), new DateTime(2026, 3, 1, 17, 30, 15), 42d, true, "Birthday"]);

        Readers.OpenXml(file)["Cards"][1].ShouldBe(["0012345678901234567", "1234.5", "46387", "46082.72934027778", "42", "1", "Birthday"]);
    }

    [Fact]
    public async Task Our_own_reader_reads_it_back_and_the_guard_lets_it_pass()
    {
        var row = (await CardSheet.ReadAsync(await CardSheet.WriteAsync(Full))).ShouldHaveSingleItem();

        row.Errors.ShouldBeEmpty();
        new Card(row.Text("Card number"), row.Money("Balance"), row.Date("Valid until"), row.DateTime("Sold at"), row.Integer("Uses"), row.Boolean("Active"), row.Text("Plan"))
            .ShouldBe(Full);
    }

    [Fact]
    public async Task Signs_that_XML_cannot_hold_are_replaced_and_all_others_survive()
    {
        const string hostile = "a\0b\u0001c\uFFFEd\uD800e <&>\"' _x0041_ \uD83D\uDE00 \u202Eabc\u202C שלום \r\n end";
        var file = await CardSheet.WriteAsync(new Card(hostile));

        Readers.ExcelDataReader(file)["Cards"][1][0].ShouldBe("a\uFFFDb\uFFFDc\uFFFDd\uFFFDe <&>\"' _x0041_ \uD83D\uDE00 \u202Eabc\u202C שלום \r\n end");
    }

    [Fact]
    public async Task Blanks_around_a_text_survive()
    {
        var file = await CardSheet.WriteAsync(new Card("  two  "));

        Readers.ExcelDataReader(file)["Cards"][1][0].ShouldBe("  two  ");
        Readers.ClosedXml(file)["Cards"][1][0].ShouldBe("  two  ");
    }

    [Fact]
    public async Task Text_beyond_the_longest_cell_is_cut_without_splitting_a_letter()
    {
        var long1 = new string('x', 40_000);
        var long2 = new string('x', 32_766) + "\uD83D\uDE00";
        var rows = Readers.ExcelDataReader(await CardSheet.WriteAsync(new Card(long1), new Card(long2)))["Cards"];

        rows[1][0].ShouldBe(long1[..32_767]);
        rows[2][0].ShouldBe(long2[..32_766]);
    }

    [Theory]
    [InlineData(999_999_999_999_999, true)]
    [InlineData(1_000_000_000_000_000, false)]
    [InlineData(-1_000_000_000_000_000, false)]
    [InlineData(long.MaxValue, false)]
    public async Task A_number_no_cell_can_hold_exactly_is_written_as_text(long number, bool asNumber)
    {
        var row = Readers.ExcelDataReader(await CardSheet.WriteAsync(new Card("1", number, Uses: number)))["Cards"][1];

        row[4].ShouldBe(asNumber ? (double)number : number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        row[1].ShouldBe(row[4]);
    }

    [Fact]
    public async Task Days_before_Excels_calendar_is_sound_are_written_as_text()
    {
        var rows = Readers.ExcelDataReader(await CardSheet.WriteAsync(new Card("1", ValidUntil: new(1900, 2, 28)), new Card("2", ValidUntil: new(1900, 3, 1))))["Cards"];

        rows[1][2].ShouldBe("1900-02-28");
        rows[2][2].ShouldBe(new DateTime(1900, 3, 1));
    }

    [Fact]
    public async Task Moments_are_shown_in_the_zone_of_the_layout()
    {
        using var stream = new MemoryStream();
        await CardSheet.Columns.WriteXlsxAsync(stream, new[] { Full }.ToAsyncEnumerable(), new() { Zone = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai") });

        Readers.ExcelDataReader(stream.ToArray())["Cards"][1][3].ShouldBe(new DateTime(2026, 3, 2, 1, 30, 15));
    }

    [Theory]
    [InlineData(0, "3")]
    [InlineData(1, "166")]
    [InlineData(2, "4")]
    [InlineData(3, "167")]
    [InlineData(4, "168")]
    public async Task An_amount_has_the_format_of_its_decimals(int scale, string format)
    {
        using var stream = new MemoryStream();
        await new Sheet<decimal>("Amounts").Money("Amount", amount => amount, _ => scale).WriteXlsxAsync(stream, new[] { 1m }.ToAsyncEnumerable());

        var style = (int)Readers.Part(stream.ToArray(), WorkbookFile.SheetPart).Descendants().Last(element => element.Name.LocalName == "c").Attribute("s")!;
        ((string?)Readers.Style(stream.ToArray(), style).Attribute("numFmtId")).ShouldBe(format);
    }

    [Fact]
    public async Task Header_is_frozen_filtered_and_as_wide_as_declared_below_the_lines()
    {
        using var stream = new MemoryStream();
        await CardSheet.Columns.WriteXlsxAsync(stream, new[] { Full }.ToAsyncEnumerable(), new() { Lines = ["Exported by Ann", "=Filter"] });

        using var workbook = new ClosedXML.Excel.XLWorkbook(new MemoryStream(stream.ToArray()));
        var sheet = workbook.Worksheets.Single();
        sheet.Cell("A1").Value.ShouldBe("Exported by Ann");
        sheet.Cell("A2").Value.ShouldBe("=Filter");
        sheet.Cell("A4").Value.ShouldBe("Card number");
        sheet.Cell("A4").Style.Font.Bold.ShouldBeTrue();
        sheet.SheetView.SplitRow.ShouldBe(4);
        sheet.AutoFilter.Range.RangeAddress.ToString().ShouldBe("A4:H5");
        sheet.Column(1).Width.ShouldBe(24, 1);
        (await CardSheet.ReadAsync(stream.ToArray())).ShouldHaveSingleItem().RowNumber.ShouldBe(5);
    }

    [Fact]
    public async Task Rows_beyond_the_last_one_continue_on_a_further_sheet_with_its_own_header()
    {
        using var stream = new MemoryStream();
        var cards = Enumerable.Range(1, 7).Select(number => new Card(number.ToString(System.Globalization.CultureInfo.InvariantCulture))).ToAsyncEnumerable();

        (await CardSheet.Columns.WriteXlsxAsync(stream, cards, new() { RowsPerSheet = 4 })).ShouldBe(7);

        var sheets = Readers.ExcelDataReader(stream.ToArray());
        sheets.Keys.ShouldBe(["Cards", "Cards (2)", "Cards (3)"]);
        sheets.Values.Select(rows => rows.Count).ShouldBe([4, 4, 2]);
        sheets["Cards (3)"].Select(row => row[0]).ShouldBe(["Card number", "7"]);
        Readers.ClosedXml(stream.ToArray()).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Several_sheets_are_written_one_after_the_other()
    {
        using var stream = new MemoryStream();
        await using var workbook = new XlsxWriter(stream);
        var first = await workbook.AddSheetAsync(CardSheet.Columns);
        await first.WriteAsync(Full);
        var second = await workbook.AddSheetAsync(new Sheet<int>("Totals").Integer("Cards", total => total));
        await second.WriteAllAsync([1, 2]);

        await Should.ThrowAsync<InvalidOperationException>(() => first.WriteAsync(Full).AsTask());
        await workbook.FinishAsync();

        Readers.OpenXml(stream.ToArray()).Keys.ShouldBe(["Cards", "Totals"]);
    }

    [Fact]
    public async Task An_export_without_rows_is_a_sheet_with_a_header()
    {
        var rows = Readers.ExcelDataReader(await CardSheet.WriteAsync())["Cards"];

        rows.ShouldHaveSingleItem()[0].ShouldBe("Card number");
    }

    [Fact]
    public async Task An_export_that_fails_half_way_leaves_a_file_that_does_not_open()
    {
        using var stream = new MemoryStream();

        await Should.ThrowAsync<InvalidOperationException>(() => CardSheet.Columns.WriteXlsxAsync(stream, Broken()));

        Should.Throw<InvalidDataException>(() => new ZipArchive(new MemoryStream(stream.ToArray())));

        static async IAsyncEnumerable<Card> Broken()
        {
            yield return Full;
            await Task.Yield();
            throw new InvalidOperationException("The database went away.");
        }
    }

    [Fact]
    public async Task A_row_that_fails_leaves_the_other_rows_whole()
    {
        var sheet = new Sheet<int>("Numbers").Integer("Number", number => number).Integer("Share", number => 100 / number);
        using var stream = new MemoryStream();
        await using var workbook = new XlsxWriter(stream);
        var writer = await workbook.AddSheetAsync(sheet);

        await writer.WriteAsync(1);
        await Should.ThrowAsync<DivideByZeroException>(() => writer.WriteAsync(0).AsTask());
        await writer.WriteAsync(2);
        await workbook.FinishAsync();

        writer.Count.ShouldBe(2);
        Readers.ExcelDataReader(stream.ToArray())["Numbers"].Select(row => row[1]).ShouldBe(["Share", 100d, 50d]);
    }

    [Fact]
    public async Task A_response_stream_is_written_to_asynchronously_and_without_seeking()
    {
        using var response = new ResponseStream();
        var cards = Enumerable.Range(0, 20_000).Select(number => Full with { Uses = number }).ToAsyncEnumerable();

        await CardSheet.Columns.WriteXlsxAsync(response, cards, new() { RowsPerSheet = 15_000 });

        Readers.ExcelDataReader(response.ToArray())["Cards (2)"].Count.ShouldBe(5_002);
    }

    [Fact]
    public async Task Every_part_is_declared_and_no_element_has_a_prefix()
    {
        var file = await CardSheet.WriteAsync(Full);

        Encoding.UTF8.GetString(Readers.Bytes(file, WorkbookFile.SheetPart)).ShouldContain("<worksheet xmlns=");
        var declared = Readers.Part(file, "[Content_Types].xml").Root!.Elements().Select(type => (string?)type.Attribute("PartName")).Where(name => name is not null);
        declared.ShouldBe(["/xl/workbook.xml", "/xl/styles.xml", "/xl/worksheets/sheet1.xml"]);
        var rows = Readers.Part(file, WorkbookFile.SheetPart).Descendants().Where(element => element.Name.LocalName is "row" or "c");
        rows.ShouldAllBe(element => element.Attribute("r") != null);
    }

    [Fact]
    public async Task The_file_follows_the_schema_of_the_format()
    {
        using var stream = new MemoryStream();
        await using var workbook = new XlsxWriter(stream);
        await (await workbook.AddSheetAsync(CardSheet.Columns, new() { Lines = ["Line"], RowsPerSheet = 5 })).WriteAllAsync([Full, new Card("=1+1"), new Card(null)]);
        await (await workbook.AddSheetAsync(new Sheet<int>("Tom & Ann's").Integer("Number", number => number))).WriteAsync(1);
        await workbook.FinishAsync();

        using var document = SpreadsheetDocument.Open(stream, isEditable: false);
        new OpenXmlValidator(FileFormatVersions.Microsoft365).Validate(document).Select(error => $"{error.Part?.Uri}: {error.Description}").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Sales: 1/2 [a]?*\\", "Sales  1 2  a")]
    [InlineData("'quoted'", "quoted")]
    [InlineData("A name that is longer than Excel allows", "A name that is longer than Exce")]
    [InlineData("History", "History list")]
    [InlineData("///", "Sheet")]
    public async Task A_tab_gets_a_name_Excel_accepts(string wanted, string name)
    {
        using var stream = new MemoryStream();
        await new Sheet<int>(wanted).Integer("Number", number => number).WriteXlsxAsync(stream, AsyncEnumerable.Empty<int>());

        Readers.ClosedXml(stream.ToArray()).Keys.ShouldBe([name]);
    }

    [Fact]
    public async Task A_workbook_without_sheets_is_refused()
    {
        await using var workbook = new XlsxWriter(new MemoryStream());

        await Should.ThrowAsync<InvalidOperationException>(() => workbook.FinishAsync());
    }
}
