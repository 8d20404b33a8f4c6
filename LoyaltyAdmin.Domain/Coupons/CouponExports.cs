using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>The Coupons tab as filtered, with what is left of each.</summary>
public sealed class CouponExport : ExportSource
{
    private static readonly Sheet<Line> sheet = new Sheet<Line>("Coupons")
        .Text("Coupon Code", line => line.Coupon.Code)
        .Text("Coupon", line => line.Coupon.Name)
        .Text("Type", line => ExportWords.Text(line.Coupon.Type))
        .Text("Worth", line => line.Worth)
        .Text("Currency", line => line.Coupon.Currency)
        .Text("Validity", line => line.Validity)
        .Text("Codes", line => ExportWords.Text(line.Coupon.CodeKind))
        .Integer("Issued", line => line.Coupon.Issued)
        .Integer("Stock", line => line.Coupon.Stock)
        .Integer("Left", line => line.Coupon.Left)
        .DateTime("Created", line => line.Coupon.CreatedAt)
        .Text("Status", line => line.Coupon.Status.ToString());

    public override ExportKind Kind => ExportKind.Coupons;

    public override Permission Needs => Permission.CouponsRead;

    internal override Task DescribeAsync(LoyaltyDbContext db, ExportRequest request, FilterWords words, CancellationToken cancel)
    {
        var filter = request.Coupons ?? new();
        words.Add("Name", filter.Name).Add("Type", filter.Type).Add("Status", filter.Status);

        return Task.CompletedTask;
    }

    internal override Task<long> CountAsync(LoyaltyDbContext db, Grant grant, ExportRequest request, int bound, CancellationToken cancel) =>
        CouponDefinitions.Filtered(db, request.Coupons ?? new()).Take(bound).LongCountAsync(cancel);

    internal override async Task<long> WriteAsync(ExportWriting to, ExportRequest request, CancellationToken cancel)
    {
        var found = CouponDefinitions.Filtered(to.Db, request.Coupons ?? new());

        return await to.AddSheetAsync(sheet, await found.LongCountAsync(cancel), Lines(found.OrderBy(c => c.Id).Select(CouponDefinitions.Row(to.Db)).AsAsyncEnumerable()), cancel);
    }

    private static async IAsyncEnumerable<Line> Lines(IAsyncEnumerable<CouponRow> rows)
    {
        await foreach (var row in rows)
        {
            yield return new Line(row, row.Rules.Worth(row.Currency), row.Rules.Validity.ToString());
        }
    }

    private sealed record Line(CouponRow Coupon, string Worth, string Validity);
}

/// <summary>The Issued Coupons tab as filtered. Codes are masked: whoever holds one can use it.</summary>
public sealed class IssuedCouponExport(IssuedCoupons coupons, TimeProvider clock) : ExportSource
{
    private static readonly Sheet<IssuedCouponRow> sheet = new Sheet<IssuedCouponRow>("Issued Coupons")
        .Text("Coupon Code", row => row.CouponCode)
        .Text("Coupon", row => row.CouponName)
        .Text("Member Number", row => row.MemberNumber)
        .Text("Code", row => row.MaskedCode)
        .Text("Status", row => row.Status.ToString())
        .Date("Issued On", row => row.IssuedOn)
        .DateTime("Usable From", row => row.UsableFrom)
        .DateTime("Usable Until", row => row.UsableUntil)
        .Text("Origin", row => row.Origin.ToString())
        .Text("Package", row => row.Package)
        .Text("Issued By", row => row.IssuedBy)
        .Text("Reason", row => row.Reason)
        .Text("Void Reason", row => row.VoidReason);

    public override ExportKind Kind => ExportKind.IssuedCoupons;

    public override Permission Needs => Permission.CouponsRead;

    internal override async Task DescribeAsync(LoyaltyDbContext db, ExportRequest request, FilterWords words, CancellationToken cancel)
    {
        var filter = request.IssuedCoupons ?? new();
        words.Add("Coupon", await CouponAsync(db, filter.CouponId, cancel)).Add("Member", filter.MemberId is not null || filter.MemberNumber is { Length: > 0 } ? "one member" : null)
            .Add("Code", filter.Code is { Length: > 0 } ? "one code" : null).Add("Status", filter.Status).Add("Origin", filter.Origin).Range("Issued", filter.From, filter.To);
    }

