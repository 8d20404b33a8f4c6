using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Orders;

/// <summary>One field of a summary that was not what the orders say; months are named <c>Revenue 202611</c>.</summary>
public sealed record SummaryDifference(string Member, string Field, string? Was, string? Is);

/// <summary>What a recount found and mended.</summary>
/// <param name="Members">How many members were recounted.</param>
/// <param name="WrongMembers">How many had a difference.</param>
/// <param name="Differences">The differences, the first thousand of them.</param>
public sealed record RecountResult(int Members, int WrongMembers, IReadOnlyList<SummaryDifference> Differences)
{
    /// <summary>For the job history.</summary>
    public override string ToString() => WrongMembers == 0
        ? string.Create(CultureInfo.InvariantCulture, $"The purchase summaries of {Members:N0} members equal their orders.")
        : string.Create(CultureInfo.InvariantCulture, $"{WrongMembers:N0} of {Members:N0} members had a wrong purchase summary and were repaired: ")
          + string.Join("; ", Differences.Take(10).Select(d => $"{d.Member} {d.Field} was {d.Was ?? "none"}, is {d.Is ?? "none"}")) + (Differences.Count > 10 ? "; …" : ".");
}

/// <summary>Proves every member's purchase summary against the orders and repairs what differs.</summary>
public sealed class PurchaseRecount(LoyaltyDatabase database, AccessControl access, AuditTrail audit, PurchaseSummaries summaries)
{
    private const int Chunk = 2_000;
    private const int MostDifferences = 1_000;

    /// <summary>As the nightly job, when somebody asks for it; who did and what was found stays in the audit trail.</summary>
    [Requires(Permission.JobsManage)]
    public async Task<RecountResult> RunAsync(Actor actor, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.JobsManage, cancel: cancel);
        var result = await RunAsync(cancel);
        await audit.RecordAsync(actor, "PurchaseSummary.Recount", entityType: nameof(PurchaseSummary), reason: result.ToString(), cancel: cancel);

