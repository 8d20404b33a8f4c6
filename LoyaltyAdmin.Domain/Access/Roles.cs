using System.Text.Json.Serialization;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Access;

public sealed record RoleRow(long Id, string Name, int PermissionCount, int Users, decimal? RefundLimit, decimal? AdjustmentLimit, decimal? PointsLimit, decimal? ImportLimit, bool RequiresTwoFactor);

/// <summary>A role being created or edited.</summary>
public sealed class RoleForm
{
    public long? Id { get; set; }
    public string Name { get; set; } = "";
    public HashSet<Permission> Permissions { get; set; } = [];
    public decimal? RefundLimit { get; set; }
    public decimal? AdjustmentLimit { get; set; }
    public decimal? PointsLimit { get; set; }
    public decimal? ImportLimit { get; set; }
    public bool RequiresTwoFactor { get; set; }
    public Guid Version { get; set; }

    /// <summary>Read only: what waits for a second person, if anything does.</summary>
    [JsonIgnore]
    public string? Waiting { get; init; }
}

/// <summary>A saved role; or, where it waits for a second person, one that is as it was.</summary>
public sealed record SavedRole(long Id, bool Waits);

/// <summary>The bundles of permissions people hold. A change reaches everyone who holds the role at their next click.</summary>
public sealed class Roles(LoyaltyDatabase database, AccessControl access, TwoPeople twoPeople)
{
    private const int MostRoles = 200;
    private const decimal LargestLimit = 1_000_000_000;

    [Requires(Permission.UsersManage)]
    public async Task<IReadOnlyList<RoleRow>> ListAsync(Actor actor, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.UsersManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var users = await db.Staff.GroupBy(user => user.RoleId).Select(group => new { RoleId = group.Key, Count = group.Count() }).ToDictionaryAsync(group => group.RoleId, group => group.Count, cancel);
        var roles = await db.Roles.OrderBy(role => role.Id).Take(MostRoles).ToListAsync(cancel);

        return [.. roles.Select(role => new RoleRow(role.Id, role.Name, role.Permissions.Count, users.GetValueOrDefault(role.Id), role.RefundLimit, role.AdjustmentLimit, role.PointsLimit, role.ImportLimit, role.RequiresTwoFactor))];
    }

    [Requires(Permission.UsersManage)]
    public async Task<RoleForm> FormAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.UsersManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var role = await db.Roles.FirstOrDefaultAsync(r => r.Id == id, cancel) ?? throw new NotFoundException("The role");

        return new RoleForm
        {
            Id = role.Id,
            Name = role.Name,
            Permissions = [.. role.Permissions],
            RefundLimit = role.RefundLimit,
            AdjustmentLimit = role.AdjustmentLimit,
            PointsLimit = role.PointsLimit,
            ImportLimit = role.ImportLimit,
            RequiresTwoFactor = role.RequiresTwoFactor,
            Version = role.Version,
            Waiting = await TwoPeople.WaitingAsync(db, ApprovalKind.RoleAccess, id, cancel),
        };
    }

    /// <summary>Saves it. What gives its holders more rights that move value waits for a second person; a new role has no holders, and whoever gets it is asked about then.</summary>
    [Requires(Permission.UsersManage)]
    public async Task<SavedRole> SaveAsync(Actor actor, RoleForm form, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.UsersManage, cancel: cancel);
        var (id, waits, holders) = await database.WriteAsync(actor, async db =>
        {
            await CheckAsync(db, form, cancel);
            await twoPeople.NoteAsync(db, cancel);
            var role = form.Id is { } known
                ? await db.Roles.FirstOrDefaultAsync(r => r.Id == known, cancel) ?? throw new NotFoundException("The role")
                : db.Roles.Add(new Role { Name = form.Name, Permissions = [] }).Entity;
            if (form.Id is not null && role.Version != form.Version)
            {
                throw new ConcurrentChangeException("The role");
            }

            if (actor.Kind == ActorKind.Staff && await db.Staff.AnyAsync(user => user.Id == actor.Id && user.RoleId == form.Id, cancel))
            {
                OwnRights.DemandNotRaised(Rights.Of(role), Rights.Of(form), nameof(form.Permissions));
            }

            if (form.Id is not null && TwoPeople.Gained(Rights.Of(role), Rights.Of(form)) is { Count: > 0 } gained)
            {
                var what = $"Give everyone with the role “{role.Name}” {string.Join(", ", gained)}.";
                if (await twoPeople.MustWaitAsync(db, actor, null, what, cancel))
                {
                    await twoPeople.FileAsync(db, actor, ApprovalKind.RoleAccess, role.Id, role.Name, what, form, cancel);

                    return (role.Id, true, []);
                }
            }

            Apply(role, form);
            await StaffUsers.DemandAdministratorAsync(db, cancel);
            await twoPeople.NoteAsync(db, cancel);

            return (role.Id, false, await db.Staff.Where(user => user.RoleId == role.Id).Select(user => user.Id).ToListAsync(cancel));
        }, cancel);
        foreach (var holder in holders)
        {
            access.Forget(Actor.Staff(holder, "").Key);
        }

        return new SavedRole(id, waits);
    }

    internal static void Apply(Role role, RoleForm form)
    {
        (role.Name, role.Permissions, role.RequiresTwoFactor) = (form.Name.Trim(), [.. form.Permissions.Order()], form.RequiresTwoFactor);
        (role.RefundLimit, role.AdjustmentLimit, role.PointsLimit, role.ImportLimit) = (form.RefundLimit, form.AdjustmentLimit, form.PointsLimit, form.ImportLimit);
    }

    private static async Task CheckAsync(LoyaltyDbContext db, RoleForm form, CancellationToken cancel)
    {
        var name = form.Name.Trim();
        var errors = new FieldErrors()
            .Text(nameof(form.Name), "Name", form.Name, 80, required: true)
            .Require(!await db.Roles.AnyAsync(role => role.Name == name && role.Id != (form.Id ?? 0), cancel), nameof(form.Name), "Another role already has this name.")
            .Require(form.Permissions.Count > 0 && form.Permissions.All(Enum.IsDefined), nameof(form.Permissions), "Choose at least one permission.");
        foreach (var (field, limit) in new[] { (nameof(form.RefundLimit), form.RefundLimit), (nameof(form.AdjustmentLimit), form.AdjustmentLimit), (nameof(form.PointsLimit), form.PointsLimit), (nameof(form.ImportLimit), form.ImportLimit) })
        {
            errors.Require(limit is null or (>= 0 and <= LargestLimit), field, "A limit is an amount from 0, or empty for none.");
        }

        errors.ThrowIfAny();
    }
}
