using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Agreements;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Coupons;
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
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Data;

/// <summary>The one model. Each provider has a sealed context of its own, only so that each has its own migrations.</summary>
public abstract class LoyaltyDbContext(DbContextOptions options) : DbContext(options)
{
    /// <summary>Who is stamped on every audited change of this context. Set by <see cref="LoyaltyDatabase"/> each time one is opened.</summary>
    public Actor Actor { get; internal set; } = Actor.System;

    public DbSet<CompanySettings> CompanySettings => Set<CompanySettings>();
    public DbSet<Store> Stores => Set<Store>();
    public DbSet<Agreement> Agreements => Set<Agreement>();
    public DbSet<AgreementVersion> AgreementVersions => Set<AgreementVersion>();
    public DbSet<AgreementAcceptance> AgreementAcceptances => Set<AgreementAcceptance>();
    public DbSet<AcceptanceEvidence> AcceptanceEvidence => Set<AcceptanceEvidence>();

    public DbSet<StaffUser> Staff => Set<StaffUser>();
    public DbSet<Role> Roles => Set<Role>();
    public DbSet<ApiClient> ApiClients => Set<ApiClient>();
    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();
    public DbSet<SecurityCounter> SecurityCounters => Set<SecurityCounter>();
    public DbSet<Approval> Approvals => Set<Approval>();
    public DbSet<ProtectionKey> ProtectionKeys => Set<ProtectionKey>();

    public DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();
    public DbSet<AuditSeal> AuditSeals => Set<AuditSeal>();

    public DbSet<LedgerAccount> LedgerAccounts => Set<LedgerAccount>();
    public DbSet<LedgerTransaction> LedgerTransactions => Set<LedgerTransaction>();
    public DbSet<LedgerEntry> LedgerEntries => Set<LedgerEntry>();
    public DbSet<LedgerCapture> LedgerCaptures => Set<LedgerCapture>();
    public DbSet<LedgerLot> LedgerLots => Set<LedgerLot>();
    public DbSet<LedgerLotMovement> LedgerLotMovements => Set<LedgerLotMovement>();
    public DbSet<LedgerCheckRun> LedgerCheckRuns => Set<LedgerCheckRun>();

    public DbSet<GiftCardPlan> GiftCardPlans => Set<GiftCardPlan>();
    public DbSet<GiftCardTerms> GiftCardTerms => Set<GiftCardTerms>();
    public DbSet<GiftCardDesign> GiftCardDesigns => Set<GiftCardDesign>();
    public DbSet<GiftCard> GiftCards => Set<GiftCard>();

    public DbSet<StoreGroup> StoreGroups => Set<StoreGroup>();
    public DbSet<StoreGroupMember> StoreGroupMembers => Set<StoreGroupMember>();

    public DbSet<Member> Members => Set<Member>();
    public DbSet<MemberAttribute> MemberAttributes => Set<MemberAttribute>();
    public DbSet<MemberMerge> MemberMerges => Set<MemberMerge>();
    public DbSet<ConsentEvent> ConsentEvents => Set<ConsentEvent>();
    public DbSet<ConsentEvidence> ConsentEvidence => Set<ConsentEvidence>();
    public DbSet<MemberConsent> MemberConsents => Set<MemberConsent>();
    public DbSet<Suppression> Suppressions => Set<Suppression>();

    public DbSet<CardPlan> CardPlans => Set<CardPlan>();
    public DbSet<CardTier> CardTiers => Set<CardTier>();
    public DbSet<LoyaltyCard> LoyaltyCards => Set<LoyaltyCard>();
    public DbSet<TierChange> TierChanges => Set<TierChange>();
    public DbSet<TierGrant> TierGrants => Set<TierGrant>();

    public DbSet<Order> Orders => Set<Order>();
    public DbSet<OrderLine> OrderLines => Set<OrderLine>();
    public DbSet<OrderRefund> OrderRefunds => Set<OrderRefund>();
    public DbSet<Product> Products => Set<Product>();
    public DbSet<ProductCategory> ProductCategories => Set<ProductCategory>();
    public DbSet<PurchaseSummary> PurchaseSummaries => Set<PurchaseSummary>();
    public DbSet<PurchaseMonth> PurchaseMonths => Set<PurchaseMonth>();

    public DbSet<Tag> Tags => Set<Tag>();
    public DbSet<MemberTag> MemberTags => Set<MemberTag>();
    public DbSet<TagChange> TagChanges => Set<TagChange>();
    public DbSet<Segment> Segments => Set<Segment>();
    public DbSet<SegmentMember> SegmentMembers => Set<SegmentMember>();
    public DbSet<SegmentSnapshot> SegmentSnapshots => Set<SegmentSnapshot>();
    public DbSet<SegmentChange> SegmentChanges => Set<SegmentChange>();

