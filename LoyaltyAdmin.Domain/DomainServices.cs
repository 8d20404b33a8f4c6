using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Agreements;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Demo;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Gifts;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.MemberPortal;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Points;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Tags;
using LoyaltyAdmin.Domain.Wallets;
using LoyaltyAdmin.Domain.Webhooks;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LoyaltyAdmin.Domain;

/// <summary>Every service of the business, in one list. All are stateless singletons: each call opens its own context.</summary>
public static class DomainServices
{
    /// <summary>Adds the business. The caller brings the database (<see cref="DatabaseRegistration"/>), <see cref="TimeProvider"/> and <see cref="SecretKeys"/>.</summary>
    public static IServiceCollection AddLoyaltyDomain(this IServiceCollection services) => services
        .AddSingleton<DatabaseStartup>()
        .AddOrders()
        .AddMessages()
        .AddCoupons()
        .AddGifts()
        .AddPoints()
        .AddWallets()
        .AddMemberPortal()
        .AddSingleton<AuditTrail>()
        .AddSingleton<AccessControl>()
        .AddSingleton<Ledger.Ledger>()
        .AddSingleton<LedgerInvariants>()
        .AddSingleton<MemberAccounts>()
        .AddSingleton<Reversals>()
        .AddSingleton<LotExpiry>()
        .AddSingleton<SecurityAlerts>()
        .AddSingleton<AttemptLimits>()
        .AddSingleton(new ApiKeySettings("live"))
        .AddSingleton<ApiCallers>()
        .AddSingleton<ApiKeys>()
        .AddSingleton<IPasswordHasher<StaffUser>>(_ => new PasswordHasher<StaffUser>(Options.Create(new PasswordHasherOptions { IterationCount = PasswordRules.HashIterations })))
        .AddSingleton(new TwoPeopleSettings())
        .AddSingleton<TwoPeople>()
        .AddSingleton<ApprovalHandler, UserAccessApprovals>()
        .AddSingleton<ApprovalHandler, RoleAccessApprovals>()
        .AddSingleton<StaffUsers>()
        .AddSingleton<Roles>()
        .AddSingleton<ApiClients>()
        .AddSingleton<Receipts>()
        .AddSingleton<StoreCatalog>()
        .AddSingleton<GroupCalendar>()
        .AddSingleton<WebhookOutbox>()
        .AddSingleton(new WebhookSettings(AllowLoopback: false))
        .AddSingleton<WebhookSender>()
        .AddSingleton<BackgroundWork>(services => services.GetRequiredService<WebhookSender>())
        .AddSingleton<WebhookEndpoints>()
        .AddSingleton<CardPlanService>()
        .AddSingleton<CardIssuing>()
        .AddSingleton<TierCalculation>()
        .AddSingleton<TierGrants>()
        .AddSingleton<LoyaltyCards>()
        .AddSingleton<MemberCardReader>()
        .AddSingleton<CardExpiry>()
        .AddSingleton<SegmentCompiler>()
        .AddSingleton<AudienceUses, RuleUses>()
        .AddSingleton<AudienceUsers>()
        .AddSingleton<RuleExplanation>()
        .AddSingleton<Audiences>()
        .AddSingleton<SegmentService>()
        .AddSingleton<SegmentLists>()
        .AddSingleton<SegmentSnapshots>()
        .AddSingleton<ExportSource, SegmentMembersExport>()
        .AddImport<SegmentImports, SegmentImport>()
        .AddSingleton<MemberSegments>()
        .AddSingleton<BuiltInTags>()
        .AddSingleton<TagService>()
        .AddSingleton<TagAssignment>()
        .AddSingleton<TagMembers>()
        .AddSingleton<TagRecalculation>()
        .AddSingleton<MemberTagList>()
        .AddSingleton<CompanyService>()
        .AddSingleton<StoreService>()
        .AddSingleton<Stores.StoreScopes>()
        .AddSingleton<StoreGroupService>()
        .AddSingleton<AgreementService>()
        .AddSingleton<AuditLog>()
        .AddSingleton<AuditSealing>()
        .AddSingleton<DemoAccess>()
        .AddSingleton<Installation>()
        .AddJobs()
        .AddSingleton<CardNumbers>()
        .AddSingleton<Stores.StoreDirectory>()
        .AddSingleton<GiftCardCatalog>()
        .AddSingleton<GiftCardLookup>()
        .AddSingleton<GiftCardPlans>()
        .AddSingleton<GiftCardDesigns>()
        .AddSingleton<GiftCardChoices>()
        .AddSingleton<GiftCardSales>()
        .AddSingleton<GiftCardPayments>()
        .AddSingleton<GiftCardCare>()
        .AddSingleton<SoldGiftCards>()
        .AddSingleton<GiftCardTransactions>()
        .AddSingleton<GiftCardReconciliation>()
        .AddSingleton<GiftCardDashboard>()
        .AddSingleton<DemoGiftCards>()
        .AddSingleton<DemoMembers>()
        .AddSingleton<DemoWallets>()
        .AddSingleton<DemoGifts>()
        .AddSingleton<DemoJobs>()
        .AddSingleton<DataGenerator>()
        .AddSingleton<GiftCardExpiry>()
        .AddSingleton<GiftCardRefunds>()
        .AddSingleton<GiftCardAdjustments>()
        .AddSingleton<ApprovalHandler>(services => services.GetRequiredService<GiftCardRefunds>())
        .AddSingleton<MemberProfiles>()
        .AddSingleton<MemberLookups>()
        .AddSingleton<Consents>()
        .AddSingleton<MemberDirectory>()
        .AddSingleton<MemberPages>()
        .AddSingleton<MemberTimeline>()
        .AddSingleton<Suppressions>()
        .AddSingleton<MemberMerges>()
        .AddSingleton<MemberErasure>()
        .AddSingleton<ExportSource, MemberExport>()
        .AddImport<MemberImports, MemberImport>()
        .AddImport<ConsentImports, ConsentImport>()
        .AddSingleton<ImportTools>()
        .AddSingleton<ImportWork>()
        .AddSingleton<BackgroundWork>(services => services.GetRequiredService<ImportWork>())
        .AddImport<GiftCardImports, GiftCardImport>()
        .AddImport<OrderImports, OrderImport>()
        .AddImport<ProductImports, ProductImport>()
        .AddSingleton<ApprovalHandler>(services => services.GetRequiredService<GiftCardAdjustments>())
        .AddSingleton<ApprovalHandler, GiftCardImportApprovals>()
        .AddSingleton(new ExportSettings(Path.Combine(Path.GetTempPath(), "loyalty-exports")))
        .AddSingleton<ReconciliationSheet>()
        .AddSingleton<ExportSource, SoldGiftCardExport>()
        .AddSingleton<ExportSource, GiftCardTransactionExport>()
        .AddSingleton<ExportSource, RollForwardExport>()
        .AddSingleton<ExportSource, InterStoreExport>()
        .AddSingleton<MemberDashboard>()
        .AddSingleton<ExportSource, MemberDashboardExport>()
        .AddSingleton<ExportWork>()
        .AddSingleton<Exports.Exports>()
        .AddSingleton<BackgroundWork>(services => services.GetRequiredService<ExportWork>())
        .AddSingleton<ApprovalHandler, NumberExportApprovals>()
        .AddSingleton<Approvals>();

    /// <summary>A kind of import: its service for pages and its definition.</summary>
    private static IServiceCollection AddImport<TService, TDefinition>(this IServiceCollection services) where TService : ImportFlow where TDefinition : ImportDefinition => services
        .AddSingleton<TService>()
        .AddSingleton<ImportFlow>(provider => provider.GetRequiredService<TService>())
        .AddSingleton<ImportDefinition, TDefinition>();
}
