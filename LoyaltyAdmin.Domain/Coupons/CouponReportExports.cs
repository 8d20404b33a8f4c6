using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>The Coupon Packages tab as filtered, with the coupons of each.</summary>
public sealed class CouponPackageExport : ExportSource
{
    private static readonly Sheet<Line> sheet = new Sheet<Line>("Coupon Packages")
        .Text("Package Code", line => line.Package.Code)
        .Text("Package Name", line => line.Package.Name)
        .Text("Description", line => line.Package.Description)
        .Text("Coupons", line => line.Coupons)
        .DateTime("Created", line => line.Package.CreatedAt)
        .Text("Status", line => line.Package.Status.ToString());

    public override ExportKind Kind => ExportKind.CouponPackages;

    public override Permission Needs => Permission.CouponsRead;

    internal override Task DescribeAsync(LoyaltyDbContext db, ExportRequest request, FilterWords words, CancellationToken cancel)
    {
        var filter = request.CouponPackages ?? new();
        words.Add("Name", filter.Name).Add("Status", filter.Status);

        return Task.CompletedTask;
    }

    internal override Task<long> CountAsync(LoyaltyDbContext db, Grant grant, ExportRequest request, int bound, CancellationToken cancel) =>
        CouponPackages.Filtered(db, request.CouponPackages ?? new()).Take(bound).LongCountAsync(cancel);

    internal override async Task<long> WriteAsync(ExportWriting to, ExportRequest request, CancellationToken cancel)
    {
        var found = CouponPackages.Filtered(to.Db, request.CouponPackages ?? new());
        var names = await to.Db.Coupons.Select(c => new { c.Id, c.Code, c.Name }).ToDictionaryAsync(c => c.Id, c => $"{c.Name} ({c.Code})", cancel);

        return await to.AddSheetAsync(sheet, await found.LongCountAsync(cancel), Lines(found.OrderBy(p => p.Id).Select(CouponPackages.Row).AsAsyncEnumerable(), names), cancel);
    }

    private static async IAsyncEnumerable<Line> Lines(IAsyncEnumerable<CouponPackageRow> rows, Dictionary<long, string> names)
    {
        await foreach (var row in rows)
        {
            yield return new Line(row, string.Join(", ", row.Items.Select(item => string.Create(CultureInfo.InvariantCulture, $"{item.Quantity} × {names[item.CouponId]}"))));
        }
    }

    private sealed record Line(CouponPackageRow Package, string Coupons);
}

/// <summary>The Performance tab of the chosen days.</summary>
public sealed class CouponPerformanceExport(CouponRedemptionList redemptions) : ExportSource
{
    private static readonly Sheet<CouponPerformanceRow> sheet = new Sheet<CouponPerformanceRow>("Coupon Performance")
        .Text("Coupon Code", row => row.Code)
        .Text("Coupon", row => row.Name)
        .Text("Status", row => row.Status.ToString())
        .Integer("Issued", row => row.Issued)
        .Integer("Redeemed", row => row.Totals.Redeemed)
        .Text("Currency", row => row.Currency)
        .Money("Revenue", row => row.Totals.Revenue, row => Currency.Of(row.Currency).Digits)
        .Money("Discount", row => row.Totals.Discount, row => Currency.Of(row.Currency).Digits)
        .Money("Cost", row => row.Totals.Cost, row => Currency.Of(row.Currency).Digits);

    public override ExportKind Kind => ExportKind.CouponPerformance;

    public override Permission Needs => Permission.CouponsRead;

    internal override Task DescribeAsync(LoyaltyDbContext db, ExportRequest request, FilterWords words, CancellationToken cancel)
    {
        var days = Days(request);
        words.Range<DateOnly>("Days", days.From, days.To);

        return Task.CompletedTask;
    }

    internal override async Task<long> CountAsync(LoyaltyDbContext db, Grant grant, ExportRequest request, int bound, CancellationToken cancel) =>
        (await redemptions.PerformanceAsync(db, grant, Days(request), request.StoreView, cancel)).Count;

    internal override async Task<long> WriteAsync(ExportWriting to, ExportRequest request, CancellationToken cancel)
    {
        var rows = await redemptions.PerformanceAsync(to.Db, to.Grant, Days(request), request.StoreView, cancel);

        return await to.AddSheetAsync(sheet, rows.Count, rows.ToAsyncEnumerable(), cancel);
    }

    private static CouponPerformanceFilter Days(ExportRequest request) => request.CouponPerformance ?? throw new RuleViolationException("no_filter", "Choose the days to report first.");
}
