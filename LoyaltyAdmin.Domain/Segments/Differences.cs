using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Tags;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Segments;

/// <summary>
/// What changed between who was found before and who is found now. Both lists are read once, each by the query its database is good at, and
/// compared in memory: a million members are 16 MB, and no plan of a large “not in” can go wrong.
/// </summary>
internal sealed record Difference(IReadOnlyList<long> Added, IReadOnlyList<long> Removed)
{
    // Under the limits of parameters and locks; the whole change stays one transaction.
    private const int Chunk = 10_000;

    public static Difference Between(long[] before, long[] now)
    {
        Array.Sort(before);
        Array.Sort(now);
        var (added, removed) = (new List<long>(), new List<long>());
        for (int b = 0, n = 0; b < before.Length || n < now.Length;)
        {
            if (n == now.Length || (b < before.Length && before[b] < now[n]))
            {
                removed.Add(before[b++]);
            }
            else if (b == before.Length || now[n] < before[b])
            {
                added.Add(now[n++]);
            }
            else
            {
                (b, n) = (b + 1, n + 1);
            }
        }

        return new Difference(added, removed);
    }

    /// <summary>Inserts one row per identifier.</summary>
    public static async Task InsertAsync(LoyaltyDbContext db, DatabaseProvider provider, string table, IReadOnlyList<BulkColumn> columns, IEnumerable<long> ids, Func<long, object?[]> row, CancellationToken cancel)
    {
        foreach (var chunk in ids.Chunk(Chunk))
        {
            await provider.Bulk.InsertAsync(db, table, columns, [.. chunk.Select(row)], cancel);
        }
    }

    /// <summary>Takes a tag of one source from members.</summary>
    public static async Task TakeAsync(LoyaltyDbContext db, long tagId, TagSource source, IEnumerable<long> memberIds, CancellationToken cancel)
    {
        foreach (var chunk in memberIds.Chunk(Chunk))
        {
            await db.MemberTags.Where(t => t.TagId == tagId && t.Source == source && EF.Parameter(chunk).Contains(t.MemberId)).ExecuteDeleteAsync(cancel);
        }
    }

    /// <summary>Takes members out of a segment's list.</summary>
    public static async Task LeaveAsync(LoyaltyDbContext db, long segmentId, IEnumerable<long> memberIds, CancellationToken cancel)
    {
        foreach (var chunk in memberIds.Chunk(Chunk))
        {
            await db.SegmentMembers.Where(m => m.SegmentId == segmentId && EF.Parameter(chunk).Contains(m.MemberId)).ExecuteDeleteAsync(cancel);
        }
    }
}
