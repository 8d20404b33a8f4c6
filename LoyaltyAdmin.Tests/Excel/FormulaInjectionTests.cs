using LoyaltyAdmin.Domain.Excel;

namespace LoyaltyAdmin.Tests.Excel;

/// <summary>OWASP ASVS 1.2.10: nothing somebody typed becomes a formula in a file somebody else opens. CSV: see <see cref="CsvTests"/>.</summary>
public sealed class FormulaInjectionTests
{
    [Theory]
    [InlineData("=HYPERLINK(\"http://example.com\",\"x\")")]
    [InlineData("+1")]
    [InlineData("-1+1")]
    [InlineData("@SUM(A1)")]
    [InlineData("\t=1")]
    [InlineData("\r=1")]
    [InlineData("=cmd|' /C calc'!A0")]
    public async Task Text_that_looks_like_a_formula_stays_text_in_every_column(string hostile)
    {
        var sheet = new Sheet<string>("Names").Text("First", text => text).Text("Second", text => text);
        using var stream = new MemoryStream();

        await sheet.WriteXlsxAsync(stream, new[] { hostile }.ToAsyncEnumerable());

        var file = stream.ToArray();
        Readers.ExcelDataReader(file)["Names"][1].ShouldBe([hostile, hostile]);
        var cells = Readers.Part(file, WorkbookFile.SheetPart).Descendants().Where(element => element.Name.LocalName == "c").Skip(2).ToList();
        cells.Count.ShouldBe(2);
        cells.ShouldAllBe(cell => (string?)cell.Attribute("t") == "inlineStr" && cell.Descendants().All(child => child.Name.LocalName != "f"));
        cells.ShouldAllBe(cell => IsQuoted(file, (int)cell.Attribute("s")!));
    }

    [Fact]
    public async Task A_negative_amount_stays_a_number()
    {
        var file = await CardSheet.WriteAsync(new Card("1", -5.25m));

        Readers.ExcelDataReader(file)["Cards"][1][1].ShouldBe(-5.25);
    }

    [Fact]
    public async Task Lines_above_the_table_are_text_too()
    {
        using var stream = new MemoryStream();
        await CardSheet.Columns.WriteXlsxAsync(stream, AsyncEnumerable.Empty<Card>(), new() { Lines = ["=1+1"] });

        Readers.ExcelDataReader(stream.ToArray())["Cards"][0][0].ShouldBe("=1+1");
        Readers.Part(stream.ToArray(), WorkbookFile.SheetPart).Descendants().ShouldAllBe(element => element.Name.LocalName != "f");
    }

    [Fact]
    public async Task Text_in_the_middle_of_which_a_formula_stands_is_left_alone()
    {
        var file = await CardSheet.WriteAsync(new Card("a=1"));

        var cell = Readers.Part(file, WorkbookFile.SheetPart).Descendants().Single(element => (string?)element.Attribute("r") == "A2");
        IsQuoted(file, (int)cell.Attribute("s")!).ShouldBeFalse();
    }

    private static bool IsQuoted(byte[] file, int style) => (string?)Readers.Style(file, style).Attribute("quotePrefix") == "1";
}
