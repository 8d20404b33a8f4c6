using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Exports;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Gifts;

/// <summary>The Grants tab as filtered.</summary>
public sealed class GiftExport : ExportSource
{
    private static readonly Sheet<GiftRow> sheet = new Sheet<GiftRow>("Gifts")
        .Text("Member Number", row => row.MemberNumber)
        .Text("Source", row => row.SourceName)
        .Text("Gift", row => row.What)
        .DateTime("Granted", row => row.GrantedAt)
        .Text("Granted By", row => row.GrantedBy)
        .DateTime("Due", row => row.DueAt)
        .Text("Status", row => row.Status.ToString())
        .DateTime("Delivered", row => row.DeliveredAt)
        .Text("Reason", row => row.Reason);

    public override ExportKind Kind => ExportKind.Gifts;

    internal override async Task DescribeAsync(LoyaltyDbContext db, ExportRequest request, FilterWords words, CancellationToken cancel)
    {
        var filter = request.Gifts ?? new();
        words.Add("Campaign", filter.CampaignId is { } id ? await db.GiftCampaigns.Where(c => c.Id == id).Select(c => c.Name).FirstOrDefaultAsync(cancel) : null)
            .Add("Member", filter.MemberId is not null || filter.MemberNumber is { Length: > 0 } ? "one member" : null)
            .Add("Source", filter.Source).Add("Kind", filter.Kind).Add("Status", filter.Status).Range("Granted", filter.From, filter.To);
    }

    internal override Task<long> CountAsync(LoyaltyDbContext db, Grant grant, ExportRequest request, int bound, CancellationToken cancel) =>
        GrantedGifts.Filtered(db, grant, request.Gifts ?? new()).Take(bound).LongCountAsync(cancel);

    internal override async Task<long> WriteAsync(ExportWriting to, ExportRequest request, CancellationToken cancel)
    {
        var found = GrantedGifts.Filtered(to.Db, to.Grant, request.Gifts ?? new());

        return await to.AddSheetAsync(sheet, await found.LongCountAsync(cancel), found.OrderBy(i => i.Id).Select(GrantedGifts.Row(to.Db)).AsAsyncEnumerable(), cancel);
    }
}
