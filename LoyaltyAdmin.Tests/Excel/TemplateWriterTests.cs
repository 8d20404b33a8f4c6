using ClosedXML.Excel;
using LoyaltyAdmin.Domain.Excel;

namespace LoyaltyAdmin.Tests.Excel;

public sealed class TemplateWriterTests
{
    [Fact]
    public void The_template_has_the_import_columns_with_their_formats()
    {
        using var workbook = Template();
        var sheet = workbook.Worksheet(1);

        sheet.Name.ShouldBe("Cards");
        Enumerable.Range(1, 8).Select(column => sheet.Cell(1, column).GetString()).ShouldBe(["Card number *", "Balance", "Valid until", "Sold at", "Uses", "Active", "Plan", ""]);
        sheet.Column(1).Style.NumberFormat.Format.ShouldBe("@");
        sheet.Cell("A50").Style.NumberFormat.Format.ShouldBe("@");
        sheet.Column(2).Style.NumberFormat.Format.ShouldBe("#,##0.00");
        sheet.Column(3).Style.NumberFormat.Format.ShouldBe("yyyy-mm-dd");
        sheet.SheetView.SplitRow.ShouldBe(1);
    }

    [Fact]
    public void Allowed_values_are_lists_to_choose_from_on_a_hidden_sheet()
    {
        using var workbook = Template(CardSheet.Columns.Allow("Plan", ["=1+1", "0012", "Birthday"]));

        workbook.Worksheet("Lists").Visibility.ShouldBe(XLWorksheetVisibility.Hidden);
        workbook.Worksheet("Lists").Range("G1:G3").Cells().Select(cell => cell.Value).ShouldBe(["=1+1", "0012", "Birthday"]);
        workbook.Worksheet("Lists").Cells().ShouldAllBe(cell => !cell.HasFormula);
        workbook.Worksheet("Lists").Cell("G1").Style.IncludeQuotePrefix.ShouldBeTrue();
        var rules = workbook.Worksheet(1).DataValidations.ToList();
        rules.Select(rule => rule.Ranges.Single().RangeAddress.ToString()).ShouldBe(["F2:F100001", "G2:G100001"]);
        rules[1].Value.ShouldContain("Lists");
    }

    [Fact]
    public void Every_column_is_explained_with_its_rule_and_an_example()
    {
        using var workbook = Template();
        var row = workbook.Worksheet("Instructions").Row(2);

        Enumerable.Range(1, 6).Select(column => row.Cell(column).Value.ToString()).ShouldBe([
            "Card number", "Yes", "Text of up to 32,767 characters. Leave the cells formatted as Text, so that long numbers keep all digits and leading zeros.",
            "As printed on the card.", "", "0012345678901234567"]);
        workbook.Worksheet("Instructions").LastRowUsed().RowNumber().ShouldBe(8);
    }

    [Fact]
    public async Task A_template_filled_in_is_imported()
    {
        using var workbook = Template();
        workbook.Worksheet(1).Cell("A2").SetValue("0012345678901234567");
        workbook.Worksheet(1).Cell("B2").SetValue(12.5);
        workbook.Worksheet(1).Cell("C2").SetValue(new DateTime(2026, 12, 31));
        workbook.Worksheet(1).Cell("F2").SetValue("Yes");
        using var filled = new MemoryStream();
        workbook.SaveAs(filled);

        var row = (await CardSheet.ReadAsync(filled.ToArray())).ShouldHaveSingleItem();

        row.Errors.ShouldBeEmpty();
        (row.Text("Card number"), row.Money("Balance"), row.Date("Valid until"), row.Boolean("Active")).ShouldBe(("0012345678901234567", 12.5m, new DateOnly(2026, 12, 31), true));
    }

    [Fact]
    public async Task An_empty_template_is_a_list_without_rows()
    {
        using var file = new MemoryStream();
        TemplateWriter.Write(CardSheet.Columns, file);

        (await CardSheet.ReadAsync(file.ToArray())).ShouldBeEmpty();
        file.Length.ShouldBeLessThan(20_000);
    }

    private static XLWorkbook Template(Sheet? sheet = null)
    {
        var file = new MemoryStream();
        TemplateWriter.Write(sheet ?? CardSheet.Columns, file);
        return new(file);
    }
}
