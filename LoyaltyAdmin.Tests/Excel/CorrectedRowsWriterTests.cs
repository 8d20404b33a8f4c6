using LoyaltyAdmin.Domain.Excel;
using static LoyaltyAdmin.Tests.Excel.WorkbookFile;

namespace LoyaltyAdmin.Tests.Excel;

public sealed class CorrectedRowsWriterTests
{
    private static readonly string[] Faulty =
    [
        Header(),
        Row(2, Number("A2", "12345678901234567"), Text("B2", "5,5"), Number("C2", "46387", 1), Number("D2", "46082.5", 5), Text("G2", "Easter")),
        Row(3, Text("A3", "0012"), Number("B3", "1.005"), Text("C3", "31.12.2026"), Typed("F3", "e", "#N/A"), Text("H3", "unknown column")),
        Row(4, Text("A4", "=1+1"), "<c r=\"B4\"><f>X</f></c>"),
        Row(5, Text("A5", "1.23457E+18")),
    ];

    [Fact]
    public async Task Rows_come_back_as_they_were_with_their_errors_and_fail_again_in_the_same_way()
    {
        var (first, corrected) = await CorrectAsync(Of(Faulty).ToBytes());
        var (second, again) = await CorrectAsync(corrected);

        Codes(first).ShouldBe([
            ["number_damaged", "amount_invalid", "not_allowed"],
            ["too_many_decimals", "date_invalid", "formula_error"],
            ["formula_error"],
            ["number_damaged"]]);
        Codes(second).ShouldBe(Codes(first));
        second.Select(row => row.Original.Cells).ShouldBe(first.Select(row => row.Original.Cells));
        Readers.ExcelDataReader(again)["Cards"][0].ShouldBe(["Card number", "Balance", "Valid until", "Sold at", "Uses", "Active", "Plan", "Error"]);
    }

    [Fact]
    public async Task The_errors_stand_in_a_column_of_their_own()
    {
        var (_, corrected) = await CorrectAsync(Of(Faulty).ToBytes());

        var row = Readers.ExcelDataReader(corrected)["Cards"][2];
        row[0].ShouldBe("0012");
        row[^1].ShouldBeOfType<string>().ShouldStartWith("Balance: The amount has more than 2 decimals. Valid until: Enter the date");
    }

    [Fact]
    public async Task A_corrected_file_is_imported()
    {
        var (_, corrected) = await CorrectAsync(Of(Header(), Row(2, Text("A2", "0012"), Text("B2", "five"))).ToBytes());
        using var workbook = new ClosedXML.Excel.XLWorkbook(new MemoryStream(corrected));
        workbook.Worksheet(1).Cell("B2").SetValue(5);
        using var saved = new MemoryStream();
        workbook.SaveAs(saved);

        var row = (await CardSheet.ReadAsync(saved.ToArray())).Single();

        (row.IsValid, row.Text("Card number"), row.Money("Balance")).ShouldBe((true, "0012", 5m));
    }

    [Fact]
    public async Task A_header_that_looks_like_a_formula_is_written_as_text()
    {
        var (_, corrected) = await CorrectAsync(Of(Row(1, Text("A1", "Card number"), Text("B1", "=1+1")), Row(2, Text("B2", "x"))).ToBytes());

        Readers.ExcelDataReader(corrected)["Cards"][0].ShouldBe(["Card number", "=1+1", "Error"]);
        using var workbook = new ClosedXML.Excel.XLWorkbook(new MemoryStream(corrected));
        workbook.Worksheet(1).Cell("B1").HasFormula.ShouldBeFalse();
        workbook.Worksheet(1).Cell("B1").Style.IncludeQuotePrefix.ShouldBeTrue();
    }

    [Fact]
    public async Task Stored_rows_keep_every_digit_and_kind()
    {
        var rows = await CardSheet.ReadAsync(Of(Faulty).ToBytes());

        foreach (var row in rows)
        {
            var stored = OriginalRow.FromJson(row.RowNumber, row.Original.ToJson());
            stored.Cells.ShouldBe(row.Original.Cells);
        }
    }

    private static List<string[]> Codes(IEnumerable<SheetRow> rows) => [.. rows.Select(row => row.Errors.Select(error => error.Code).ToArray())];

    private static async Task<(List<SheetRow> Rows, byte[] Corrected)> CorrectAsync(byte[] file)
    {
        var upload = await UploadGuard.CheckAsync(new MemoryStream(file), "cards.xlsx");
        using var reader = SheetReader.Open(upload, CardSheet.Columns);
        var rows = reader.Rows().ToList();
        using var corrected = new MemoryStream();
        await CorrectedRowsWriter.WriteAsync(corrected, CardSheet.Columns, reader.Headers, rows.Select(row => FailedRow.Of(row.Original, row.Errors)).ToAsyncEnumerable());

        return (rows, corrected.ToArray());
    }
}
