using System.Data.Common;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Agreements;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Tags;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Wallets;
using LoyaltyAdmin.Tests.Ledger;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Data;

/// <summary>What is written once stays: refused by the product first, and by the database to whoever goes past the product.</summary>
public abstract class AppendOnlyTests(DatabaseKind kind) : LedgerTest(kind)
{
    public static readonly string[] TableNames = ["LedgerTransactions", "LedgerEntries", "LedgerCheckRuns", "AuditEntries", "AuditSeals", "AgreementVersions", "AgreementAcceptances", "GiftCardTerms", "MemberMerges", "ConsentEvents", "TierChanges", "TagChanges", "MessageTemplateVersions", "CouponTerms", "CouponRedemptions", "LedgerLotMovements", "WalletTopUps"];

    public static TheoryData<string> Tables => [.. TableNames];

    public sealed class OnSqlite() : AppendOnlyTests(DatabaseKind.Sqlite)
    {
        [Theory]
        [MemberData(nameof(Tables))]
        public async Task Replacing_a_row_is_refused(string table)
        {
            await FillAsync();

            (await RefusalAsync($"INSERT OR REPLACE INTO \"{table}\" SELECT * FROM \"{table}\"")).ShouldContain("append-only");
            (await RefusalAsync($"REPLACE INTO \"{table}\" SELECT * FROM \"{table}\"")).ShouldContain("append-only");
        }

        [Fact]
        public async Task Replacing_a_transaction_by_its_key_is_refused()
        {
            await FillAsync();

            (await RefusalAsync(
                """
                INSERT OR REPLACE INTO "LedgerTransactions" ("Type", "AccountKind", "AccountId", "Currency", "Amount", "BalanceAfter", "HomeStoreId", "StoreId", "Channel", "BusinessDay", "At", "Source", "IdempotencyKey", "RequestHash", "ActorKey", "ActorName")
                SELECT "Type", "AccountKind", "AccountId", "Currency", 0, "BalanceAfter", "HomeStoreId", "StoreId", "Channel", "BusinessDay", "At", "Source", "IdempotencyKey", "RequestHash", "ActorKey", "ActorName" FROM "LedgerTransactions"
                """)).ShouldContain("append-only");
        }
    }

    public sealed class OnPostgreSql() : AppendOnlyTests(DatabaseKind.PostgreSql)
    {
        [Theory]
        [MemberData(nameof(Tables))]
        public async Task Truncating_a_table_is_refused(string table)
        {
            await FillAsync();

            (await RefusalAsync($"TRUNCATE \"{table}\" CASCADE")).ShouldContain("append-only");
        }
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task Changing_a_row_is_refused(string table)
    {
        await FillAsync();

        (await RefusalAsync($"UPDATE \"{table}\" SET \"Id\" = \"Id\"")).ShouldContain("append-only");
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task Deleting_a_row_is_refused(string table)
    {
        await FillAsync();

        (await RefusalAsync($"DELETE FROM \"{table}\"")).ShouldContain("append-only");
    }

    [Fact]
    public async Task The_product_refuses_before_the_database_does()
    {
        await FillAsync();

        (await Should.ThrowAsync<InvalidOperationException>(() => Db.Database.WriteAsync(Actor.System, async db => db.Remove(await db.LedgerTransactions.FirstAsync())))).Message.ShouldContain("append-only");
        (await Should.ThrowAsync<InvalidOperationException>(() => Db.Database.WriteAsync(Actor.System, async db => db.Update(await db.AuditEntries.FirstAsync())))).Message.ShouldContain("append-only");
    }

    [Fact]
    public async Task Every_append_only_type_is_tested_here()
    {
        await using var db = await Db.ReadAsync();

        db.Model.GetEntityTypes().Where(type => typeof(IAppendOnly).IsAssignableFrom(type.ClrType)).Select(type => type.GetTableName()!).Order()
            .ShouldBe(TableNames.Order());
    }

    protected async Task<string> RefusalAsync(string sql)
    {
        await using var db = await Db.ReadAsync();
        return (await Should.ThrowAsync<DbException>(() => db.Database.ExecuteSqlRawAsync(sql))).Message;
    }

    /// <summary>One row at least in every table.</summary>
    protected async Task FillAsync()
    {
        await A.GiftCard().Holding(100m).SaveToAsync(Db);
        await Db.Get<LedgerInvariants>().RunAsync(Actor.System);
        var agreement = new Agreement { Title = "Terms", Kind = AgreementKind.GiftCardTerms };
        await Db.AddAsync(new AuditSeal { Id = 1, FirstId = 1, Count = 1, Hash = "x", SealedAt = Clock.Now }, agreement);
        await Db.AddAsync(new AgreementVersion { AgreementId = agreement.Id, Number = 1, Body = "x", PublishedAt = Clock.Now, PublishedBy = "x" });
        var member = await A.Member().SaveToAsync(Db);
        var (plan, tiers) = await A.CardPlan().SaveToAsync(Db);
        var card = new LoyaltyCard
        {
            MemberId = member.Id,
            PlanId = plan.Id,
            Number = MemberNumbers.NewCard(),
            TierId = tiers[0].Id,
            EarnedTierId = tiers[0].Id,
            TierSince = member.RegisteredOn,
            PeriodStart = member.RegisteredOn,
            PeriodEnd = member.RegisteredOn.AddYears(1),
            IssuedAt = Clock.Now,
            IssuedOn = member.RegisteredOn,
        };
        await Db.AddAsync(card);
        await Db.AddAsync(
            new MemberMerge { FromId = member.Id, IntoId = member.Id, Orders = 0, Cards = 0, Reason = "x", ActorKey = "x", ActorName = "x", At = Clock.Now },
            new ConsentEvent { MemberId = member.Id, Channel = ConsentChannel.Email, Purpose = ConsentPurpose.Marketing, Status = ConsentStatus.Granted, At = Clock.Now, RecordedAt = Clock.Now, Source = ConsentSource.Staff, ActorKey = "x", ActorName = "x" },
            new TierChange { CardId = card.Id, MemberId = member.Id, ToTierId = tiers[0].Id, Reason = TierChangeReason.Issued, ActorName = "x", At = Clock.Now },
            new LedgerLotMovement { TransactionId = 1_000, LotId = 1_000, Amount = 1 },
            new WalletTopUp { AccountId = 1_000, MemberId = member.Id, TransactionId = 1_000, Source = "counter", Principal = 1, Bonus = 0, Paid = 1, StoreId = 1, Channel = Channel.Pos, At = Clock.Now },
            new TagChange { MemberId = member.Id, TagId = 1, Source = TagSource.Manual, Given = true, ActorName = "x", At = Clock.Now });
        await Db.AddAsync(new AgreementAcceptance { MemberId = member.Id, AgreementId = agreement.Id, VersionNumber = 1, At = Clock.Now, RecordedAt = Clock.Now, Source = AcceptanceSource.Counter, ActorKey = "x", ActorName = "x" });
        var template = new MessageTemplate { Scenario = MessageScenario.TierChange, Channel = ConsentChannel.Email, Language = "en", Number = 1 };
        await Db.AddAsync(template);
        await Db.AddAsync(new MessageTemplateVersion { TemplateId = template.Id, Number = 1, Body = "x", CreatedAt = Clock.Now, ActorName = "x" });
        await A.Coupon().Redeemed(member, Db);
        foreach (var table in TableNames)
        {
            (await Db.ReadAsync(db => db.Database.SqlQueryRaw<long>($"SELECT \"Id\" AS \"Value\" FROM \"{table}\"").Take(1).ToListAsync())).ShouldNotBeEmpty();
        }
    }
}
