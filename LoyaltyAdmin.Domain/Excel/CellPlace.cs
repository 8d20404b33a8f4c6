using System.Buffers.Text;

namespace LoyaltyAdmin.Domain.Excel;

/// <summary>Reads and names places like B7. Null is a place no spreadsheet program writes.</summary>
internal static class CellPlace
{
    /// <summary>The number of the column, A being 1.</summary>
    public static int? Column(ReadOnlySpan<byte> place)
    {
        var column = 0;
        var at = 0;

        for (; at < place.Length && place[at] is >= (byte)'A' and <= (byte)'Z'; at++)
        {
            // Five letters at most keep the number small enough to compare with the limit.
            if (at == 5)
            {
                return null;
            }

            column = (column * 26) + place[at] - 'A' + 1;
        }

        return at > 0 && Row(place[at..]) is not null ? column : null;
    }

    /// <summary>The letters of a column, 0 being A.</summary>
    public static string Letters(int column) =>
        column < 26 ? ((char)('A' + column)).ToString() : Letters((column / 26) - 1) + (char)('A' + (column % 26));

    public static int? Row(ReadOnlySpan<byte> place) =>
        Utf8Parser.TryParse(place, out int row, out var used) && used == place.Length && row is > 0 and <= SheetLimits.Rows ? row : null;
}
