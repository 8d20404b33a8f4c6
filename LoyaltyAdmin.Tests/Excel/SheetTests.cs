using LoyaltyAdmin.Domain.Excel;

namespace LoyaltyAdmin.Tests.Excel;

public sealed class SheetTests
{
    [Fact]
    public void A_sheet_never_changes()
    {
        var sheet = new Sheet<int>("Numbers").Integer("Number", number => number);

        sheet.Text("Text", _ => "").Columns.Count.ShouldBe(2);
        sheet.Allow("Number", ["1"]).Columns[0].Options.AllowedValues.ShouldBe(["1"]);

        sheet.Columns.ShouldHaveSingleItem().Options.AllowedValues.ShouldBeEmpty();
    }

    [Fact]
    public void Two_columns_cannot_share_a_name_or_a_synonym()
    {
        var sheet = new Sheet<int>("Numbers").Integer("Number", number => number, new() { Synonyms = ["Count"] });

        Should.Throw<ArgumentException>(() => sheet.Integer("number", number => number));
        Should.Throw<ArgumentException>(() => sheet.Integer("COUNT *", number => number));
        Should.Throw<ArgumentException>(() => sheet.Integer("Sum", number => number, new() { Synonyms = ["Number"] }));
        Should.Throw<ArgumentException>(() => sheet.Allow("Nubmer", []));
    }

    [Fact]
    public void Columns_of_the_export_only_are_not_imported()
    {
        CardSheet.Columns.Columns.Count.ShouldBe(8);
        CardSheet.Columns.ImportColumns.Select(column => column.Header).ShouldNotContain("Internal note");
    }
}
