using System.Text.RegularExpressions;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Tags;

/// <summary>One line of the list of tags.</summary>
public sealed record TagRow(long Id, string Name, string? Description, TagKind Kind, string Colour, SegmentRule? Rule, bool IsBuiltIn, DateTimeOffset? CalculatedAt, int Members)
{
    /// <summary>Whom a computed tag is given to, for people.</summary>
    public string? Sentence { get; init; }

    /// <summary>What would change if it went away.</summary>
    public IReadOnlyList<string> UsedBy { get; init; } = [];
}

public sealed record TagFilter(string? Name = null, TagKind? Kind = null);

/// <summary>A tag as an edited copy.</summary>
public sealed class TagForm
{
    public long? Id { get; set; }
    public string? Name { get; set; }
    public string? Description { get; set; }
    public TagKind Kind { get; set; }
    public string Colour { get; set; } = "#64748b";
    public SegmentRule Rule { get; set; } = SegmentRule.Everybody;
    public bool IsBuiltIn { get; set; }
    public DateTimeOffset? CalculatedAt { get; set; }
    public Guid Version { get; set; }
}

/// <summary>Tags: words on members, given by people or by rule.</summary>
public sealed partial class TagService(LoyaltyDatabase database, AccessControl access, SegmentCompiler compiler, AudienceUsers users, TimeProvider clock)
{
    private static readonly SortColumns<Tag> sorts = new SortColumns<Tag>(tag => tag.Id).By("Name", tag => tag.Name);

    [Requires(Permission.MembersRead)]
    public async Task<Page<TagRow>> ListAsync(Actor actor, TagFilter filter, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var name = filter.Name?.Trim().ToLower();
        var found = await db.Tags
            .Where(t => string.IsNullOrEmpty(name) || t.Name.ToLower().Contains(name))
            .Where(t => filter.Kind == null || t.Kind == filter.Kind)
            .ToPageAsync(page, sorts, t => new TagRow(t.Id, t.Name, t.Description, t.Kind, t.Colour, t.Rule, t.IsBuiltIn, t.CalculatedAt, db.MemberTags.Where(m => m.TagId == t.Id).Select(m => m.MemberId).Distinct().Count()), cancel);
        var names = await SegmentNames.LoadAsync(db, cancel);
        var uses = await users.OfAsync(db, AudienceItem.Tag, cancel);

        return found with { Rows = [.. found.Rows.Select(row => row with { Sentence = row.Rule is { } rule ? SegmentSentences.Of(rule, names) : null, UsedBy = [.. uses[row.Id]] })] };
    }

    [Requires(Permission.MembersRead)]
    public async Task<TagForm> GetAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var tag = await FindAsync(db, id, cancel);

        return new TagForm { Id = tag.Id, Name = tag.Name, Description = tag.Description, Kind = tag.Kind, Colour = tag.Colour, Rule = tag.Rule ?? SegmentRule.Everybody, IsBuiltIn = tag.IsBuiltIn, CalculatedAt = tag.CalculatedAt, Version = tag.Version };
    }

    [Requires(Permission.MembersRead)]
    public async Task<Page<HistoryEntry>> HistoryAsync(Actor actor, long id, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await db.HistoryOfAsync<Tag>(id, page, cancel);
    }

    /// <summary>Saves a new or edited tag; the kind of an existing one stays, and a built-in one keeps its name and rule.</summary>
    /// <exception cref="InvalidInputException">One message per field at fault.</exception>
    [Requires(Permission.TagsManage)]
    public async Task<long> SaveAsync(Actor actor, TagForm form, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.TagsManage, cancel: cancel);

        return await database.WriteAsync(actor, async db =>
        {
            var tag = form.Id is { } id ? await FindAsync(db, id, cancel) : new Tag { Name = "", Kind = form.Kind, CreatedAt = clock.GetUtcNow() };
            var (name, description) = (tag.IsBuiltIn ? tag.Name : Inputs.Clean(form.Name), Inputs.Clean(form.Description));
            var errors = new FieldErrors().Text(nameof(form.Name), "Name", name, 60, required: true).Text(nameof(form.Description), "Description", description, 400)
                .Require(HexColour().IsMatch(form.Colour), nameof(form.Colour), "The colour is written as # and six hexadecimal digits.")
                .Require(!await db.Tags.AnyAsync(t => t.Name == name && t.Id != (form.Id ?? 0), cancel), nameof(form.Name), "Another tag has this name.");
            if (tag is { Kind: TagKind.Computed, IsBuiltIn: false })
            {
                errors.Rule(nameof(form.Rule), form.Rule, await SegmentNames.LoadAsync(db, cancel))
                    .Require(!SegmentCompiler.ConditionsOf(form.Rule).Any(c => c is TagCondition asked && asked.TagId == form.Id), nameof(form.Rule), "A tag cannot be given by asking for itself.");
            }

            errors.ThrowIfAny();
            if (form.Id is null)
            {
                db.Tags.Add(tag);
            }
            else if (tag.Version != form.Version)
            {
                throw new ConcurrentChangeException($"“{tag.Name}”");
            }

            (tag.Name, tag.Description, tag.Colour) = (name!, description, form.Colour);
            if (tag is { Kind: TagKind.Computed, IsBuiltIn: false })
            {
                await compiler.CompileAsync(db, form.Rule, cancel: cancel);
                tag.Rule = form.Rule;
            }

            await db.SaveChangesAsync(cancel);

            return tag.Id;
        }, cancel);
    }

    /// <summary>Deletes a tag nobody uses and takes it from every member; what happened with it stays in the members' histories.</summary>
    /// <exception cref="RuleViolationException">Built in, or in use; the message names the users.</exception>
    [Requires(Permission.TagsManage)]
    public async Task DeleteAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.TagsManage, cancel: cancel);
        await database.WriteAsync(actor, async db =>
        {
            var tag = await FindAsync(db, id, cancel);
            if (tag.IsBuiltIn)
            {
                throw new RuleViolationException("built_in_tag", $"“{tag.Name}” is one of the product's own tags and stays.");
            }

            if ((await users.OfAsync(db, AudienceItem.Tag, cancel))[id].ToList() is { Count: > 0 } uses)
            {
                throw new RuleViolationException("tag_in_use", $"“{tag.Name}” is used by {string.Join(", ", uses)}. Take it out there first.");
            }

            await db.MemberTags.Where(t => t.TagId == id).ExecuteDeleteAsync(cancel);
            db.Tags.Remove(tag);
        }, cancel);
    }

    internal static async Task<Tag> FindAsync(LoyaltyDbContext db, long id, CancellationToken cancel) =>
        await db.Tags.FirstOrDefaultAsync(t => t.Id == id, cancel) ?? throw new NotFoundException("The tag");

    [GeneratedRegex("^#[0-9a-fA-F]{6}$")]
    private static partial Regex HexColour();
}