    internal override Task<long> CountAsync(LoyaltyDbContext db, Grant grant, ExportRequest request, int bound, CancellationToken cancel) =>
        coupons.Filtered(db, grant, request.IssuedCoupons ?? new(), clock.GetUtcNow()).Take(bound).LongCountAsync(cancel);

    internal override async Task<long> WriteAsync(ExportWriting to, ExportRequest request, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var found = coupons.Filtered(to.Db, to.Grant, request.IssuedCoupons ?? new(), now);

        return await to.AddSheetAsync(sheet, await found.LongCountAsync(cancel), Shown(found.OrderBy(c => c.Id).Select(IssuedCoupons.Row(to.Db)).AsAsyncEnumerable(), now), cancel);
    }

    internal static async Task<string?> CouponAsync(LoyaltyDbContext db, long? id, CancellationToken cancel) =>
        id is { } couponId ? await db.Coupons.Where(c => c.Id == couponId).Select(c => c.Code + " " + c.Name).FirstOrDefaultAsync(cancel) : null;

    private static async IAsyncEnumerable<IssuedCouponRow> Shown(IAsyncEnumerable<IssuedCouponRow> rows, DateTimeOffset now)
    {
        await foreach (var row in rows)
        {
            yield return IssuedCoupons.Shown(row, now);
        }
    }
}

/// <summary>The Redemptions tab as filtered.</summary>
public sealed class CouponRedemptionExport : ExportSource
{
    private static readonly Sheet<CouponRedemptionRow> sheet = new Sheet<CouponRedemptionRow>("Coupon Redemptions")
        .Integer("Redemption", row => row.Id)
        .Integer("Reverses", row => row.ReversesId)
        .DateTime("Time", row => row.At)
        .Date("Business Day", row => row.BusinessDay)
        .Text("Coupon Code", row => row.CouponCode)
        .Text("Coupon", row => row.CouponName)
        .Text("Member Number", row => row.MemberNumber)
        .Text("Store", row => row.StoreName)
        .Text("Channel", row => row.Channel.Name())
        .Text("Order Number", row => row.OrderNumber)
        .Text("Currency", row => row.Currency)
        .Money("Revenue", row => row.Revenue, row => Currency.Of(row.Currency).Digits)
        .Money("Discount", row => row.Discount, row => Currency.Of(row.Currency).Digits)
        .Money("Cost", row => row.Cost, row => Currency.Of(row.Currency).Digits)
        .Text("Operator", row => row.ActorName)
        .Text("Reason", row => row.Reason);

    public override ExportKind Kind => ExportKind.CouponRedemptions;

    public override Permission Needs => Permission.CouponsRead;

    internal override async Task DescribeAsync(LoyaltyDbContext db, ExportRequest request, FilterWords words, CancellationToken cancel)
    {
        var filter = request.CouponRedemptions ?? new();
        words.Add("Coupon", await IssuedCouponExport.CouponAsync(db, filter.CouponId, cancel)).Add("Member", filter.MemberId is not null || filter.MemberNumber is { Length: > 0 } ? "one member" : null);
        await words.StoreAsync("Store", filter.StoreId, cancel);
        words.Add("Channel", filter.Channel?.Name()).Add("Order number", filter.OrderNumber).Range("Business days", filter.From, filter.To);
    }

    internal override Task<long> CountAsync(LoyaltyDbContext db, Grant grant, ExportRequest request, int bound, CancellationToken cancel) =>
        CouponRedemptionList.Filtered(db, grant, request.CouponRedemptions ?? new(), request.StoreView).Take(bound).LongCountAsync(cancel);

    internal override async Task<long> WriteAsync(ExportWriting to, ExportRequest request, CancellationToken cancel)
    {
        var found = CouponRedemptionList.Filtered(to.Db, to.Grant, request.CouponRedemptions ?? new(), request.StoreView);

        return await to.AddSheetAsync(sheet, await found.LongCountAsync(cancel), found.OrderBy(r => r.Id).Select(CouponRedemptionList.Row(to.Db)).AsAsyncEnumerable(), cancel);
    }
}
