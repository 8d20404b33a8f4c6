namespace LoyaltyAdmin.Domain.Excel;

/// <summary>Takes the cells of one row from left to right; null leaves the cell empty.</summary>
internal abstract class CellSink
{
    public abstract void Text(string? value);

    public abstract void Integer(long? value);

    public abstract void Money(decimal? value, int scale);

    public abstract void Date(DateOnly? value);

    public abstract void DateTime(DateTimeOffset? value);

    public abstract void Boolean(bool? value);

    /// <summary>A cell as it was read from an uploaded file, unchanged.</summary>
    public abstract void Original(object? value);
}
