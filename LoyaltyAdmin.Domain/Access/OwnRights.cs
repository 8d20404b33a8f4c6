using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Access;

/// <summary>What a person may do, for comparing before and after a change.</summary>
internal sealed record Rights(IReadOnlyCollection<Permission> Permissions, decimal? RefundLimit, decimal? AdjustmentLimit, decimal? PointsLimit, decimal? ImportLimit, bool RequiresTwoFactor)
{
    public static Rights Of(Role role) => new(role.Permissions, role.RefundLimit, role.AdjustmentLimit, role.PointsLimit, role.ImportLimit, role.RequiresTwoFactor);

    public static Rights Of(RoleForm form) => new(form.Permissions, form.RefundLimit, form.AdjustmentLimit, form.PointsLimit, form.ImportLimit, form.RequiresTwoFactor);
}

/// <summary>Nobody widens own rights, not even somebody who manages everybody's: what one gains, another person must give. Giving up is free.</summary>
internal static class OwnRights
{
    /// <exception cref="RuleViolationException">The person would gain something; the sentence says what.</exception>
    public static void DemandNotRaised(Rights before, Rights after, string field) => Refuse(Gained(before, after), field);

    /// <summary>What somebody with these rights would gain, in words.</summary>
    public static IReadOnlyList<string> Gained(Rights before, Rights after) =>
        [
            .. after.Permissions.Except(before.Permissions).Order().Select(permission => $"the permission “{permission}”"),
            .. IsHigher(after.RefundLimit, before.RefundLimit) ? ["a higher refund limit"] : Array.Empty<string>(),
            .. IsHigher(after.AdjustmentLimit, before.AdjustmentLimit) ? ["a higher adjustment limit"] : Array.Empty<string>(),
            .. IsHigher(after.PointsLimit, before.PointsLimit) ? ["a higher points limit"] : Array.Empty<string>(),
            .. IsHigher(after.ImportLimit, before.ImportLimit) ? ["a higher import limit"] : Array.Empty<string>(),
            .. before.RequiresTwoFactor && !after.RequiresTwoFactor ? ["sign-in without two-factor"] : Array.Empty<string>(),
        ];

    /// <param name="before">As it is stored.</param>
    /// <param name="after">As it would be stored.</param>
    /// <param name="storesBefore">The same, with the stores of its groups.</param>
    /// <param name="storesAfter">The same, with the stores of its groups.</param>
    /// <param name="everyStore">The identifiers of all stores there are.</param>
    /// <param name="field">Where the form shows it.</param>
    /// <exception cref="RuleViolationException">The person would see more stores.</exception>
    public static void DemandNotRaised(StoreScope before, StoreScope after, StoreScope storesBefore, StoreScope storesAfter, IEnumerable<long> everyStore, string field) =>
        Refuse(SeesMore(before, after, storesBefore, storesAfter, everyStore) ? ["more stores"] : [], field);

    /// <summary>Whether the later scope holds stores the earlier one does not, now or when a group grows.</summary>
    public static bool SeesMore(StoreScope before, StoreScope after, StoreScope storesBefore, StoreScope storesAfter, IEnumerable<long> everyStore) =>
        // A group may grow: being in one more, or out of one that was kept away, is more than its present stores.
        (before.Kind == StoreScopeKind.Included && after.Kind != StoreScopeKind.Included)
            || (after.Kind == StoreScopeKind.Included && before.Kind == StoreScopeKind.Included && after.GroupIds.Except(before.GroupIds).Any())
            || (before.Kind == StoreScopeKind.Excluded && after.Kind == StoreScopeKind.Excluded && before.GroupIds.Except(after.GroupIds).Any())
            || everyStore.Any(id => storesAfter.Allows(id) && !storesBefore.Allows(id));

    private static bool IsHigher(decimal? after, decimal? before) => before is not null && (after is null || after > before);

    private static void Refuse(IReadOnlyList<string> gained, string field)
    {
        if (gained.Count > 0)
        {
            throw new RuleViolationException("own_rights", $"You cannot give yourself {string.Join(", ", gained)}. Another user who may manage users must do this for you.") { Field = field };
        }
    }
}
