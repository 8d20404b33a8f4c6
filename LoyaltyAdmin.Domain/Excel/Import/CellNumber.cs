namespace LoyaltyAdmin.Domain.Excel;

/// <summary>Makes of a number in a cell what its format says it is.</summary>
internal static class CellNumber
{
    // 31 December 9999.
    private const double LastSerial = 2_958_466;

    // Between the two calendars lie four years and a day.
    private const double From1904 = 1462;

    public static RawCell Of(double number, NumberFormat format, bool countsFrom1904) => format.Meaning switch
    {
        NumberMeaning.Moment => Moment(countsFrom1904 ? number + From1904 : number),
        NumberMeaning.Duration when Math.Abs(number) < LastSerial => new(TimeSpan.FromDays(number)),
        NumberMeaning.Duration => new(CellText.NotAvailable),
        _ => new(number, format.Code),
    };

    private static RawCell Moment(double serial) => serial switch
    {
        // Excel shows a row of # for these.
        < 0 or >= LastSerial => new(CellText.NotAvailable),
        // A time without a day.
        < 1 => new(TimeSpan.FromDays(serial)),
        // 29 February 1900, which never was.
        >= 60 and < 61 => new(CellText.NotAvailable),
        // Before it, Excel is a day behind.
        < 60 => new(System.DateTime.FromOADate(serial + 1)),
        _ => new(System.DateTime.FromOADate(serial)),
    };
}
