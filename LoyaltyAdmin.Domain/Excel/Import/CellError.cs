namespace LoyaltyAdmin.Domain.Excel;

/// <summary>
/// What is wrong with one cell of an uploaded file. The row is the number Excel shows; the sentence never repeats the cell,
/// which may hold personal data. The codes are listed in this folder's README.
/// </summary>
public sealed record CellError(int Row, string Column, string Code, string Sentence);

/// <summary>A code and a sentence still without their place.</summary>
internal sealed record CellFault(string Code, string Sentence)
{
    public static CellFault Required { get; } =
        new("required", "The cell is empty, and this column needs a value.");

    public static CellFault NumberDamaged { get; } =
        new("number_damaged", "The number has more than 15 digits, of which Excel keeps 15, so its last digits are lost. Format the column as Text, enter the number again and upload the file.");

    public static CellFault TextExpected { get; } =
        new("text_expected", "The cell holds a date or a time instead of text. Format the column as Text, enter the value again and upload the file.");

    public static CellFault FormulaFailed { get; } =
        new("formula_error", "The cell shows an error such as #N/A, or holds a formula that was never calculated. Replace the formula by its value.");

    public static CellFault ControlCharacter { get; } =
        new("control_character", "The text holds invisible control characters. Delete the cell and type the text again.");

    public static CellFault TextDamaged { get; } =
        new("text_damaged", "The text holds the sign \uFFFD in place of a letter that was lost when the file was saved. Correct the text; save CSV files as CSV UTF-8.");

    public static CellFault Integer { get; } =
        new("integer_invalid", "Enter a whole number in digits, such as 1200, without separators.");

    public static CellFault Amount { get; } =
        new("amount_invalid", "Enter the amount in digits with a point before the decimals, such as 1200.50, without currency sign and separators.");

    public static CellFault AmountTooLarge { get; } =
        new("amount_too_large", "The amount has more than 15 digits, decimals included.");

    public static CellFault Date { get; } =
        new("date_invalid", "Enter the date as year-month-day, such as 2026-12-31, or format the cell as a date.");

    public static CellFault DateTime { get; } =
        new("time_invalid", "Enter the moment as year-month-day hours:minutes, such as 2026-12-31 18:30, or format the cell as a date with a time.");

    public static CellFault TimeSkipped { get; } =
        new("time_skipped", "This time does not exist in the store's time zone: the clocks are put forward over it. Enter an existing one.");

    public static CellFault Boolean { get; } =
        new("yes_no_invalid", "Enter Yes or No.");

    public static CellFault TooLong(int length) =>
        new("too_long", FormattableString.Invariant($"The text is longer than {length:N0} characters."));

    public static CellFault TooManyDecimals(int scale) =>
        new("too_many_decimals", scale == 0 ? "The amount has decimals, and this column takes none." : FormattableString.Invariant($"The amount has more than {scale} decimals."));

    public static CellFault NotAllowed(IReadOnlyList<string> values)
    {
        const int shown = 10;
        var more = values.Count > shown ? FormattableString.Invariant($" or one of {values.Count - shown} more") : "";

        return new("not_allowed", $"Enter one of the values of the list: {string.Join(", ", values.Take(shown))}{more}.");
    }
}
