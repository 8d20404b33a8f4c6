using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Members;

/// <summary>The Member Directory as filtered; personal data masked for owners who may not see it.</summary>
public sealed class MemberExport(MemberDirectory directory) : ExportSource
{
    private sealed record Line(string Number, string? FullName, string? Phone, string? Email, DateOnly? BirthDate, Gender? Gender, string? Country, string? Region, string? City, string? PostalCode, string? Street,
        string? Language, string? Store, MemberStatus Status, DateOnly RegisteredOn, RegistrationSource Through, DateOnly? LastOn, int Orders, decimal Revenue, decimal PosRevenue, decimal OnlineRevenue);

    private static readonly Sheet<Line> sheet = new Sheet<Line>("Members")
        .Text("Member Number", m => m.Number).Text("Full Name", m => m.FullName).Text("Phone Number", m => m.Phone).Text("Email", m => m.Email)
        .Date("Birthday", m => m.BirthDate).Text("Gender", m => m.Gender?.ToString()).Text("Country", m => m.Country).Text("State or Province", m => m.Region).Text("City", m => m.City)
        .Text("Postal Code", m => m.PostalCode).Text("Street", m => m.Street).Text("Language", m => m.Language).Text("Home Store", m => m.Store).Text("Status", m => m.Status.ToString())
        .Date("Registered On", m => m.RegisteredOn).Text("Registered Through", m => m.Through.ToString()).Date("Last Purchase", m => m.LastOn).Integer("Orders", m => m.Orders)
        .Money("Revenue", m => m.Revenue, 2).Money("Revenue at POS", m => m.PosRevenue, 2).Money("Revenue Online", m => m.OnlineRevenue, 2);

    public override ExportKind Kind => ExportKind.Members;

    public override Permission Needs => Permission.MembersExport;

    internal override async Task DescribeAsync(LoyaltyDbContext db, ExportRequest request, FilterWords words, CancellationToken cancel)
    {
        var filter = request.Members ?? new();
        words.Add("Member", filter.Text is { Length: > 0 } ? "a text" : null)
            .Add("Card plan", filter.CardPlanId is { } plan ? await db.CardPlans.Where(p => p.Id == plan).Select(p => p.Name).FirstOrDefaultAsync(cancel) : null)
            .Add("Tier", filter.TierId is { } tier ? await db.CardTiers.Where(t => t.Id == tier).Select(t => t.Name).FirstOrDefaultAsync(cancel) : null)
            .Add("Segment", filter.SegmentId is { } segment ? await db.Segments.Where(s => s.Id == segment).Select(s => s.Name).FirstOrDefaultAsync(cancel) : null)
            .Add("Tag", filter.TagId is { } tag ? await db.Tags.Where(t => t.Id == tag).Select(t => t.Name).FirstOrDefaultAsync(cancel) : null);
        await words.StoreAsync("Home store", filter.StoreId, cancel);
        words.Add("Status", filter.Status).Range("Registered", filter.RegisteredFrom, filter.RegisteredTo).Range("Last purchase", filter.LastPurchaseFrom, filter.LastPurchaseTo)
            .Range("First purchase", filter.FirstPurchaseFrom, filter.FirstPurchaseTo).Range("Purchased", filter.PurchasedFrom, filter.PurchasedTo)
            .Add("Purchases", filter.NeverPurchased ? "never" : null).Add("Consent", filter.Consent).Add("Gift card balance from", filter.BalanceFrom).Add("Points from", filter.PointsFrom).Add("Wallet balance from", filter.WalletFrom).Add("Import", filter.ImportId);
    }

    internal override async Task<long> CountAsync(LoyaltyDbContext db, Grant grant, ExportRequest request, int bound, CancellationToken cancel) =>
        await (await directory.FilteredAsync(db, grant, request.Members ?? new(), request.StoreView, cancel)).Take(bound).LongCountAsync(cancel);

    internal override async Task<long> WriteAsync(ExportWriting to, ExportRequest request, CancellationToken cancel)
    {
        var found = await directory.FilteredAsync(to.Db, to.Grant, request.Members ?? new(), request.StoreView, cancel);
        var reveals = to.Grant.May(Permission.MembersReveal);
        var lines = from m in found
                    orderby m.Id
                    join s in to.Db.PurchaseSummaries on m.Id equals s.MemberId into summaries
                    from s in summaries.DefaultIfEmpty()
                    join h in to.Db.Stores on m.HomeStoreId equals h.Id into homes
                    from h in homes.DefaultIfEmpty()
                    select new Line(m.Number, m.FullName, m.Phone, m.Email, m.BirthDate, m.Gender, m.Country, m.Region, m.City, m.PostalCode, m.Street, m.Language, h == null ? null : h.Code, m.Status, m.RegisteredOn, m.RegisteredThrough,
                        s == null ? null : s.LastOn, s == null ? 0 : s.OrderCount, s == null ? 0 : s.Revenue, s == null ? 0 : s.PosRevenue, s == null ? 0 : s.OnlineRevenue);

        return await to.AddSheetAsync(sheet, await found.LongCountAsync(cancel), Read(lines, reveals), cancel);
    }

    private static async IAsyncEnumerable<Line> Read(IQueryable<Line> lines, bool reveals)
    {
        await foreach (var line in lines.AsAsyncEnumerable())
        {
            yield return reveals ? line : line with
            {
                FullName = Masks.Name(line.FullName),
                Phone = Masks.Phone(line.Phone),
                Email = Masks.Email(line.Email),
                BirthDate = null,
                PostalCode = line.PostalCode is null ? null : Masks.Hidden,
                Street = line.Street is null ? null : Masks.Hidden,
            };
        }
    }
}
