using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Segments;

/// <summary>Puts members on lists from a file. A member that is on its list already stays there: importing twice changes nothing.</summary>
[Requires(Permission.SegmentsManage)]
public sealed class SegmentImports(ImportTools tools, ImportWork work) : ImportFlow(tools, work, ImportKind.SegmentMembers);

/// <summary>A row as it was understood.</summary>
internal sealed record ImportedSegmentMember(string Segment, string Member);

/// <summary>What an import of list members is made of. Rows are on their list as soon as their chunk is written.</summary>
internal sealed class SegmentImport(LoyaltyDatabase database, TimeProvider clock) : ImportDefinition<ImportedSegmentMember, ImportedSegmentMember>
{
    public const string Segment = "Member Segment";
    public const string Member = "Member Number";

    private static readonly Sheet<ImportedSegmentMember> columns = new Sheet<ImportedSegmentMember>("List Members")
        .Text(Segment, row => row.Segment, new() { Required = true, Example = "Friends of the house", Help = "The name of a list, as on the Member Segments page.", MaxLength = 120, Synonyms = ["Segment", "List"] })
        .Text(Member, row => row.Member, new() { Required = true, Example = "123456789012", Help = "The member's number.", MaxLength = 40, Synonyms = ["Number", "Member"] });

    public override ImportKind Kind => ImportKind.SegmentMembers;

    public override string Things => "members";

    public override bool RefusesSameFile => false;

    public override Sheet<ImportedSegmentMember> Rows => columns;

    internal override async Task<Sheet> TemplateAsync(LoyaltyDbContext db, Grant grant, CancellationToken cancel) =>
        columns.Allow(Segment, await db.Segments.Where(s => s.Kind == SegmentKind.Static).OrderBy(s => s.Name).Select(s => s.Name).ToListAsync(cancel));

    public override async Task<ImportChecks<ImportedSegmentMember>> ChecksAsync(LoyaltyDbContext db, Grant grant, string? settings, CancellationToken cancel) =>
        new Checks(await ListsAsync(db, cancel), grant);

    public override async Task<ImportApply<ImportedSegmentMember, ImportedSegmentMember>> ApplierAsync(LoyaltyDbContext db, ImportJob job, CancellationToken cancel) =>
        new Apply(database, clock, await ListsAsync(db, cancel));

    private static async Task<Dictionary<string, long>> ListsAsync(LoyaltyDbContext db, CancellationToken cancel) =>
        (await db.Segments.Where(s => s.Kind == SegmentKind.Static).Select(s => new { s.Name, s.Id }).ToListAsync(cancel)).ToDictionary(s => s.Name, s => s.Id, StringComparer.OrdinalIgnoreCase);

    private sealed class Checks(Dictionary<string, long> lists, Grant grant) : ImportChecks<ImportedSegmentMember>
    {
        public override ImportedSegmentMember? Check(SheetRow row, Action<string, string, string> error)
        {
            if (row.Text(Segment) is not { } segment || row.Text(Member) is not { } member)
            {
                return null;
            }

            if (!lists.ContainsKey(segment.Trim()))
            {
                error(Segment, "unknown_list", "No list has this name. A rule segment takes no members.");
            }

            return new ImportedSegmentMember(segment.Trim(), member.Trim());
        }

        public override async Task<IReadOnlyDictionary<int, RowFault>> AgainstDatabaseAsync(LoyaltyDbContext db, IReadOnlyList<ImportedSegmentMember> rows, CancellationToken cancel)
        {
            var numbers = rows.Select(row => row.Member).Distinct().ToArray();
            var known = (await MemberQueries.Members(db, grant).Where(m => m.Status != MemberStatus.Erased && EF.Parameter(numbers).Contains(m.Number)).Select(m => m.Number).ToListAsync(cancel)).ToHashSet(StringComparer.Ordinal);

            return Enumerable.Range(0, rows.Count).Where(i => !known.Contains(rows[i].Member)).ToDictionary(i => i, _ => new RowFault(Member, "unknown_member", "No member has this number."));
        }
    }

    private sealed class Apply(LoyaltyDatabase database, TimeProvider clock, Dictionary<string, long> lists) : ImportApply<ImportedSegmentMember, ImportedSegmentMember>
    {
        private static readonly BulkColumn[] columns = [new("SegmentId", BulkType.Long), new("MemberId", BulkType.Long), new("Since", BulkType.Instant)];

        public override ImportedSegmentMember Prepare(int rowNumber, ImportedSegmentMember row) => row;

        public override async Task<IReadOnlyList<long>> WriteAsync(LoyaltyDbContext db, IReadOnlyList<ImportedSegmentMember> rows, CancellationToken cancel)
        {
            var numbers = rows.Select(row => row.Member).Distinct().ToArray();
            var ids = await db.Members.Where(m => EF.Parameter(numbers).Contains(m.Number)).Select(m => new { m.Number, m.Id }).ToDictionaryAsync(m => m.Number, m => m.Id, StringComparer.Ordinal, cancel);
            var wanted = rows.Select(row => (Segment: lists.GetValueOrDefault(row.Segment), Member: ids.GetValueOrDefault(row.Member))).ToList();
            var now = clock.GetUtcNow();
            foreach (var list in wanted.Where(row => row is { Segment: > 0, Member: > 0 }).GroupBy(row => row.Segment, row => row.Member))
            {
                // A list or member that went away since the dry run takes nobody; the row tells by its zero.
                var members = list.Distinct().ToArray();
                var inside = await db.SegmentMembers.Where(m => m.SegmentId == list.Key && EF.Parameter(members).Contains(m.MemberId)).Select(m => m.MemberId).ToListAsync(cancel);
                await Difference.InsertAsync(db, database.Provider, "SegmentMembers", columns, members.Except(inside), id => [list.Key, id, now], cancel);
            }

            return [.. wanted.Select(row => row.Member)];
        }

        public override async Task CompleteAsync(LoyaltyDbContext db, ImportJob job, CancellationToken cancel)
        {
            var now = clock.GetUtcNow();
            foreach (var list in lists.Values)
            {
                var size = await db.SegmentMembers.CountAsync(m => m.SegmentId == list, cancel);
                await db.Segments.Where(s => s.Id == list && s.Size != size).ExecuteUpdateAsync(set => set.SetProperty(s => s.Size, size).SetProperty(s => s.CountedAt, now), cancel);
            }
        }
    }
}
