using LoyaltyAdmin.Domain.Excel;
using static LoyaltyAdmin.Tests.Excel.WorkbookFile;

namespace LoyaltyAdmin.Tests.Excel;

public sealed class SheetReaderTests
{
    [Fact]
    public async Task Every_fault_of_a_row_is_reported_with_the_number_Excel_shows()
    {
        var file = Of(Header(), Row(7, Text("B7", "x"), Text("C7", "y"), Text("E7", "z"))).ToBytes();

        (await CardSheet.ReadAsync(file)).Single().Errors.Select(error => $"{error.Row} {error.Column}: {error.Code}")
            .ShouldBe(["7 Card number: required", "7 Balance: amount_invalid", "7 Valid until: date_invalid", "7 Uses: integer_invalid"]);
    }

    [Fact]
    public async Task Headers_are_found_by_synonym_and_in_any_order_case_and_spacing()
    {
        var file = Of(Row(1, Text("A1", " plan "), Text("B1", "CARD  no. *"), Text("C1", "Remarks"), Text("D1", "balance\n")), Row(2, Text("A2", "Birthday"), Text("B2", "1"), Text("D2", "5")));
        var upload = await UploadGuard.CheckAsync(new MemoryStream(file.ToBytes()), "cards.xlsx");
        using var reader = SheetReader.Open(upload, CardSheet.Columns);

        reader.Headers.ShouldBe(["plan", "CARD no.", "Remarks", "balance"]);
        reader.IgnoredHeaders.ShouldBe(["Remarks"]);
        var row = reader.Rows().Single();
        (row.Text("Plan"), row.Text("Card number"), row.Money("Balance"), row.Date("Valid until")).ShouldBe(("Birthday", "1", 5m, null));
    }

    [Fact]
    public async Task A_missing_required_column_is_refused_by_its_name()
    {
        var file = Of(Row(1, Text("A1", "Balance"), Text("B1", "Plan"), Text("C1", "Uses")), Row(2, Text("A2", "5"))).ToBytes();

        (await Should.ThrowAsync<UploadRefusedException>(() => CardSheet.ReadAsync(file))).ShouldSatisfyAllConditions(
            refusal => refusal.Code.ShouldBe("column_missing"), refusal => refusal.Message.ShouldContain("\"Card number\""));
    }

    [Fact]
    public async Task A_column_that_is_there_twice_is_refused_with_both_places()
    {
        var file = Of(Row(1, Text("A1", "Card number"), Text("C1", "Number"))).ToBytes();

        (await Should.ThrowAsync<UploadRefusedException>(() => CardSheet.ReadAsync(file))).ShouldSatisfyAllConditions(
            refusal => refusal.Code.ShouldBe("column_twice"), refusal => refusal.Message.ShouldContain("A and C"));
    }

    [Fact]
    public async Task A_file_without_a_header_is_refused()
    {
        (await CardSheet.RefusalAsync(Of(Row(1, Text("A1", "123"))).ToBytes())).ShouldBe("header_missing");
        (await CardSheet.RefusalAsync(Of().ToBytes())).ShouldBe("header_missing");
    }

    [Fact]
    public async Task Lines_above_the_header_are_skipped()
    {
        var file = Of(Row(1, Text("A1", "Exported for Ann")), Row(3, Text("A3", "Plan: all"), Text("B3", "Balance")), Header(5), Row(6, Text("A6", "1"))).ToBytes();

        (await CardSheet.ReadAsync(file)).Single().RowNumber.ShouldBe(6);
    }

    [Fact]
    public async Task Empty_rows_are_skipped_and_gaps_keep_their_numbers()
    {
        var file = Of(Header(), Row(2, Text("A2", "1")), Row(3, Text("A3", "  ")), Row(1_048_576, Text("A1048576", "2"))).ToBytes();

        (await CardSheet.ReadAsync(file)).Select(row => row.RowNumber).ShouldBe([2, 1_048_576]);
    }

    [Fact]
    public async Task Rows_and_cells_without_a_place_follow_one_another()
    {
        var file = Of(Header(), "<row><c t=\"inlineStr\"><is><t>1</t></is></c><c><v>5</v></c></row>", "<row><c t=\"inlineStr\"><is><t>2</t></is></c></row>").ToBytes();

        (await CardSheet.ReadAsync(file)).Select(row => (row.RowNumber, row.Text("Card number"), row.Money("Balance"))).ShouldBe([(2, "1", 5m), (3, "2", null)]);
    }

    [Fact]
    public async Task The_declared_sheet_is_read_and_else_the_first_visible_one()
    {
        (await CardSheet.ReadAsync(Book("Other", "Cards"))).Single().Text("Card number").ShouldBe("from sheet 2");
        (await CardSheet.ReadAsync(Book("First", "Second"))).Single().Text("Card number").ShouldBe("from sheet 2");
        (await CardSheet.ReadAsync(Book("Cards", "Mine"), sheetName: "mine")).Single().Text("Card number").ShouldBe("from sheet 2");
        (await Should.ThrowAsync<UploadRefusedException>(() => CardSheet.ReadAsync(Book("Cards", "Mine"), sheetName: "Yours"))).Code.ShouldBe("sheet_missing");
    }

    [Fact]
    public async Task A_column_that_is_not_declared_cannot_be_asked_for()
    {
        var row = await CardSheet.RowAsync(Text("A2", "1"));

        Should.Throw<ArgumentException>(() => row.Text("Card nubmer"));
        Should.Throw<ArgumentException>(() => row.Money("Card number"));
        Should.Throw<ArgumentException>(() => row.Text("Internal note"));
    }

    [Fact]
    public async Task Merged_cells_hold_their_value_in_the_first_of_them()
    {
        var file = OfSheet($"<sheetData>{Header()}{Row(2, Text("A2", "1"))}{Row(3, "<c r=\"A3\"/>", Number("B3", "5"))}</sheetData><mergeCells><mergeCell ref=\"A2:A3\"/></mergeCells>");

        (await CardSheet.ReadAsync(file.ToBytes())).Select(row => row.IsValid).ShouldBe([true, false]);
    }

    /// <summary>Two sheets, the first of them hidden, each naming itself in its only row.</summary>
    private static byte[] Book(string first, string second) => Of()
        .With("xl/workbook.xml", $"<workbook xmlns=\"{Main}\" xmlns:r=\"{Office}\"><sheets><sheet name=\"{first}\" sheetId=\"1\" state=\"hidden\" r:id=\"rId1\"/><sheet name=\"{second}\" sheetId=\"2\" r:id=\"rId9\"/></sheets></workbook>")
        .Change("xl/_rels/workbook.xml.rels", xml => xml.Replace("</Relationships>", $"<Relationship Id=\"rId9\" Type=\"{Office}/worksheet\" Target=\"/xl/worksheets/sheet2.xml\"/></Relationships>"))
        .With(SheetPart, Worksheet($"<sheetData>{Header()}{Row(2, Text("A2", "from sheet 1"))}</sheetData>"))
        .With("xl/worksheets/sheet2.xml", Worksheet($"<sheetData>{Header()}{Row(2, Text("A2", "from sheet 2"))}</sheetData>"))
        .ToBytes();
}
