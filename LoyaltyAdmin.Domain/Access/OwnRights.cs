using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Access;

/// <summary>What a person may do, for comparing before and after a change.</summary>
internal sealed record Rights(IReadOnlyCollection<Permission> Permissions, decimal? RefundLimit, decimal? AdjustmentLimit, decimal? ImportLimit, bool RequiresTwoFactor)
{
    public static Rights Of(Role role) => new(role.Permissions, role.RefundLimit, role.AdjustmentLimit, role.ImportLimit, role.RequiresTwoFactor);

    public static Rights Of(RoleForm form) => new(form.Permissions, form.RefundLimit, form.AdjustmentLimit, form.ImportLimit, form.RequiresTwoFactor);
}

/// <summary>Nobody widens own rights, not even somebody who manages everybody's: what one gains, another person must give. Giving up is free.</summary>
internal static class OwnRights
{
    /// <exception cref="RuleViolationException">The person would gain something; the sentence says what.</exception>
    public static void DemandNotRaised(Rights before, Rights after, string field)
    {
        List<string> gained =
        [
            .. after.Permissions.Except(before.Permissions).Order().Select(permission => $"the permission “{permission}”"),
            .. IsHigher(after.RefundLimit, before.RefundLimit) ? ["a higher refund limit"] : Array.Empty<string>(),
            .. IsHigher(after.AdjustmentLimit, before.AdjustmentLimit) ? ["a higher adjustment limit"] : Array.Empty<string>(),
            .. IsHigher(after.ImportLimit, before.ImportLimit) ? ["a higher import limit"] : Array.Empty<string>(),
            .. before.RequiresTwoFactor && !after.RequiresTwoFactor ? ["sign-in without two-factor"] : Array.Empty<string>(),
        ];
        Refuse(gained, field);
    }

    /// <param name="everyStore">The identifiers of all stores there are.</param>
    /// <exception cref="RuleViolationException">The person would see more stores.</exception>
    public static void DemandNotRaised(StoreScope before, StoreScope after, IEnumerable<long> everyStore, string field)
    {
        var seesMore = (before.Kind == StoreScopeKind.Included && after.Kind != StoreScopeKind.Included) || everyStore.Any(id => after.Allows(id) && !before.Allows(id));
        Refuse(seesMore ? ["more stores"] : [], field);
    }

    private static bool IsHigher(decimal? after, decimal? before) => before is not null && (after is null || after > before);

    private static void Refuse(IReadOnlyList<string> gained, string field)
    {
        if (gained.Count > 0)
        {
            throw new RuleViolationException("own_rights", $"You cannot give yourself {string.Join(", ", gained)}. Another user who may manage users must do this for you.") { Field = field };
        }
    }
}
