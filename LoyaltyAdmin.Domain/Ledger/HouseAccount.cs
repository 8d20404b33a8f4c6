namespace LoyaltyAdmin.Domain.Ledger;

/// <summary>The company's own side of movements. Their sums come from entries: a running balance would be one row every sale waits for.</summary>
public enum House
{
    /// <summary>Money received for value sold, and given back on refunds.</summary>
    CashIn = 1,

    /// <summary>Value given beyond what was paid: purchase discounts.</summary>
    PromotionCost = 2,

    /// <summary>Value turned into goods.</summary>
    Redemptions = 3,

    /// <summary>Value that expired unused.</summary>
    Breakage = 4,

    /// <summary>Value brought in from an earlier system.</summary>
    ImportOpening = 5,

    /// <summary>Corrections by finance.</summary>
    Adjustments = 6,

    /// <summary>Set aside for payments that are not final yet.</summary>
    Holds = 7,

    /// <summary>Between two accounts of one person; zero in sum.</summary>
    Transfers = 8,
}

/// <summary>House accounts need no row: their identifier is computed from what they are for and the currency, and is negative.</summary>
public static class HouseAccount
{
    private const long PerHouse = 26 * 26 * 26;

    public static long Id(House house, string currency) =>
        -((int)house * PerHouse + (currency[0] - 'A') * 676 + (currency[1] - 'A') * 26 + (currency[2] - 'A'));

    public static (House House, string Currency) Of(long accountId)
    {
        var (house, letters) = Math.DivRem(-accountId, PerHouse);

        return ((House)house, string.Concat((char)('A' + letters / 676), (char)('A' + letters / 26 % 26), (char)('A' + letters % 26)));
    }
}
