using System.Collections.Immutable;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages.Providers;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Messages;

public sealed record MiniProgramRow(long Id, string Code, string Name, MiniProgramKind Kind, bool UsesSandbox, bool IsEnabled, int Members, int Templates);

/// <summary>A mini program being created or edited.</summary>
public sealed class MiniProgramForm
{
    public long? Id { get; set; }
    public string Code { get; set; } = "";
    public string Name { get; set; } = "";
    public MiniProgramKind Kind { get; set; }
    public string AppId { get; set; } = "";
    public string? Url { get; set; }

    /// <summary>A new secret; empty: the present one stays.</summary>
    public string? Secret { get; set; }

    public bool HasSecret { get; set; }
    public bool UsesSandbox { get; set; } = true;
    public bool IsEnabled { get; set; } = true;

    /// <summary>The provider's template per scenario; empty: no notices of it.</summary>
    public Dictionary<MessageScenario, string?> Templates { get; set; } = [];

    /// <summary>The page a notice opens.</summary>
    public string? Page { get; set; }

    public Guid Version { get; set; }
}

/// <summary>The mini programs members can be notified in (System Configuration).</summary>
public sealed class MiniPrograms(LoyaltyDatabase database, AccessControl access, SecretKeys keys, WebhookSettings addresses)
{
    private static readonly SortColumns<MiniProgram> sorts = new SortColumns<MiniProgram>(p => p.Id).By("Name", p => p.Name);

    [Requires(Permission.SettingsManage)]
    public async Task<Page<MiniProgramRow>> ListAsync(Actor actor, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.SettingsManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var found = await db.MiniPrograms.ToPageAsync(page, sorts, p => new { p.Id, p.Code, p.Name, p.Kind, p.UsesSandbox, p.IsEnabled, p.Templates, Members = db.MemberDevices.Count(d => d.MiniProgramId == p.Id) }, cancel);

        return new Page<MiniProgramRow>([.. found.Rows.Select(p => new MiniProgramRow(p.Id, p.Code, p.Name, p.Kind, p.UsesSandbox, p.IsEnabled, p.Members, p.Templates.Length))], found.Next, found.Previous);
    }

    [Requires(Permission.SettingsManage)]
    public async Task<MiniProgramForm> FormAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.SettingsManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var program = await FindAsync(db, id, cancel);

        return new MiniProgramForm
        {
            Id = id,
            Code = program.Code,
            Name = program.Name,
            Kind = program.Kind,
            AppId = program.AppId,
            Url = program.Url,
            HasSecret = program.SealedSecret is not null,
            UsesSandbox = program.UsesSandbox,
            IsEnabled = program.IsEnabled,
            Templates = program.Templates.ToDictionary(t => t.Scenario, t => (string?)t.TemplateId),
            Page = program.Templates.Select(t => t.Page).FirstOrDefault(),
            Version = program.Version,
        };
    }

    [Requires(Permission.SettingsManage)]
    public async Task<long> SaveAsync(Actor actor, MiniProgramForm form, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.SettingsManage, cancel: cancel);
        Check(form).ThrowIfAny();
        var templates = form.Templates.Where(t => Inputs.Clean(t.Value) is not null).OrderBy(t => t.Key).Select(t => new MiniProgramTemplate(t.Key, t.Value!.Trim(), Inputs.Clean(form.Page))).ToImmutableArray();
        var code = form.Code.Trim();
        try
        {
            return await database.WriteAsync(actor, async db =>
            {
                var program = form.Id is { } id
                    ? await FindAsync(db, id, cancel)
                    : db.MiniPrograms.Add(new MiniProgram { Code = code, Name = form.Name, Kind = form.Kind, AppId = form.AppId, UsesSandbox = true, Templates = [] }).Entity;
                if (form.Id is not null && program.Version != form.Version)
                {
                    throw new ConcurrentChangeException("The mini program");
                }

                (program.Code, program.Name, program.Kind, program.AppId, program.Url) = (code, form.Name.Trim(), form.Kind, form.AppId.Trim(), form.Kind == MiniProgramKind.Http ? Inputs.Clean(form.Url) : null);
                (program.UsesSandbox, program.IsEnabled, program.Templates) = (form.UsesSandbox, form.IsEnabled, templates);
                program.SealedSecret = Inputs.Clean(form.Secret) is { } secret ? keys.Seal(secret) : program.SealedSecret;
                await db.SaveChangesAsync(cancel);

                return program.Id;
            }, cancel);
        }
        catch (Exception exception) when (database.Provider.IsUniqueViolation(exception))
        {
            throw new RuleViolationException("code_taken", $"Another mini program has the code {code}.") { Field = nameof(form.Code) };
        }
    }

    private FieldErrors Check(MiniProgramForm form)
    {
        var errors = new FieldErrors()
            .Text(nameof(form.Code), "Code", form.Code, 40, required: true).Text(nameof(form.Name), "Name", form.Name, 120, required: true).Text(nameof(form.AppId), "App ID", form.AppId, 120, required: true)
            .Text(nameof(form.Page), "Page", form.Page, 200).Require(form.Secret is not { Length: > 500 }, nameof(form.Secret), "This is too long.")
            .Require(form.Templates.All(t => Enum.IsDefined(t.Key) && t.Value is not { Length: > 200 }), nameof(form.Templates), "A template's ID has at most 200 characters.")
            .Require(form.UsesSandbox || form.HasSecret || Inputs.Clean(form.Secret) is not null, nameof(form.Secret), "The secret is required to send.");
        var fault = form.Kind == MiniProgramKind.Http && (!form.UsesSandbox || Inputs.Clean(form.Url) is not null) ? WebhookAddresses.Fault(form.Url, addresses) : null;

        return errors.Require(fault is null, nameof(form.Url), fault ?? "");
    }

    private static async Task<MiniProgram> FindAsync(LoyaltyDbContext db, long id, CancellationToken cancel) => await db.MiniPrograms.FirstOrDefaultAsync(p => p.Id == id, cancel) ?? throw new NotFoundException("The mini program");
}

