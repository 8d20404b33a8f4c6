using System.Text.Json.Serialization;

namespace LoyaltyAdmin.Domain.Access;

/// <summary>
/// What a staff user may do. Roles are editable bundles of these; which stores is a separate question, always asked as well.
/// Stored by name: a new permission between two others must not change what a role holds.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<Permission>))]
public enum Permission
{
    DashboardRead,
    PlansRead,
    PlansEdit,
    GiftCardsRead,
    GiftCardsSell,
    GiftCardsFreeze,
    GiftCardsImport,
    GiftCardsImportApprove,
    GiftCardsRefund,
    GiftCardsRefundApprove,
    GiftCardNumbersReveal,
    GiftCardNumbersExport,
    BuyersReveal,
    LedgerRead,
    LedgerAdjust,
    LedgerAdjustApprove,
    TransactionsExport,
    ReportsRead,
    MembersRead,
    MembersReveal,
    MembersEdit,
    MembersImport,
    MembersExport,

    /// <summary>Merging duplicates and erasing personal data: neither can be taken back.</summary>
    MembersErase,

    /// <summary>Making and revoking links to a member's own page.</summary>
    MembersLink,
    OrdersRead,
    OrdersImport,
    ProductsManage,
    TagsManage,
    SegmentsManage,
    PointsRead,
    PointsAdjust,
    PointsAdjustApprove,
    WalletsRead,
    WalletsTopUp,
    WalletsFreeze,

    /// <summary>Paying unused principal out.</summary>
    WalletsWithdraw,
    WalletsWithdrawApprove,
    CouponsRead,
    CouponsEdit,

    /// <summary>Giving coupons to members by hand, and taking them away.</summary>
    CouponsIssue,
    CouponsRedeem,
    GiftsRead,

    /// <summary>Gift campaigns, and trying again what could not be delivered.</summary>
    GiftsManage,
    MessagesRead,

    /// <summary>Templates, scenarios, test sends.</summary>
    MessagesEdit,
    WebhooksManage,
    StoresManage,
    AgreementsManage,
    UsersManage,

    /// <summary>Being the second person when somebody is given rights that move value.</summary>
    AccessApprove,
    ApiClientsManage,
    SettingsManage,
    AuditRead,
    AuditVerify,
    JobsRead,

    /// <summary>Running, pausing and resuming jobs.</summary>
    JobsManage,
}

/// <summary>What an API client may do; written in keys and documents as <c>giftcards:redeem</c>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ApiScope>))]
public enum ApiScope
{
    StoresRead,
    PlansRead,
    GiftCardsRead,
    GiftCardsSell,
    GiftCardsActivate,
    GiftCardsRedeem,
    GiftCardsRecharge,
    GiftCardsReverse,
    MembersRead,
    MembersWrite,
    ConsentsWrite,
    OrdersRead,
    OrdersWrite,
    PointsRead,
    PointsWrite,
    WalletsRead,
    WalletsPay,
    WalletsRefund,
    CouponsRead,
    CouponsIssue,
    CouponsRedeem,
    GiftsRead,
    PortalLinksWrite,
}

public static class ApiScopeNames
{
    /// <summary>The scope as clients know it, e.g. <c>giftcards:redeem</c>.</summary>
    public static string Name(this ApiScope scope)
    {
        var text = scope.ToString();
        var verb = Array.FindLastIndex(text.ToCharArray(), char.IsAsciiLetterUpper);

        return $"{text[..verb].ToLowerInvariant()}:{text[verb..].ToLowerInvariant()}";
    }
}

/// <summary>
/// Marks a service method (or a class, for the methods it inherits) with what it demands, for the generated access matrix; the method itself demands it first thing.
/// Without a permission no staff user may call it, without a scope no API client.
/// </summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class RequiresAttribute : Attribute
{
    public RequiresAttribute(Permission permission) => Permission = permission;

    public RequiresAttribute(Permission permission, ApiScope scope) => (Permission, Scope) = (permission, scope);

    public RequiresAttribute(ApiScope scope) => Scope = scope;

    /// <summary>Only members, on their own page.</summary>
    public RequiresAttribute(ActorKind kind) => IsForMembers = kind == ActorKind.Member ? true : throw new ArgumentOutOfRangeException(nameof(kind), "Staff need a permission, API clients a scope.");

    public bool IsForMembers { get; }

    public Permission? Permission { get; }

    public ApiScope? Scope { get; }
}
