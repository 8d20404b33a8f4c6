using static LoyaltyAdmin.Tests.Excel.WorkbookFile;

namespace LoyaltyAdmin.Tests.Excel;

/// <summary>How one cell of an upload is understood, or why it is refused.</summary>
public sealed class CellTests
{
    [Theory]
    [InlineData("0012345678901234567")]
    [InlineData("9999999999999999999")]
    [InlineData("0000000000000000001")]
    [InlineData("1E5")]
    [InlineData("TRUE")]
    [InlineData("2024-01-02")]
    [InlineData("1,5")]
    [InlineData("-Anna")]
    [InlineData("שלום עולם")]
    [InlineData("\uD83C\uDF81 gift")]
    public async Task Text_arrives_as_it_was_typed(string text)
    {
        (await CardSheet.RowAsync(Text("A2", text))).Text("Card number").ShouldBe(text);
    }

    [Theory]
    [InlineData("123456789012345", 0, "123456789012345")]
    [InlineData("12345", 0, "12345")]
    [InlineData("1.2345E4", 0, "12345")]
    [InlineData("123", 2, "00123")]
    [InlineData("0.1", 0, "0.1")]
    [InlineData("-7", 0, "-7")]
    [InlineData("123", 4, "123")]
    public async Task A_number_in_a_text_column_is_the_text_Excel_shows(string number, int style, string text)
    {
        (await CardSheet.RowAsync(Number("A2", number, style))).Text("Card number").ShouldBe(text);
    }

