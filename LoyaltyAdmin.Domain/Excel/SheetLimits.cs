namespace LoyaltyAdmin.Domain.Excel;

/// <summary>What the xlsx format itself can hold.</summary>
internal static class SheetLimits
{
    public const int Rows = 1_048_576;
    public const int Columns = 16_384;
    public const int CellLength = 32_767;
    public const int SheetNameLength = 31;

    /// <summary>A cell number is a double: beyond 15 digits it no longer is the number that was typed.</summary>
    public const long ExactNumber = 999_999_999_999_999;
}
