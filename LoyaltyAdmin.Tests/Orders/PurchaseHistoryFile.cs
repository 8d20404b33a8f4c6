using System.Globalization;
using System.Text;
using LoyaltyAdmin.Tests.Support;

namespace LoyaltyAdmin.Tests.Orders;

/// <summary>
/// A purchase history as a CSV file without order numbers, and what it adds up to, computed here line by line and independently of the product.
/// The real one (CDNOW, 69,659 orders) lies outside the project: below <c>../shared/data</c>, or where <c>LOYALTY_DATA</c> points.
/// </summary>
internal sealed class PurchaseHistoryFile
{
    private readonly List<(string Customer, DateOnly Day, decimal Amount)> orders;

    private PurchaseHistoryFile(byte[] content)
    {
        Content = content;
        orders = [.. Encoding.UTF8.GetString(content).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.TrimEnd('\r').Split(','))
            .Select(cells => (cells[0], DateOnly.ParseExact(cells[1], "yyyy-MM-dd", CultureInfo.InvariantCulture), decimal.Parse(cells[3], CultureInfo.InvariantCulture)))];
    }

    public static string? RealPath { get; } = new[] { Environment.GetEnvironmentVariable("LOYALTY_DATA"), Path.Combine(TestPaths.RepositoryRoot, "..", "shared", "data") }
        .OfType<string>().Select(folder => Path.Combine(folder, "cdnow", "orders.csv")).FirstOrDefault(File.Exists);

    public byte[] Content { get; }

    public int Orders => orders.Count;

    public int Free => orders.Count(order => order.Amount == 0);

    public decimal Sum => orders.Sum(order => order.Amount);

    public IEnumerable<string> Customers => orders.Select(order => order.Customer).Distinct();

    public static PurchaseHistoryFile Real() => new(File.ReadAllBytes(RealPath!));

    /// <summary>A made-up history in the same form: unsorted, with free orders and with equal lines that are orders of their own.</summary>
    public static PurchaseHistoryFile Generated(int customers, int count, string prefix = "")
    {
        var random = new Random(1998);
        var text = new StringBuilder("customer_id,date,quantity,amount_usd\n");
        for (var i = 0; i < count; i++)
        {
            var line = string.Create(CultureInfo.InvariantCulture,
                $"{prefix}{random.Next(customers):00000},{new DateOnly(1997, 1, 1).AddDays(random.Next(545)):yyyy-MM-dd},{random.Next(1, 9)},{(random.Next(40) == 0 ? 0 : random.Next(100, 20_000) / 100m):0.00}\n");
            text.Append(line);
            if (random.Next(50) == 0)
            {
                text.Append(line);
                i++;
            }
        }

        return new(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>Per customer: orders, days with a purchase, sum, first and last of these days.</summary>
    public Dictionary<string, (int Orders, int Days, decimal Sum, DateOnly? First, DateOnly? Last)> ByCustomer() => orders.GroupBy(order => order.Customer).ToDictionary(one => one.Key, one =>
    {
        var days = one.Where(order => order.Amount > 0).Select(order => order.Day).Distinct().Order().ToList();

        return (one.Count(), days.Count, one.Sum(order => order.Amount), days.Count == 0 ? null : (DateOnly?)days[0], days.Count == 0 ? null : (DateOnly?)days[^1]);
    });

    /// <summary>Who, on a day, is so many days or more beyond the average gap between at least two purchase days.</summary>
    public List<string> Lapsing(DateOnly on, int beyond) => [.. ByCustomer().Where(one => one.Value.Days >= 2
        && on.DayNumber - one.Value.Last!.Value.DayNumber - (one.Value.Last.Value.DayNumber - one.Value.First!.Value.DayNumber) / (decimal)(one.Value.Days - 1) >= beyond)
        .Select(one => one.Key).Order(StringComparer.Ordinal)];
}

/// <summary>A test of the real purchase history; skipped where the project stands alone.</summary>
public sealed class RealHistoryFactAttribute : FactAttribute
{
    public RealHistoryFactAttribute()
    {
        if (PurchaseHistoryFile.RealPath is null)
        {
            Skip = "The CDNOW history is not here: put it at ../shared/data/cdnow/orders.csv, or set LOYALTY_DATA to the folder with cdnow/orders.csv.";
        }
    }
}