    [Theory]
    [InlineData("1000000000000000")]
    [InlineData("1234567890123456")]
    [InlineData("12345678901234567")]
    [InlineData("1.2345678901234568E+18")]
    [InlineData("123456789012345.67")]
    [InlineData("-1234567890123456")]
    public async Task A_number_of_more_than_15_digits_in_a_text_column_is_refused(string number)
    {
        var row = await CardSheet.RowAsync(Number("A2", number));

        row.Errors.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            error => error.Code.ShouldBe("number_damaged"), error => error.Row.ShouldBe(2), error => error.Column.ShouldBe("Card number"));
        row.Text("Card number").ShouldBeNull();
    }

    [Theory]
    [InlineData("1.23457E+18")]
    [InlineData("1,23457E+18")]
    public async Task A_rounded_number_saved_as_text_is_refused(string text)
    {
        (await CardSheet.RowAsync(Text("A2", text))).Errors.Single().Code.ShouldBe("number_damaged");
    }

    [Fact]
    public async Task Shared_and_rich_and_calculated_texts_keep_their_zeros()
    {
        (await CardSheet.RowAsync(Typed("A2", "s", "0"))).Text("Card number").ShouldBe("0012345678901234567");
        (await CardSheet.RowAsync(Typed("A2", "s", "1"))).Text("Card number").ShouldBe("two runs");
        (await CardSheet.RowAsync("<c r=\"A2\" t=\"str\"><f>TEXT(1,\"000\")</f><v>001</v></c>")).Text("Card number").ShouldBe("001");
    }

    [Fact]
    public async Task A_formula_is_never_evaluated()
    {
        (await CardSheet.RowAsync(Text("A2", "1"), "<c r=\"B2\"><f>1+1</f><v>7</v></c>")).Money("Balance").ShouldBe(7);
        (await CardSheet.RowAsync(Text("A2", "1"), "<c r=\"B2\"><f>1+1</f></c>")).Errors.Single().Code.ShouldBe("formula_error");
    }

    [Theory]
    [InlineData("#N/A")]
    [InlineData("#REF!")]
    [InlineData("#DIV/0!")]
    [InlineData("#SOMETHING!")]
    public async Task The_error_of_a_formula_is_an_error_and_not_an_empty_cell(string error)
    {
        (await CardSheet.RowAsync(Text("A2", "1"), Typed("B2", "e", error), Typed("C2", "e", error))).Errors.Select(found => found.Code).ShouldBe(["formula_error", "formula_error"]);
    }

    [Theory]
    [InlineData("Text", "1200", "1200")]
    [InlineData("Text", "1200.50", "1200.50")]
    [InlineData("Text", "-3.1", "-3.1")]
    [InlineData("Number", "0.30000000000000004", "0.3")]
    [InlineData("Number", "1E3", "1000")]
    [InlineData("Number", "999999999999999", "999999999999999")]
    [InlineData("Text", "1e3", "amount_invalid")]
    [InlineData("Text", "NaN", "amount_invalid")]
    [InlineData("Text", "1,234.50", "amount_invalid")]
    [InlineData("Text", "1,5", "amount_invalid")]
    [InlineData("Text", "USD 5", "amount_invalid")]
    [InlineData("Text", "(5)", "amount_invalid")]
    [InlineData("Text", "1.005", "too_many_decimals")]
    [InlineData("Number", "1.005", "too_many_decimals")]
    [InlineData("Number", "1E30", "amount_too_large")]
    [InlineData("Number", "1E300", "amount_too_large")]
    [InlineData("Number", "123456789012345.67", "amount_too_large")]
    [InlineData("Text", "99999999999999999999999999", "amount_invalid")]
    public async Task An_amount_is_exact_or_refused(string kind, string value, string expected)
    {
        var row = await CardSheet.RowAsync(Text("A2", "1"), kind == "Text" ? Text("B2", value) : Number("B2", value));

        if (decimal.TryParse(expected, System.Globalization.CultureInfo.InvariantCulture, out var amount))
        {
            row.Money("Balance").ShouldBe(amount);
        }
        else
        {
            row.Errors.Single().Code.ShouldBe(expected);
        }
    }

    [Theory]
    [InlineData("5", 0, 5L)]
    [InlineData("5.5", 0, null)]
    [InlineData("1000000000000000", 0, null)]
    public async Task A_count_is_whole_or_refused(string number, int style, long? expected)
    {
        var row = await CardSheet.RowAsync(Text("A2", "1"), Number("E2", number, style));

        row.Integer("Uses").ShouldBe(expected);
        row.IsValid.ShouldBe(expected is not null);
    }

    [Theory]
    [InlineData(false, "46387", "2026-12-31")]
    [InlineData(true, "44925", "2026-12-31")]
    [InlineData(false, "61", "1900-03-01")]
    [InlineData(false, "59", "1900-02-28")]
    [InlineData(false, "1", "1900-01-01")]
    [InlineData(true, "0", "1904-01-01")]
    [InlineData(false, "60", "formula_error")]
    [InlineData(false, "-5", "formula_error")]
    [InlineData(false, "99999999", "formula_error")]
    [InlineData(false, "1E300", "formula_error")]
    [InlineData(false, "0.5", "date_invalid")]
    [InlineData(false, "46387.5", "date_invalid")]
    public async Task Days_are_counted_as_Excel_counts_them(bool from1904, string serial, string expected)
    {
        foreach (var flag in from1904 ? ["1", "true"] : new[] { "0", "false" })
        {
            var file = OfSheet($"<sheetData>{Header()}{Row(2, Text("A2", "1"), Number("C2", serial, 1))}</sheetData>", $"<workbookPr date1904=\"{flag}\"/>");
            var row = (await CardSheet.ReadAsync(file.ToBytes())).Single();

            (row.Date("Valid until")?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) ?? row.Errors.Single().Code).ShouldBe(expected);
        }
    }

    [Theory]
    [InlineData("2026-12-31", true)]
    [InlineData("2026-12-31T00:00:00", true)]
    [InlineData("31.12.2026", false)]
    [InlineData("12/31/2026", false)]
    [InlineData("01/02/2026", false)]
    [InlineData("2026-02-30", false)]
    [InlineData("tomorrow", false)]
    public async Task A_day_written_as_text_is_understood_in_one_way_only(string text, bool isDay)
    {
        var row = await CardSheet.RowAsync(Text("A2", "1"), Text("C2", text));

        row.Date("Valid until").ShouldBe(isDay ? new DateOnly(2026, 12, 31) : null);
        row.Errors.Select(error => error.Code).ShouldBe(isDay ? [] : ["date_invalid"]);
    }

    [Fact]
    public async Task A_plain_number_is_no_day()
    {
        (await CardSheet.RowAsync(Text("A2", "1"), Number("C2", "46387"))).Errors.Single().Code.ShouldBe("date_invalid");
    }

    [Fact]
    public async Task A_day_in_a_text_column_is_refused_because_nobody_knows_what_was_typed()
    {
        (await CardSheet.RowAsync(Number("A2", "46387", 1))).Errors.Single().Code.ShouldBe("text_expected");
        (await CardSheet.RowAsync(Number("A2", "0.5", 3))).Errors.Single().Code.ShouldBe("text_expected");
    }

    [Theory]
    [InlineData("2026-03-01 18:30", "2026-03-01T17:30:00Z")]
    [InlineData("2026-07-01 18:30:15", "2026-07-01T16:30:15Z")]
    [InlineData("2026-07-01T18:30:15Z", "2026-07-01T18:30:15Z")]
    [InlineData("2026-07-01T18:30:15+05:00", "2026-07-01T13:30:15Z")]
    [InlineData("2026-03-29 02:30", "time_skipped")]
    [InlineData("18:30", "time_invalid")]
    [InlineData("0001-01-01 00:00", "time_invalid")]
    public async Task A_moment_is_understood_in_the_zone_of_the_import(string text, string expected)
    {
        var file = Of(Header(), Row(2, Text("A2", "1"), Text("D2", text))).ToBytes();
        var row = (await CardSheet.ReadAsync(file, zone: TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"))).Single();

        (row.DateTime("Sold at")?.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture) ?? row.Errors.Single().Code).ShouldBe(expected);
    }

    [Fact]
    public async Task A_moment_in_a_cell_is_exact_to_the_second()
    {
        (await CardSheet.RowAsync(Text("A2", "1"), Number("D2", "46082.729340277780", 5))).DateTime("Sold at")
            .ShouldBe(new DateTimeOffset(2026, 3, 1, 17, 30, 15, TimeSpan.Zero));
    }

    [Theory]
    [InlineData("Yes", true)]
    [InlineData("no", false)]
    [InlineData("TRUE", true)]
    [InlineData("0", false)]
    [InlineData("perhaps", null)]
    public async Task Yes_and_no_have_a_few_spellings(string text, bool? expected)
    {
        (await CardSheet.RowAsync(Text("A2", "1"), Text("F2", text))).Boolean("Active").ShouldBe(expected);
    }

    [Fact]
    public async Task Truth_values_are_read_in_both_spellings()
    {
        (await CardSheet.RowAsync(Text("A2", "1"), Typed("F2", "b", "1"))).Boolean("Active").ShouldBe(true);
        (await CardSheet.RowAsync(Text("A2", "1"), Typed("F2", "b", "true"))).Boolean("Active").ShouldBe(true);
        (await CardSheet.RowAsync(Text("A2", "1"), Number("F2", "0"))).Boolean("Active").ShouldBe(false);
    }

    [Fact]
    public async Task A_value_of_the_list_is_taken_in_the_spelling_of_the_list()
    {
        (await CardSheet.RowAsync(Text("A2", "1"), Text("G2", " birthday "))).Text("Plan").ShouldBe("Birthday");
        (await CardSheet.RowAsync(Text("A2", "1"), Text("G2", "Easter"))).Errors.Single().Code.ShouldBe("not_allowed");
    }

    [Theory]
    [InlineData("  12 \u00A0")]
    [InlineData("\u202D12\u202C")]
    [InlineData("\uFEFF12\u200B")]
    public async Task Blanks_and_invisible_marks_around_a_text_do_not_count(string text)
    {
        (await CardSheet.RowAsync(Text("A2", text))).Text("Card number").ShouldBe("12");
    }

    [Theory]
    [InlineData("a_x0000_b", "control_character")]
    [InlineData("a_x0007_b", "control_character")]
    [InlineData("a_xD800_b", "text_damaged")]
    [InlineData("M\uFFFDller", "text_damaged")]
    public async Task Text_that_lost_letters_or_hides_signs_is_refused(string text, string code)
    {
        (await CardSheet.RowAsync(Text("A2", text))).Errors.Single().Code.ShouldBe(code);
    }

    [Fact]
    public async Task No_sentence_repeats_the_cell()
    {
        const string secret = "6035551234567890";
        string[] cells = [Text("A2", secret + "\uFFFD"), Text("B2", secret + "x"), Text("C2", secret), Text("D2", secret), Text("E2", secret + "x"), Text("F2", secret), Text("G2", secret)];

        var errors = (await CardSheet.RowAsync(cells)).Errors;

        errors.Count.ShouldBe(7);
        errors.ShouldAllBe(error => !error.Sentence.Contains(secret) && error.Sentence.EndsWith('.'));
    }
}
