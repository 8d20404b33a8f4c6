using System.Text;
using LoyaltyAdmin.Domain.Excel;

namespace LoyaltyAdmin.Tests.Excel;

public sealed class CsvTests
{
    private const string Small = "Card number,Balance\r\n0012345678901234567,5.25\r\n";

    [Theory]
    [InlineData(',', "5.25")]
    [InlineData(';', "5,25")]
    [InlineData(';', "5.25")]
    [InlineData('\t', "5.25")]
    [InlineData('|', "5.25")]
    public async Task The_separator_is_found(char separator, string balance)
    {
        var row = (await CardSheet.ReadCsvAsync($"Card number{separator}Balance{separator}Plan\n0012345678901234567{separator}{balance}{separator}Birthday\n")).Single();

        (row.Text("Card number"), row.Money("Balance"), row.Text("Plan")).ShouldBe(("0012345678901234567", 5.25m, "Birthday"));
    }

    [Fact]
    public async Task A_first_line_that_tells_the_separator_is_no_row()
    {
        (await CardSheet.ReadCsvAsync("sep=;\r\nCard number;Balance\r\n1;5\r\n")).Single().RowNumber.ShouldBe(2);
    }

    public static TheoryData<string> Encodings => ["utf-8", "utf-16", "utf-16BE"];

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task Text_with_a_mark_is_read_in_its_encoding(string name)
    {
        var encoding = Encoding.GetEncoding(name);
        byte[] file = [.. encoding.GetPreamble(), .. encoding.GetBytes("Card number,Balance\nMüller \uD83C\uDF81,5\n")];

        (await CardSheet.ReadAsync(file, "cards.csv")).Single().Text("Card number").ShouldBe("Müller \uD83C\uDF81");
    }

    [Fact]
    public async Task Text_without_a_mark_is_UTF_8_or_refused()
    {
        (await CardSheet.ReadCsvAsync("Card number,Balance\nMüller,5\n")).Single().Text("Card number").ShouldBe("Müller");
        (await CardSheet.RefusalAsync(Encoding.Latin1.GetBytes("Card number,Balance\nMüller,5\n"), "cards.csv")).ShouldBe("wrong_encoding");
        (await CardSheet.RefusalAsync(Encoding.Unicode.GetBytes(Small), "cards.csv")).ShouldBe("wrong_encoding");
        (await CardSheet.RefusalAsync([0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Small)[..^1]], "cards.csv")).ShouldBe("wrong_encoding");
        (await CardSheet.RefusalAsync([0x89, (byte)'P', (byte)'N', (byte)'G', 0, 0, 0], "cards.csv")).ShouldBe("wrong_encoding");
    }

    [Fact]
    public async Task A_wrong_letter_far_down_is_found()
    {
        byte[] file = [.. Encoding.UTF8.GetBytes("Card number\n" + new string('ü', 40_000) + "\n"), 0xFC];

        (await CardSheet.RefusalAsync(file, "cards.csv")).ShouldBe("wrong_encoding");
    }

    [Fact]
    public async Task Quotes_line_breaks_and_blank_lines_keep_the_row_numbers_of_a_spreadsheet()
    {
        var rows = await CardSheet.ReadCsvAsync("Card number,Plan\n\"a \"\"b\"\"\nc\",Birthday\n\n2,Christmas\n");

        rows.Select(row => (row.RowNumber, row.Text("Card number"))).ShouldBe([(2, "a \"b\"\nc"), (4, "2")]);
    }

    [Fact]
    public async Task Short_and_long_records_are_rows()
    {
        var rows = await CardSheet.ReadCsvAsync("Card number,Balance,Plan\n1\n2,5,Birthday,what is this\n");

        rows.Select(row => row.IsValid).ShouldBe([true, true]);
    }

    [Theory]
    [InlineData("=\"0012\"", "0012")]
    [InlineData("'=1+1", "=1+1")]
    [InlineData("'-Anna", "-Anna")]
    [InlineData("'s Gravenhage", "'s Gravenhage")]
    public async Task What_protected_a_text_from_a_spreadsheet_is_taken_away(string field, string text)
    {
        var quoted = "\"" + field.Replace("\"", "\"\"") + "\"";

        (await CardSheet.ReadCsvAsync($"Card number,Plan\n{quoted},\n")).Single().Text("Card number").ShouldBe(text);
    }

    [Theory]
    [InlineData("1.23457E+18", "number_damaged")]
    [InlineData("#N/A", "formula_error")]
    public async Task Damage_done_by_a_spreadsheet_is_found(string field, string code)
    {
        (await CardSheet.ReadCsvAsync($"Card number,Plan\n{field},\n")).Single().Errors.Single().Code.ShouldBe(code);
    }

    [Fact]
    public async Task A_comma_before_decimals_is_refused_where_the_comma_separates_cells()
    {
        (await CardSheet.ReadCsvAsync("Card number,Balance\n1,\"5,25\"\n")).Single().Errors.Single().Code.ShouldBe("amount_invalid");
    }

    [Fact]
    public async Task A_quotation_mark_that_is_never_closed_is_refused()
    {
        (await CardSheet.RefusalAsync("Card number,Plan\n1,\n\"2,\n3,\n4,\n"u8.ToArray(), "cards.csv")).ShouldBe("quote_not_closed");
        (await CardSheet.RefusalAsync(Encoding.UTF8.GetBytes("Card number,Plan\n\"" + new string('x', 6_000_000)), "cards.csv")).ShouldBe("quote_not_closed");
    }

    [Fact]
    public async Task The_limits_hold_for_text_too()
    {
        var limits = UploadLimits.Default with { Rows = 3, Columns = 4 };

        (await CardSheet.RefusalAsync("Card number\n1\n2\n3\n4\n"u8.ToArray(), "cards.csv", limits)).ShouldBe("too_many_rows");
        (await CardSheet.RefusalAsync("Card number,,,,\n1\n"u8.ToArray(), "cards.csv", limits)).ShouldBe("too_many_columns");
        (await CardSheet.RefusalAsync(Encoding.UTF8.GetBytes($"Card number,Plan\n{new string('x', 32_768)},\n"), "cards.csv")).ShouldBe("cell_too_long");
        (await CardSheet.RefusalAsync(new byte[11 * 1024 * 1024], "cards.csv")).ShouldBe("file_too_large");
    }

    [Fact]
    public async Task An_export_follows_the_RFC_and_holds_no_formula()
    {
        using var stream = new MemoryStream();
        Card[] cards = [new("=1+1", -5.5m, new(2026, 12, 31), new(2026, 3, 1, 17, 30, 15, TimeSpan.Zero), 3, true, "a \"b\", c"), new("-Anna"), new("\t=1"), new("0012")];

        (await CardSheet.Columns.WriteCsvAsync(stream, cards.ToAsyncEnumerable())).ShouldBe(4);

        Encoding.UTF8.GetString(stream.ToArray()).ShouldBe(
            "\uFEFFCard number,Balance,Valid until,Sold at,Uses,Active,Plan,Internal note\r\n"
            + "\"'=1+1\",-5.5,2026-12-31,2026-03-01 17:30:15,3,Yes,\"a \"\"b\"\", c\",\r\n"
            + "\"'-Anna\",,,,,,,\r\n\"'\t=1\",,,,,,,\r\n0012,,,,,,,\r\n");
        (await CardSheet.ReadAsync(stream.ToArray(), "cards.csv")).Select(row => row.Text("Card number")).ShouldBe(["=1+1", "-Anna", "=1", "0012"]);
    }
}