    public DbSet<Coupon> Coupons => Set<Coupon>();
    public DbSet<CouponStock> CouponStocks => Set<CouponStock>();
    public DbSet<CouponTerms> CouponTerms => Set<CouponTerms>();
    public DbSet<CouponImage> CouponImages => Set<CouponImage>();
    public DbSet<CouponPackage> CouponPackages => Set<CouponPackage>();
    public DbSet<CouponCode> CouponCodes => Set<CouponCode>();
    public DbSet<MemberCoupon> MemberCoupons => Set<MemberCoupon>();
    public DbSet<CouponRedemption> CouponRedemptions => Set<CouponRedemption>();
    public DbSet<CouponOrderUse> CouponOrderUses => Set<CouponOrderUse>();
    public DbSet<CouponIssue> CouponIssues => Set<CouponIssue>();
    public DbSet<GiftCampaign> GiftCampaigns => Set<GiftCampaign>();
    public DbSet<GiftGrant> GiftGrants => Set<GiftGrant>();
    public DbSet<GiftItem> GiftItems => Set<GiftItem>();
    public DbSet<PointSettings> PointSettings => Set<PointSettings>();
    public DbSet<OrderPoints> OrderPoints => Set<OrderPoints>();

    public DbSet<WalletSettings> WalletSettings => Set<WalletSettings>();
    public DbSet<WalletTopUp> WalletTopUps => Set<WalletTopUp>();
    public DbSet<WalletHold> WalletHolds => Set<WalletHold>();

    public DbSet<WebhookEndpoint> WebhookEndpoints => Set<WebhookEndpoint>();
    public DbSet<WebhookDelivery> WebhookDeliveries => Set<WebhookDelivery>();

    public DbSet<Message> Messages => Set<Message>();
    public DbSet<MessageSettings> MessageSettings => Set<MessageSettings>();
    public DbSet<MessageScenarioSettings> MessageScenarios => Set<MessageScenarioSettings>();
    public DbSet<MessageTemplate> MessageTemplates => Set<MessageTemplate>();
    public DbSet<MessageTemplateVersion> MessageTemplateVersions => Set<MessageTemplateVersion>();
    public DbSet<MessageChannelSettings> MessageChannels => Set<MessageChannelSettings>();
    public DbSet<MessageChannelHealth> MessageChannelHealth => Set<MessageChannelHealth>();
    public DbSet<MiniProgram> MiniPrograms => Set<MiniProgram>();
    public DbSet<MemberDevice> MemberDevices => Set<MemberDevice>();
    public DbSet<SalesChannel> SalesChannels => Set<SalesChannel>();

    public DbSet<PortalSettings> PortalSettings => Set<PortalSettings>();
    public DbSet<PortalStanding> PortalStandings => Set<PortalStanding>();
    public DbSet<PortalLink> PortalLinks => Set<PortalLink>();
    public DbSet<PortalSession> PortalSessions => Set<PortalSession>();
    public DbSet<PortalCode> PortalCodes => Set<PortalCode>();

    public DbSet<ImportJob> ImportJobs => Set<ImportJob>();
    public DbSet<ImportRow> ImportRows => Set<ImportRow>();
    public DbSet<ExportJob> ExportJobs => Set<ExportJob>();
    public DbSet<JobLease> JobLeases => Set<JobLease>();
    public DbSet<JobRun> JobRuns => Set<JobRun>();
    public DbSet<JobControl> JobControls => Set<JobControl>();
    public DbSet<JobBeat> JobBeats => Set<JobBeat>();

    /// <summary>New audited rows whose identifiers the running save is about to create.</summary>
    internal List<Microsoft.EntityFrameworkCore.ChangeTracking.EntityEntry> PendingAudit { get; } = [];

    protected override void ConfigureConventions(ModelConfigurationBuilder configuration)
    {
        configuration.Properties<Enum>().HaveConversion<string>().HaveMaxLength(40);
        configuration.Properties<string>().HaveMaxLength(400);
        configuration.Properties<DateTimeOffset>().HaveConversion<UtcConverter>();
        configuration.Properties<decimal>().HavePrecision(19, 4);
    }

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.ApplyConfigurationsFromAssembly(typeof(LoyaltyDbContext).Assembly);

        model.Entity<IdentityUserClaim<long>>().ToTable("StaffClaims");
        model.Entity<IdentityUserLogin<long>>(login =>
        {
            login.ToTable("StaffLogins");
            login.HasKey(l => new { l.LoginProvider, l.ProviderKey });
        });
        model.Entity<IdentityUserToken<long>>(token =>
        {
            token.ToTable("StaffTokens");
            token.HasKey(t => new { t.UserId, t.LoginProvider, t.Name });
            token.Property(t => t.LoginProvider).HasMaxLength(128);
            token.Property(t => t.Name).HasMaxLength(128);
            token.Property(t => t.Value).HasMaxLength(4000);
        });
    }
}
