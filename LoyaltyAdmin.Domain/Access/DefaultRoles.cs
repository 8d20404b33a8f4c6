using static LoyaltyAdmin.Domain.Access.Permission;

namespace LoyaltyAdmin.Domain.Access;

/// <summary>The roles an installation starts with; afterwards they are edited like any other. Administrators deliberately cannot move value.</summary>
public static class DefaultRoles
{
    public const string Administrator = Role.Administrator;
    public const string MarketingManager = "Marketing manager";
    public const string StoreStaff = "Store staff";
    public const string Finance = "Finance";
    public const string Analyst = "Analyst";

    /// <param name="withTwoFactor">Administrators and finance must use two-factor sign-in; only the demo company goes without.</param>
    public static IReadOnlyList<Role> Create(bool withTwoFactor) =>
    [
        new()
        {
            Name = Administrator,
            RequiresTwoFactor = withTwoFactor,
            Permissions =
            [
                DashboardRead, PlansRead, PlansEdit, GiftCardsRead, GiftCardsFreeze, GiftCardsImport, BuyersReveal, LedgerRead, TransactionsExport, ReportsRead,
                MembersRead, MembersReveal, MembersEdit, MembersImport, MembersExport, MembersErase, MembersLink, OrdersRead, OrdersImport, ProductsManage, TagsManage, SegmentsManage, WebhooksManage,
                PointsRead, WalletsRead, WalletsFreeze, CouponsRead, CouponsEdit, GiftsRead, MessagesRead, MessagesEdit,
                StoresManage, AgreementsManage, UsersManage, AccessApprove, ApiClientsManage, SettingsManage, AuditRead, AuditVerify, JobsRead, JobsManage,
            ],
            ImportLimit = 0,
        },
        new()
        {
            Name = MarketingManager,
            Permissions =
            [
                DashboardRead, PlansRead, PlansEdit, GiftCardsRead, TransactionsExport, ReportsRead,
                MembersRead, OrdersRead, ProductsManage, TagsManage, SegmentsManage,
                PointsRead, PointsAdjust, WalletsRead, CouponsRead, CouponsEdit, CouponsIssue, GiftsRead, GiftsManage, MessagesRead, MessagesEdit,
            ],
            PointsLimit = 1_000,
        },
        new()
        {
            Name = StoreStaff,
            Permissions =
            [
                DashboardRead, PlansRead, GiftCardsRead, GiftCardsSell, GiftCardsFreeze, GiftCardsRefund, BuyersReveal, LedgerRead, TransactionsExport, ReportsRead,
                MembersRead, MembersReveal, MembersEdit, MembersLink, OrdersRead,
                PointsRead, WalletsRead, WalletsTopUp, WalletsFreeze, CouponsRead, CouponsRedeem, GiftsRead,
            ],
            RefundLimit = 100,
        },
        new()
        {
            Name = Finance,
            RequiresTwoFactor = withTwoFactor,
            Permissions =
            [
                DashboardRead, PlansRead, GiftCardsRead, GiftCardsFreeze, GiftCardsImport, GiftCardsImportApprove, GiftCardsRefund, GiftCardsRefundApprove,
                GiftCardNumbersReveal, GiftCardNumbersExport, LedgerRead, LedgerAdjust, LedgerAdjustApprove, TransactionsExport, ReportsRead, AccessApprove, AuditRead, AuditVerify, JobsRead,
                MembersRead, OrdersRead, OrdersImport,
                PointsRead, PointsAdjust, PointsAdjustApprove, WalletsRead, WalletsFreeze, WalletsWithdraw, WalletsWithdrawApprove, CouponsRead, GiftsRead, MessagesRead,
            ],
            RefundLimit = 1_000,
            AdjustmentLimit = 500,
            PointsLimit = 5_000,
            ImportLimit = 50_000,
        },
        new()
        {
            Name = Analyst,
            Permissions = [DashboardRead, PlansRead, GiftCardsRead, LedgerRead, TransactionsExport, ReportsRead, MembersRead, OrdersRead, PointsRead, WalletsRead, CouponsRead, GiftsRead],
        },
    ];
}
