using System.Globalization;

namespace LoyaltyAdmin.Domain.Excel;

/// <summary>Every reason for refusing a file, with its code and its sentence.</summary>
internal static class Refusals
{
    private const string SaveAgain = "Open it in Excel, choose Save As, Excel Workbook (.xlsx), and upload the new file.";

    public static UploadRefusedException Empty() =>
        new("file_empty", "The file is empty. Choose the file you filled in.");

    public static UploadRefusedException TooLarge(UploadLimits limits) =>
        new("file_too_large", $"The file is larger than {Megabytes(limits.FileBytes)}. Split the list into several files.");

    public static UploadRefusedException NotWorkbook() =>
        new("not_a_workbook", "The file is not an Excel workbook. Save the list as Excel Workbook (.xlsx), or as CSV UTF-8 with the ending .csv, and upload it again.");

    public static UploadRefusedException OldFormat() =>
        new("old_excel_format", $"The file has the format of Excel 97-2003 (.xls). {SaveAgain}");

    public static UploadRefusedException BinaryFormat() =>
        new("binary_workbook", $"The file holds binary parts, as Excel Binary Workbooks (.xlsb) do. {SaveAgain}");

    public static UploadRefusedException Password() =>
        new("password_protected", "The file is protected with a password. Remove it in Excel (File, Info, Protect Workbook, Encrypt with Password), save, and upload it again.");

    public static UploadRefusedException Macros() =>
        new("macros", "The file contains macros or controls. Copy the list alone into a new workbook, save it as Excel Workbook (.xlsx), and upload that.");

    public static UploadRefusedException ExternalLinks() =>
        new("external_links", "The file is linked to other files or data sources. In Excel choose Data, Edit Links, Break Link (or Queries & Connections, Delete), save, and upload it again.");

    public static UploadRefusedException Embedded() =>
        new("embedded_files", "The file has other files embedded in it. Delete the embedded objects, save, and upload it again.");

    public static UploadRefusedException Damaged() =>
        new("file_damaged", $"The file is damaged or was not written by a spreadsheet program. {SaveAgain}");

    public static UploadRefusedException ForbiddenXml() =>
        new("forbidden_xml", $"The file holds XML that no spreadsheet program writes. {SaveAgain}");

    public static UploadRefusedException TooManyParts(UploadLimits limits) =>
        new("too_many_parts", $"The file consists of more than {Number(limits.Parts)} parts. Copy the list alone, without pictures and other sheets, into a new workbook and upload that.");

    public static UploadRefusedException Unpacked(UploadLimits limits) =>
        new("unpacked_too_large", $"Unpacked, the file is larger than {Megabytes(limits.UnpackedBytes)}. Copy the list alone into a new workbook, or split it into several files.");

    public static UploadRefusedException Ratio(UploadLimits limits) =>
        new("packed_too_tightly", $"A part of the file unpacks to more than {Number(limits.Ratio)} times its size. {SaveAgain}");

    public static UploadRefusedException TooManyRows(UploadLimits limits) =>
        new("too_many_rows", $"The file has more than {Number(limits.Rows)} rows. Split the list into several files.");

    public static UploadRefusedException TooManyColumns(UploadLimits limits) =>
        new("too_many_columns", $"The file has more than {Number(limits.Columns)} columns. Keep the columns of the template only.");

    public static UploadRefusedException TooManyCells(UploadLimits limits) =>
        new("too_many_cells", $"The file has more than {Number(limits.Cells)} cells, counting empty ones with a format. Copy the list alone into a new workbook, or split it into several files.");

    public static UploadRefusedException CellTooLong(UploadLimits limits) =>
        new("cell_too_long", $"A cell holds more than {Number(limits.CellLength)} characters. Shorten it and upload the file again.");

    public static UploadRefusedException Encoding() =>
        new("wrong_encoding", "The file is not text in UTF-8 or UTF-16, so letters would arrive damaged. In Excel choose Save As, CSV UTF-8 (Comma delimited), and upload the new file.");

    public static UploadRefusedException OpenQuote(int row) =>
        new("quote_not_closed", $"A quotation mark in row {Number(row)} is never closed, so the rows behind it cannot be told apart. Close or delete it and upload the file again.");

    public static UploadRefusedException NoSheet(string name) =>
        new("sheet_missing", $"The file has no sheet named \"{name}\". Use the template, or rename the sheet that holds the list.");

    public static UploadRefusedException NoHeader(IEnumerable<SheetColumn> columns) =>
        new("header_missing", $"The file has no row with the column names ({List(columns.Select(column => column.Header))}). Start from the template and keep its first row.");

    public static UploadRefusedException NoColumn(IReadOnlyList<SheetColumn> columns) =>
        new("column_missing", $"The file lacks the {(columns.Count == 1 ? "column" : "columns")} {List(columns.Select(column => column.Header))}. Start from the template and keep its first row.");

    public static UploadRefusedException TwoColumns(string header, string first, string second) =>
        new("column_twice", $"Two columns hold \"{header}\": {first} and {second}. Delete one of them or rename it.");

    public static string List(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"\"{name}\""));

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Megabytes(long bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Round(bytes / (1024m * 1024m), 1):0.#} MB");
}