/// <summary>Where apps and mini programs reach members: told by the app's server when somebody signs in.</summary>
public sealed class MemberDevices(LoyaltyDatabase database, AccessControl access, SecretKeys keys, TimeProvider clock)
{
    private const int MostPerMember = 20;

    /// <summary>Keeps a push token, or a member's identity in a mini program; one that belonged to somebody else moves to this member. Saying it again refreshes it.</summary>
    [Requires(ApiScope.MembersWrite)]
    public async Task PutAsync(Actor actor, string memberNumber, DeviceKind kind, string? miniProgram, string address, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, permission: null, ApiScope.MembersWrite, cancel);
        new FieldErrors()
            .Require(Enum.IsDefined(kind), "kind", "Choose a kind of the list.")
            .Require(address is { Length: >= 1 and <= 1000 } && address.All(c => c is > ' ' and < (char)127), "token", "The token has 1 to 1,000 printable characters without blanks.")
            .Require(kind != DeviceKind.MiniProgramUser || Inputs.Clean(miniProgram) is not null, "miniProgram", "Name the mini program by its code.")
            .ThrowIfAny();
        var now = clock.GetUtcNow();
        await database.WriteAsync(actor, async db =>
        {
            var member = await MemberLookups.ByNumberAsync(db.Members, memberNumber, cancel) ?? throw new NotFoundException("The member");
            if (member.Status == MemberStatus.Erased)
            {
                throw new RuleViolationException("member_erased", "The member's data was erased for good.");
            }

            var program = kind == DeviceKind.MiniProgramUser
                ? await db.MiniPrograms.Where(p => p.Code == miniProgram).Select(p => (long?)p.Id).FirstOrDefaultAsync(cancel) ?? throw new RuleViolationException("unknown_mini_program", "No mini program has this code.") { Field = "miniProgram" }
                : (long?)null;
            var hash = keys.Hash($"device-{program}", address);
            if (await db.MemberDevices.FirstOrDefaultAsync(d => d.AddressHash == hash, cancel) is { } known)
            {
                (known.MemberId, known.SeenAt) = (member.Id, now);

                return;
            }

            db.MemberDevices.Add(new MemberDevice { MemberId = member.Id, Kind = kind, MiniProgramId = program, Address = address, AddressHash = hash, CreatedAt = now, SeenAt = now });
            var oldest = await db.MemberDevices.Where(d => d.MemberId == member.Id).OrderByDescending(d => d.SeenAt).Skip(MostPerMember - 1).ToListAsync(cancel);
            db.MemberDevices.RemoveRange(oldest);
        }, cancel);
    }
}