        return result;
    }

    /// <summary>Recounts all members, in chunks, without holding up anybody who writes; what differs is looked at again while it is held.</summary>
    public async Task<RecountResult> RunAsync(CancellationToken cancel = default)
    {
        var (counted, wrong, after) = (0, 0, 0L);
        var differences = new List<SummaryDifference>();
        while (true)
        {
            await using var db = await database.ReadAsync(cancel);
            var ids = await db.Members.Where(member => member.Id > after).OrderBy(member => member.Id).Select(member => member.Id).Take(Chunk).ToListAsync(cancel);
            if (ids.Count == 0)
            {
                return new RecountResult(counted, wrong, differences);
            }

            (counted, after) = (counted + ids.Count, ids[^1]);
            var range = PurchaseSql.Members(ids[0], ids[^1]);
            var suspects = await SuspectsAsync(db, range, ids[0], ids[^1], cancel);
            if (suspects.Count > 0)
            {
                var found = await RepairAsync(suspects, cancel);
                wrong += found.Select(difference => difference.Member).Distinct(StringComparer.Ordinal).Count();
                differences.AddRange(found.Take(MostDifferences - differences.Count));
            }
        }
    }

    private async Task<List<long>> SuspectsAsync(LoyaltyDbContext db, string range, long first, long last, CancellationToken cancel)
    {
        var sql = database.Provider.PurchaseSql;
        await using var moment = await database.Provider.BeginSnapshotAsync(db, cancel);
        var stored = await StoredAsync(db, id => id >= first && id <= last, first, last, cancel);
        var counted = Fields(
            await db.PurchaseSummaries.FromSqlRaw(sql.Summaries(range)).AsNoTracking().ToListAsync(cancel),
            await db.PurchaseMonths.FromSqlRaw(sql.Months(range)).AsNoTracking().ToListAsync(cancel));

        return [.. Differing(stored, counted).Select(difference => difference.MemberId).Distinct()];
    }

    private Task<List<SummaryDifference>> RepairAsync(List<long> suspects, CancellationToken cancel) => database.WriteAsync(Actor.System, async db =>
    {
        await database.Provider.LockRowsAsync(db, "Members", suspects, cancel);
        var chosen = suspects.ToHashSet();
        var before = await StoredAsync(db, chosen.Contains, suspects.Min(), suspects.Max(), cancel);
        await summaries.RewriteAsync(db, suspects, cancel);
        var after = await StoredAsync(db, chosen.Contains, suspects.Min(), suspects.Max(), cancel);
        var names = await db.Members.Where(member => suspects.Contains(member.Id)).ToDictionaryAsync(member => member.Id, member => member.Number, cancel);

        return Differing(before, after).Select(d => new SummaryDifference(names[d.MemberId], d.Field, d.Was, d.Is)).ToList();
    }, cancel);

    private static async Task<SortedDictionary<(long MemberId, string Field), string>> StoredAsync(LoyaltyDbContext db, Func<long, bool> isChosen, long first, long last, CancellationToken cancel)
    {
        var stored = await db.PurchaseSummaries.AsNoTracking().Where(summary => summary.MemberId >= first && summary.MemberId <= last).ToListAsync(cancel);
        var months = await db.PurchaseMonths.AsNoTracking().Where(month => month.MemberId >= first && month.MemberId <= last).ToListAsync(cancel);

        return Fields(stored.Where(summary => isChosen(summary.MemberId)), months.Where(month => isChosen(month.MemberId)));
    }

    private static IEnumerable<(long MemberId, string Field, string? Was, string? Is)> Differing(SortedDictionary<(long MemberId, string Field), string> was, SortedDictionary<(long MemberId, string Field), string> isNow) =>
        was.Keys.Union(isNow.Keys).Order()
            .Select(key => (key.MemberId, key.Field, Was: was.GetValueOrDefault(key), Is: isNow.GetValueOrDefault(key)))
            .Where(field => field.Was != field.Is);

    private static SortedDictionary<(long MemberId, string Field), string> Fields(IEnumerable<PurchaseSummary> rows, IEnumerable<PurchaseMonth> months)
    {
        var fields = new SortedDictionary<(long MemberId, string Field), string>();
        foreach (var row in rows)
        {
            Add(row.MemberId, nameof(row.OrderCount), row.OrderCount);
            Add(row.MemberId, nameof(row.PurchaseDays), row.PurchaseDays);
            Add(row.MemberId, nameof(row.FirstOn), row.FirstOn);
            Add(row.MemberId, nameof(row.LastOn), row.LastOn);
            Add(row.MemberId, nameof(row.LastPosOn), row.LastPosOn);
            Add(row.MemberId, nameof(row.LastOnlineOn), row.LastOnlineOn);
            Add(row.MemberId, nameof(row.Revenue), row.Revenue);
            Add(row.MemberId, nameof(row.PosRevenue), row.PosRevenue);
            Add(row.MemberId, nameof(row.OnlineRevenue), row.OnlineRevenue);
            Add(row.MemberId, nameof(row.ExpectedOn), row.ExpectedOn);
        }

        foreach (var month in months)
        {
            Add(month.MemberId, string.Create(CultureInfo.InvariantCulture, $"OrderCount {month.Month}"), month.OrderCount);
            Add(month.MemberId, string.Create(CultureInfo.InvariantCulture, $"Revenue {month.Month}"), month.Revenue);
            Add(month.MemberId, string.Create(CultureInfo.InvariantCulture, $"PosRevenue {month.Month}"), month.PosRevenue);
        }

        return fields;

        void Add(long memberId, string field, object? value)
        {
            if (value is not null)
            {
                fields[(memberId, field)] = value switch
                {
                    decimal amount => amount.ToString("0.####", CultureInfo.InvariantCulture),
                    DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                    _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
                };
            }
        }
    }
}
