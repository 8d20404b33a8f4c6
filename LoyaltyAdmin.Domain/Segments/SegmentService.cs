using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Segments;

/// <summary>One line of the list of member segments.</summary>
public sealed record SegmentRow(long Id, string Name, string? Description, SegmentKind Kind, SegmentRule? Rule, int? Size, DateTimeOffset? CountedAt)
{
    /// <summary>The rule for people.</summary>
    public string Sentence { get; init; } = "";

    /// <summary>What would change if it went away.</summary>
    public IReadOnlyList<string> UsedBy { get; init; } = [];
}

public sealed record SegmentFilter(string? Name = null, SegmentKind? Kind = null);

/// <summary>A segment as an edited copy.</summary>
public sealed class SegmentForm
{
    public long? Id { get; set; }
    public string? Name { get; set; }
    public string? Description { get; set; }
    public SegmentKind Kind { get; set; }
    public SegmentRule Rule { get; set; } = SegmentRule.Everybody;
    public Guid Version { get; set; }
    public int? Size { get; set; }
    public DateTimeOffset? CountedAt { get; set; }
}

/// <summary>A member of a segment, a preview or a tag, told by figures rather than by name.</summary>
public sealed record FoundMember(long Id, string Number, string? City, DateOnly RegisteredOn, DateOnly? LastOn, int OrderCount, decimal Revenue);

/// <summary>How many a rule finds, ten of them, and the rule for people.</summary>
public sealed record SegmentPreview(int Size, IReadOnlyList<FoundMember> Sample, string Sentence);

/// <summary>Member segments: rules and lists, from first draft to deletion.</summary>
public sealed class SegmentService(LoyaltyDatabase database, AccessControl access, SegmentCompiler compiler, AudienceUsers users, TimeProvider clock)
{
    private const int SampleSize = 10;

    private static readonly SortColumns<Segment> sorts = new SortColumns<Segment>(segment => segment.Id).By("Name", segment => segment.Name);

    [Requires(Permission.MembersRead)]
    public async Task<Page<SegmentRow>> ListAsync(Actor actor, SegmentFilter filter, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var name = filter.Name?.Trim().ToLower();
        var found = await db.Segments
            .Where(s => string.IsNullOrEmpty(name) || s.Name.ToLower().Contains(name))
            .Where(s => filter.Kind == null || s.Kind == filter.Kind)
            .ToPageAsync(page, sorts, s => new SegmentRow(s.Id, s.Name, s.Description, s.Kind, s.Rule, s.Size, s.CountedAt), cancel);
        var names = await SegmentNames.LoadAsync(db, cancel);
        var uses = await users.OfAsync(db, AudienceItem.Segment, cancel);

        return found with { Rows = [.. found.Rows.Select(row => row with { Sentence = row.Rule is { } rule ? SegmentSentences.Of(rule, names) : "A list of members", UsedBy = [.. uses[row.Id]] })] };
    }

    /// <summary>What rules can name, for editors and sentences.</summary>
    [Requires(Permission.MembersRead)]
    public async Task<SegmentNames> NamesAsync(Actor actor, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await SegmentNames.LoadAsync(db, cancel);
    }

    [Requires(Permission.MembersRead)]
    public async Task<SegmentForm> GetAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var segment = await FindAsync(db, id, cancel);

