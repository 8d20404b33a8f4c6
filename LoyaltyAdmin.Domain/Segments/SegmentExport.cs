using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Segments;

/// <summary>The members of a segment as the owner of the file sees them when it is made.</summary>
public sealed class SegmentMembersExport(SegmentCompiler compiler) : ExportSource
{
    private static readonly Sheet<FoundMember> sheet = new Sheet<FoundMember>("Members")
        .Text("Member Number", member => member.Number)
        .Text("City", member => member.City)
        .Date("Registered", member => member.RegisteredOn)
        .Date("Last Purchase", member => member.LastOn)
        .Integer("Orders", member => member.OrderCount)
        .Money("Revenue", member => member.Revenue);

    public override ExportKind Kind => ExportKind.SegmentMembers;

    public override Permission Needs => Permission.MembersExport;

    internal override async Task DescribeAsync(LoyaltyDbContext db, ExportRequest request, FilterWords words, CancellationToken cancel)
    {
        var name = await db.Segments.Where(s => s.Id == request.SegmentId).Select(s => s.Name).FirstOrDefaultAsync(cancel) ?? throw new NotFoundException("The member segment");
        words.Add("Member segment", name);
    }

    internal override async Task<long> CountAsync(LoyaltyDbContext db, Grant grant, ExportRequest request, int bound, CancellationToken cancel) =>
        await (await FoundAsync(db, grant, request, cancel)).Take(bound).LongCountAsync(cancel);

    internal override async Task<long> WriteAsync(ExportWriting to, ExportRequest request, CancellationToken cancel)
    {
        var members = await FoundAsync(to.Db, to.Grant, request, cancel);

        return await to.AddSheetAsync(sheet, await members.LongCountAsync(cancel), members.OrderBy(m => m.Id).Found(to.Db).AsAsyncEnumerable(), cancel);
    }

    private async Task<IQueryable<Member>> FoundAsync(LoyaltyDbContext db, Grant grant, ExportRequest request, CancellationToken cancel) =>
        MemberQueries.Members(db, grant, request.StoreView).Where(await compiler.CompileAsync(db, SegmentRule.All(new SegmentMembership(request.SegmentId ?? 0)), cancel: cancel));
}
