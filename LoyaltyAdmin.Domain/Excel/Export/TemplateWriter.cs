using ClosedXML.Excel;

namespace LoyaltyAdmin.Domain.Excel;

/// <summary>Makes the template of an import: the empty list with its formats, lists to choose from, and a sheet of instructions.</summary>
public static class TemplateWriter
{
    private const string InstructionsName = "Instructions";
    private const string ListsName = "Lists";

    // Formats and lists reach as far down as an import reads.
    private const int LastRow = 100_001;

    private static readonly XLColor HeaderColor = XLColor.FromArgb(0xE7, 0xEB, 0xF0);

    /// <summary>Writes the template as an xlsx file.</summary>
    public static void Write(Sheet sheet, Stream output)
    {
        using var workbook = new XLWorkbook(XLEventTracking.Disabled);
        var columns = sheet.ImportColumns.ToList();
        // The first sheet is the one an import reads and Excel opens.
        var list = workbook.AddWorksheet(new SheetNames().Unique(sheet.Name));
        AddInstructions(workbook.AddWorksheet(InstructionsName), columns);
        var values = workbook.AddWorksheet(ListsName);
        values.Visibility = XLWorksheetVisibility.Hidden;

        for (var at = 1; at <= columns.Count; at++)
        {
            AddColumn(list, values, columns[at - 1], at);
        }

        list.SheetView.FreezeRows(1);
        using var buffer = new MemoryStream();
        workbook.SaveAs(buffer);
        buffer.WriteTo(output);
    }

    private static void AddColumn(IXLWorksheet list, IXLWorksheet values, SheetColumn column, int at)
    {
        var whole = list.Column(at);
        whole.Width = column.Width;
        // A text column keeps all digits of a card number and its leading zeros.
        whole.Style.NumberFormat.Format = FormatOf(column);

        AddHeader(list.Cell(1, at), column.Options.Required ? $"{column.Header} *" : column.Header);

        var choices = ChoicesOf(column);

        if (choices.Count == 0)
        {
            return;
        }

        for (var row = 1; row <= choices.Count; row++)
        {
            AddText(values.Cell(row, at), choices[row - 1]);
        }

        var rule = list.Range(2, at, LastRow, at).SetDataValidation();
        rule.List(values.Range(1, at, choices.Count, at), true);
        rule.IgnoreBlanks = true;
        rule.ErrorTitle = column.Header;
        rule.ErrorMessage = "Choose one of the values of the list.";
    }

    private static void AddInstructions(IXLWorksheet sheet, List<SheetColumn> columns)
    {
        string[] headers = ["Column", "Required", "Format", "Rule", "Allowed values", "Example"];
        double[] widths = [24, 10, 44, 60, 60, 28];

        for (var at = 1; at <= headers.Length; at++)
        {
            AddHeader(sheet.Cell(1, at), headers[at - 1]);
            sheet.Column(at).Width = widths[at - 1];
        }

        for (var row = 2; row <= columns.Count + 1; row++)
        {
            var column = columns[row - 2];
            string[] texts =
            [
                column.Header,
                column.Options.Required ? "Yes" : "No",
                ExplanationOf(column),
                column.Options.Help ?? "",
                string.Join(", ", ChoicesOf(column)),
                column.Options.Example ?? "",
            ];

            for (var at = 1; at <= texts.Length; at++)
            {
                var cell = sheet.Cell(row, at);
                AddText(cell, texts[at - 1]);
                cell.Style.Alignment.WrapText = true;
                cell.Style.Alignment.Vertical = XLAlignmentVerticalValues.Top;
            }
        }

        sheet.SheetView.FreezeRows(1);
    }

    private static void AddText(IXLCell cell, string text)
    {
        // The other way to set a value would turn a card number into a rounded one.
        cell.SetValue(text.Length <= SheetLimits.CellLength ? text : text[..SheetLimits.CellLength]);
        cell.Style.NumberFormat.Format = "@";
        cell.Style.IncludeQuotePrefix = FormulaText.LooksLikeFormula(text);
    }

    private static void AddHeader(IXLCell cell, string text)
    {
        AddText(cell, text);
        cell.Style.Font.Bold = true;
        cell.Style.Fill.BackgroundColor = HeaderColor;
    }

    private static IReadOnlyList<string> ChoicesOf(SheetColumn column) =>
        column.Kind == CellKind.Boolean ? ["Yes", "No"] : column.Options.AllowedValues;

    private static string FormatOf(SheetColumn column) => column.Kind switch
    {
        CellKind.Integer => "0",
        CellKind.Money => column.Scale == 0 ? "#,##0" : "#,##0." + new string('0', column.Scale),
        CellKind.Date => "yyyy-mm-dd",
        CellKind.DateTime => "yyyy-mm-dd hh:mm",
        _ => "@",
    };

    private static string ExplanationOf(SheetColumn column) => column.Kind switch
    {
        CellKind.Text when column.Options.AllowedValues.Count > 0 => "One of the allowed values.",
        CellKind.Text => FormattableString.Invariant($"Text of up to {column.Options.MaxLength:N0} characters. Leave the cells formatted as Text, so that long numbers keep all digits and leading zeros."),
        CellKind.Integer => "A whole number, such as 1200.",
        CellKind.Money when column.Scale == 0 => "An amount without decimals, such as 1200.",
        CellKind.Money => FormattableString.Invariant($"An amount with up to {column.Scale} decimals, such as 1200.5, without a currency sign."),
        CellKind.Date => "A date, such as 2026-12-31.",
        CellKind.DateTime => "A date with a time, such as 2026-12-31 18:30, in the store's time zone.",
        _ => "Yes or No.",
    };
}
