using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Access;

public sealed record StaffUserRow(long Id, string DisplayName, string Email, long RoleId, string Role, StoreScope Stores, bool IsEnabled, bool HasTwoFactor, DateTimeOffset? LockedUntil, DateTimeOffset? LastSignInAt);

public sealed record StaffUserFilter
{
    public string? Text { get; init; }
    public long? RoleId { get; init; }
    public bool? IsEnabled { get; init; }
}

/// <summary>A staff user being created or edited.</summary>
public sealed class StaffUserForm
{
    public string DisplayName { get; set; } = "";
    public string Email { get; set; } = "";
    public long RoleId { get; set; }
    public StoreScope Stores { get; set; } = StoreScope.All;
    public string? ConcurrencyStamp { get; set; }

    /// <summary>Read only.</summary>
    public bool IsEnabled { get; init; }

    /// <summary>Read only.</summary>
    public bool HasTwoFactor { get; init; }

    /// <summary>Read only: what waits for a second person, if anything does.</summary>
    public string? Waiting { get; init; }
}

/// <summary>A new or reset account's password, shown once to whoever made it; its owner must change it at the first sign-in.</summary>
/// <param name="UserId">Whose it is.</param>
/// <param name="Email">The name to sign in with.</param>
/// <param name="Password">The password.</param>
/// <param name="Waits">It works only once a second person has approved.</param>
public sealed record InitialPassword(long UserId, string Email, string Password, bool Waits = false);