        return new SegmentForm { Id = segment.Id, Name = segment.Name, Description = segment.Description, Kind = segment.Kind, Rule = segment.Rule ?? SegmentRule.Everybody, Version = segment.Version, Size = segment.Size, CountedAt = segment.CountedAt };
    }

    [Requires(Permission.MembersRead)]
    public async Task<Page<HistoryEntry>> HistoryAsync(Actor actor, long id, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await db.HistoryOfAsync<Segment>(id, page, cancel);
    }

    /// <summary>How many members the caller sees the rule finds right now, and ten of them.</summary>
    /// <exception cref="RuleViolationException">The rule cannot be compiled: it leads back to itself.</exception>
    [Requires(Permission.MembersRead)]
    public async Task<SegmentPreview> PreviewAsync(Actor actor, SegmentRule rule, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var names = await SegmentNames.LoadAsync(db, cancel);
        new FieldErrors().Rule(nameof(SegmentForm.Rule), rule, names).ThrowIfAny();
        var members = MemberQueries.Members(db, grant).Where(await compiler.CompileAsync(db, rule, cancel: cancel));
        var size = await compiler.CountAsync(db, grant, rule, cancel);
        var sample = size == 0 ? [] : await members.OrderByDescending(m => m.Id).Take(SampleSize).Found(db).ToListAsync(cancel);

        return new SegmentPreview(size, sample, SegmentSentences.Of(rule, names));
    }

    /// <summary>Saves a new or edited segment; the kind of an existing one stays.</summary>
    /// <exception cref="InvalidInputException">One message per field at fault.</exception>
    /// <exception cref="RuleViolationException">The rule leads back to the segment itself.</exception>
    [Requires(Permission.SegmentsManage)]
    public async Task<long> SaveAsync(Actor actor, SegmentForm form, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.SegmentsManage, cancel: cancel);

        return await database.WriteAsync(actor, async db =>
        {
            var (name, description) = (Inputs.Clean(form.Name), Inputs.Clean(form.Description));
            var errors = new FieldErrors().Text(nameof(form.Name), "Name", name, 120, required: true).Text(nameof(form.Description), "Description", description, 1000)
                .Require(!await db.Segments.AnyAsync(s => s.Name == name && s.Id != (form.Id ?? 0), cancel), nameof(form.Name), "Another member segment has this name.");
            var segment = form.Id is { } id ? await FindAsync(db, id, cancel) : new Segment { Name = name ?? "", Kind = form.Kind, CreatedAt = clock.GetUtcNow() };
            if (segment.Kind == SegmentKind.Rule)
            {
                errors.Rule(nameof(form.Rule), form.Rule, await SegmentNames.LoadAsync(db, cancel));
            }

            errors.ThrowIfAny();
            if (form.Id is null)
            {
                db.Segments.Add(segment);
            }
            else if (segment.Version != form.Version)
            {
                throw new ConcurrentChangeException($"“{segment.Name}”");
            }

            (segment.Name, segment.Description, segment.Rule) = (name!, description, segment.Kind == SegmentKind.Rule ? form.Rule : null);
            await db.SaveChangesAsync(cancel);

            // Compiling finds a rule that leads back to this segment; nothing of it is kept then.
            await compiler.SegmentAsync(db, segment.Id, cancel);

            return segment.Id;
        }, cancel);
    }

    /// <summary>Deletes a segment nobody uses, with its snapshots.</summary>
    /// <exception cref="RuleViolationException">In use; the message names the users.</exception>
    [Requires(Permission.SegmentsManage)]
    public async Task DeleteAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.SegmentsManage, cancel: cancel);
        await database.WriteAsync(actor, async db =>
        {
            var segment = await FindAsync(db, id, cancel);
            if ((await users.OfAsync(db, AudienceItem.Segment, cancel))[id].ToList() is { Count: > 0 } uses)
            {
                throw new RuleViolationException("segment_in_use", $"“{segment.Name}” is used by {string.Join(", ", uses)}. Take it out there first.");
            }

            await db.SegmentChanges.Where(c => c.SegmentId == id).ExecuteDeleteAsync(cancel);
            await db.SegmentSnapshots.Where(s => s.SegmentId == id).ExecuteDeleteAsync(cancel);
            await db.SegmentMembers.Where(m => m.SegmentId == id).ExecuteDeleteAsync(cancel);
            db.Segments.Remove(segment);
        }, cancel);
    }

    private static async Task<Segment> FindAsync(LoyaltyDbContext db, long id, CancellationToken cancel) =>
        await db.Segments.FirstOrDefaultAsync(s => s.Id == id, cancel) ?? throw new NotFoundException("The member segment");
}

internal static class FoundMembers
{
    /// <summary>Members with their figures.</summary>
    public static IQueryable<FoundMember> Found(this IQueryable<Member> members, LoyaltyDbContext db) =>
        from member in members
        join summary in db.PurchaseSummaries on member.Id equals summary.MemberId into summaries
        from bought in summaries.DefaultIfEmpty()
        select new FoundMember(member.Id, member.Number, member.City, member.RegisteredOn, bought.LastOn, (int?)bought.OrderCount ?? 0, (decimal?)bought.Revenue ?? 0);
}
