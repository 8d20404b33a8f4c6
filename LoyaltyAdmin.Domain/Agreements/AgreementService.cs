using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Agreements;

public sealed record AgreementRow(long Id, AgreementKind Kind, string Title, int CurrentVersion, bool IsActive, DateTimeOffset PublishedAt, string PublishedBy);

public sealed record AgreementFilter(string? Title = null, AgreementKind? Kind = null, bool? IsActive = null);

public sealed record AgreementVersionRow(int Number, string Body, DateTimeOffset PublishedAt, string PublishedBy);

/// <summary>An agreement being created or edited; a changed text is published as a new version.</summary>
public sealed class AgreementForm
{
    public long? Id { get; set; }
    public AgreementKind Kind { get; set; }
    public string Title { get; set; } = "";
    public string Body { get; set; } = "";
    public bool IsActive { get; set; } = true;
    public Guid Version { get; set; }
}

/// <summary>Texts members agree to. What somebody agreed to is never changed: an edit publishes the next version.</summary>
public sealed class AgreementService(LoyaltyDatabase database, AccessControl access, TimeProvider clock)
{
    public const int LongestBody = 20_000;

    private static readonly SortColumns<Agreement> sorts = new SortColumns<Agreement>(agreement => agreement.Id).By("Title", agreement => agreement.Title);

    [Requires(Permission.AgreementsManage)]
    public async Task<Page<AgreementRow>> ListAsync(Actor actor, AgreementFilter filter, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.AgreementsManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var title = filter.Title?.Trim().ToLower();

        return await db.Agreements
            .Where(a => string.IsNullOrEmpty(title) || a.Title.ToLower().Contains(title))
            .Where(a => filter.Kind == null || a.Kind == filter.Kind)
            .Where(a => filter.IsActive == null || a.IsActive == filter.IsActive)
            .ToPageAsync(page, sorts, a => new AgreementRow(a.Id, a.Kind, a.Title, a.CurrentVersion, a.IsActive,
                db.AgreementVersions.Where(v => v.AgreementId == a.Id && v.Number == a.CurrentVersion).Select(v => v.PublishedAt).First(),
                db.AgreementVersions.Where(v => v.AgreementId == a.Id && v.Number == a.CurrentVersion).Select(v => v.PublishedBy).First()), cancel);
    }

    /// <summary>The agreement with its newest text, as an edited copy.</summary>
    [Requires(Permission.AgreementsManage)]
    public async Task<AgreementForm> FormAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.AgreementsManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await (from a in db.Agreements
                      where a.Id == id
                      join v in db.AgreementVersions on new { a.Id, Number = a.CurrentVersion } equals new { Id = v.AgreementId, v.Number }
                      select new AgreementForm { Id = a.Id, Kind = a.Kind, Title = a.Title, Body = v.Body, IsActive = a.IsActive, Version = a.Version })
            .FirstOrDefaultAsync(cancel) ?? throw new NotFoundException("The agreement");
    }

    /// <summary>Every text ever published, newest first.</summary>
    [Requires(Permission.AgreementsManage)]
    public async Task<IReadOnlyList<AgreementVersionRow>> VersionsAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.AgreementsManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await db.AgreementVersions.Where(v => v.AgreementId == id).OrderByDescending(v => v.Number)
            .Select(v => new AgreementVersionRow(v.Number, v.Body, v.PublishedAt, v.PublishedBy)).Take(PageRequest.MaximumSize).ToListAsync(cancel);
    }

    /// <summary>Creates an agreement, or edits one; a text that differs from the newest becomes the next version.</summary>
    [Requires(Permission.AgreementsManage)]
    public async Task<long> SaveAsync(Actor actor, AgreementForm form, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.AgreementsManage, cancel: cancel);
        new FieldErrors()
            .Text(nameof(form.Title), "Title", form.Title, 200, required: true)
            .Text(nameof(form.Body), "Text", form.Body, LongestBody, required: true)
            .Require(Enum.IsDefined(form.Kind), nameof(form.Kind), "Choose what the agreement is for.")
            .ThrowIfAny();

        return await database.WriteAsync(actor, async db =>
        {
            var agreement = form.Id is { } id
                ? await db.Agreements.FirstOrDefaultAsync(a => a.Id == id, cancel) ?? throw new NotFoundException("The agreement")
                : db.Agreements.Add(new Agreement { Kind = form.Kind, Title = form.Title }).Entity;
            if (form.Id is not null && agreement.Version != form.Version)
            {
                throw new ConcurrentChangeException("The agreement");
            }

            var body = form.Body.ReplaceLineEndings("\n").Trim();
            var newest = await db.AgreementVersions.Where(v => v.AgreementId == agreement.Id && v.Number == agreement.CurrentVersion).Select(v => v.Body).FirstOrDefaultAsync(cancel);
            (agreement.Kind, agreement.Title, agreement.IsActive) = (form.Kind, form.Title.Trim(), form.IsActive);
            if (newest != body)
            {
                agreement.CurrentVersion++;
                await db.SaveChangesAsync(cancel);
                db.AgreementVersions.Add(new AgreementVersion { AgreementId = agreement.Id, Number = agreement.CurrentVersion, Body = body, PublishedAt = clock.GetUtcNow(), PublishedBy = actor.Name });
            }

            await db.SaveChangesAsync(cancel);

            return agreement.Id;
        }, cancel);
    }
}
