namespace LoyaltyAdmin.Domain.Excel;

/// <summary>What an uploaded file may be at most. The defaults are the product's promise; tests and operators may lower them.</summary>
public sealed record UploadLimits
{
    /// <summary>The limits unless others are given.</summary>
    public static UploadLimits Default { get; } = new();

    /// <summary>Bytes of the file itself.</summary>
    public int FileBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>Parts inside an xlsx file.</summary>
    public int Parts { get; init; } = 64;

    /// <summary>Bytes of all parts together, counted while they are unpacked.</summary>
    public long UnpackedBytes { get; init; } = 100 * 1024 * 1024;

    /// <summary>How many times larger than packed a part may be, once it is larger than <see cref="RatioFromBytes"/>.</summary>
    public int Ratio { get; init; } = 100;

    /// <summary>Small parts may be packed as tightly as they like.</summary>
    public long RatioFromBytes { get; init; } = 1024 * 1024;

    /// <summary>Rows with data, the header not counted.</summary>
    public int Rows { get; init; } = 100_000;

    /// <summary>Columns of a sheet.</summary>
    public int Columns { get; init; } = SheetLimits.Columns;

    /// <summary>Cells of a sheet, empty ones with a format included.</summary>
    public int Cells { get; init; } = 5_000_000;

    /// <summary>Characters of a cell.</summary>
    public int CellLength { get; init; } = SheetLimits.CellLength;
}
