using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Tags;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Orders;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Members;

/// <summary>Merging duplicates and erasing people: everything moves or goes, and sums stay.</summary>
public abstract class MemberMergesTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private Actor admin = null!;
    private Actor shop = null!;
    private Store store = null!;
    private Member into = null!;
    private Member from = null!;

    public sealed class OnSqlite() : MemberMergesTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : MemberMergesTests(DatabaseKind.PostgreSql);

    private MemberMerges Merges => Db.Get<MemberMerges>();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        store = await A.Store().SaveToAsync(Db);
        admin = await A.StaffUser().With(Permission.MembersRead, Permission.MembersEdit, Permission.MembersErase, Permission.MembersReveal, Permission.OrdersRead).SaveToAsync(Db);
        shop = await A.ApiClient().With(ApiScope.OrdersWrite, ApiScope.MembersRead).SaveToAsync(Db);
        into = await A.Member().Where(m => (m.FullName, m.Phone) = ("Jane Miller", "+12125550100")).SaveToAsync(Db);
        from = await A.Member().Where(m => (m.FullName, m.Phone, m.Email, m.BirthDate) = ("J. Miller", "+12125550199", "jane@example.com", new DateOnly(1985, 4, 23))).SaveToAsync(Db);
    }

    [Fact]
    public async Task Orders_tags_consents_and_attributes_move_and_the_summary_adds_up()
    {
        await BuyAsync(into, "1", 30);
        await BuyAsync(from, "2", 50);
        await BuyAsync(from, "3", 20);
        var tag = new Tag { Name = "VIP", Kind = TagKind.Manual, CreatedAt = Clock.Now };
        await Db.AddAsync(tag);
        await Db.AddAsync(
            new MemberTag { MemberId = into.Id, TagId = tag.Id, Source = TagSource.Manual, Since = Clock.Now, ActorName = "x" },
            new MemberTag { MemberId = from.Id, TagId = tag.Id, Source = TagSource.Manual, Since = Clock.Now, ActorName = "x" },
            new MemberTag { MemberId = from.Id, TagId = tag.Id, Source = TagSource.Computed, Since = Clock.Now, ActorName = "x" },
            new MemberAttribute { MemberId = into.Id, Name = "Size", Value = "42" },
            new MemberAttribute { MemberId = from.Id, Name = "Size", Value = "43" },
            new MemberAttribute { MemberId = from.Id, Name = "Colour", Value = "Red" });
        var consents = Db.Get<Consents>();
        await consents.RecordAsync(admin, into.Id, Said(ConsentStatus.Granted, -5));
        await consents.RecordAsync(admin, from.Id, Said(ConsentStatus.Withdrawn, -2));

        var preview = await Merges.PreviewAsync(admin, into.Id, "jane@example.com");
        (preview.Orders, preview.Revenue, preview.Tags, preview.Consents, preview.Attributes).ShouldBe((2, 70m, 2, 1, 2));
        preview.Fills.ShouldBe(["E-mail", "Birthday"]);
        await Merges.MergeAsync(admin, into.Id, from.Id, "Registered twice");

        var summary = await Db.ReadAsync(db => db.PurchaseSummaries.SingleAsync());
        (summary.MemberId, summary.OrderCount, summary.Revenue).ShouldBe((into.Id, 3, 100m));
        (await Db.ReadAsync(db => db.MemberTags.Where(t => t.MemberId == into.Id).CountAsync())).ShouldBe(2);
        (await Db.ReadAsync(db => db.MemberAttributes.OrderBy(a => a.Name).Select(a => a.Name + a.Value).ToListAsync())).ShouldBe(["ColourRed", "Size42"]);
        (await consents.StatesAsync(admin, into.Id)).Single(s => s is { Channel: ConsentChannel.Email, Purpose: ConsentPurpose.Marketing }).Status.ShouldBe(ConsentStatus.Withdrawn);
        (await consents.HistoryAsync(admin, into.Id, new PageRequest())).Rows.Count.ShouldBe(2);
        (await Db.Get<PurchaseRecount>().RunAsync()).WrongMembers.ShouldBe(0);
    }

    [Fact]
    public async Task The_duplicate_gives_up_phone_and_email_and_its_number_leads_to_the_survivor()
    {
        await Merges.MergeAsync(admin, into.Id, from.Id, "Registered twice");

        var (left, kept) = (await MemberAsync(from.Id), await MemberAsync(into.Id));
        (left.Status, left.MergedIntoId, left.Phone, left.Email, left.FullName).ShouldBe((MemberStatus.Merged, into.Id, null, null, null));
        (kept.FullName, kept.Phone, kept.Email, kept.BirthDate).ShouldBe(("Jane Miller", "+12125550100", "jane@example.com", new DateOnly(1985, 4, 23)));
        var lookups = Db.Get<MemberLookups>();
        (await lookups.GetAsync(shop, from.Number)).Number.ShouldBe(into.Number);
        (await lookups.FindAsync(shop, new MemberSought(Email: "JANE@example.com")))!.Number.ShouldBe(into.Number);
        (await lookups.FindAsync(shop, new MemberSought(Phone: "+12125550199"))).ShouldBeNull();
        var directory = Db.Get<MemberDirectory>();
        (await directory.ListAsync(admin, new MemberFilter { Text = from.Number }, new PageRequest())).Rows.ShouldHaveSingleItem().Id.ShouldBe(into.Id);
        await Should.ThrowAsync<NotFoundException>(() => Db.Get<MemberPages>().DetailAsync(admin, from.Id));
    }

    [Fact]
    public async Task A_chain_of_merges_leads_to_the_last_survivor_in_one_step()
    {
        var last = await A.Member().SaveToAsync(Db);
        await Merges.MergeAsync(admin, into.Id, from.Id, "Twice");
        await Merges.MergeAsync(admin, last.Id, into.Id, "Thrice");

        (await Db.Get<MemberLookups>().GetAsync(shop, from.Number)).Number.ShouldBe(last.Number);
        (await MemberAsync(last.Id)).Phone.ShouldBe("+12125550100");
    }

    [Fact]
    public async Task Of_two_cards_of_one_plan_the_higher_tier_stays()
    {
        var (plan, tiers) = await A.CardPlan().SaveToAsync(Db);
        var (other, otherTiers) = await A.CardPlan().SaveToAsync(Db);
        await Db.AddAsync(Card(into, plan, tiers[0], "C-1"), Card(from, plan, tiers[2], "C-2"), Card(from, other, otherTiers[1], "C-3"));
        await BuyAsync(from, "1", 1_200);

        (await Merges.PreviewAsync(admin, into.Id, from.Number)).SamePlans.ShouldBe([plan.Name]);
        await Merges.MergeAsync(admin, into.Id, from.Id, "Twice");

        var cards = await Db.ReadAsync(db => db.LoyaltyCards.OrderBy(c => c.Number).ToListAsync());
        cards.Select(c => (c.Number, c.MemberId, c.Status)).ShouldBe([("C-1", into.Id, LoyaltyCardStatus.Active), ("C-2", from.Id, LoyaltyCardStatus.Cancelled), ("C-3", into.Id, LoyaltyCardStatus.Active)]);
        cards[0].TierId.ShouldBe(tiers[2].Id);
        (await Db.ReadAsync(db => db.TierChanges.CountAsync(c => c.Reason == TierChangeReason.Merge && c.ToTierId == tiers[2].Id))).ShouldBe(1);
        (await Db.Get<MemberLookups>().FindAsync(shop, new MemberSought(Card: "C-2")))!.Number.ShouldBe(into.Number);
    }

    [Fact]
    public async Task The_member_itself_and_unknown_ones_are_refused()
    {
        (await Should.ThrowAsync<RuleViolationException>(() => Merges.PreviewAsync(admin, into.Id, into.Number))).Code.ShouldBe("same_member");
        (await Should.ThrowAsync<RuleViolationException>(() => Merges.PreviewAsync(admin, into.Id, "nobody"))).Code.ShouldBe("not_found");
        await Should.ThrowAsync<InvalidInputException>(() => Merges.MergeAsync(admin, into.Id, from.Id, " "));
    }

    [Fact]
    public async Task A_merge_undoes_no_freeze()
    {
        await Db.Database.WriteAsync(Actor.System, db => db.Members.Where(m => m.Id == from.Id).ExecuteUpdateAsync(set => set.SetProperty(m => m.Status, MemberStatus.Frozen)));

        (await Should.ThrowAsync<RuleViolationException>(() => Merges.PreviewAsync(admin, into.Id, from.Number))).Code.ShouldBe("member_frozen");
        (await Should.ThrowAsync<RuleViolationException>(() => Merges.MergeAsync(admin, into.Id, from.Id, "Twice"))).Code.ShouldBe("member_frozen");

        await Merges.MergeAsync(admin, from.Id, into.Id, "Twice");
        (await Db.ReadAsync(db => db.Members.Where(m => m.Id == from.Id).Select(m => m.Status).SingleAsync())).ShouldBe(MemberStatus.Frozen);
    }

    [Fact]
    public async Task Same_name_and_birthday_are_shown_as_duplicates()
    {
        await A.Member().Where(m => (m.FullName, m.BirthDate) = ("j. MILLER", new DateOnly(1985, 4, 23))).SaveToAsync(Db);
        await A.Member().Where(m => (m.FullName, m.BirthDate) = ("J. Miller", new DateOnly(1985, 4, 24))).SaveToAsync(Db);

        var pair = (await Merges.DuplicatesAsync(admin)).ShouldHaveSingleItem();

        pair.FirstId.ShouldBe(from.Id);
    }

    [Fact]
    public async Task Erasing_removes_the_person_and_keeps_what_sums()
    {
        await BuyAsync(from, "1", 50);
        await Db.Get<Consents>().RecordAsync(admin, from.Id, Said(ConsentStatus.Granted, -1) with { IpAddress = "203.0.113.9" });
        await Db.AddAsync(new MemberAttribute { MemberId = from.Id, Name = "Size", Value = "43" });
        var gift = await A.GiftCard().Holding(50).SaveToAsync(Db);
        await Db.Database.WriteAsync(Actor.System, async db =>
        {
            var bought = await db.GiftCards.SingleAsync(c => c.Id == gift.Id);
            (bought.BuyerName, bought.BuyerPhone) = ("J. Miller", from.Phone);
            bought.SetSearchText();
        });
        var erasure = Db.Get<MemberErasure>();

        (await Should.ThrowAsync<RuleViolationException>(() => erasure.EraseAsync(admin, from.Id, "wrong", "Asked"))).Code.ShouldBe("number_differs");
        await erasure.EraseAsync(admin, from.Id, from.Number, "Asked for it");

        var member = await MemberAsync(from.Id);
        (member.Status, member.FullName, member.Phone, member.Email, member.BirthDate, member.SearchText).ShouldBe((MemberStatus.Erased, null, null, null, null, from.Number.ToLowerInvariant()));
        (await Db.ReadAsync(db => db.MemberAttributes.AnyAsync())).ShouldBeFalse();
        (await Db.ReadAsync(db => db.ConsentEvidence.AnyAsync())).ShouldBeFalse();
        (await Db.ReadAsync(db => db.MemberConsents.AnyAsync())).ShouldBeFalse();
        (await Db.ReadAsync(db => db.ConsentEvents.CountAsync(e => e.MemberId == from.Id))).ShouldBe(1);
        (await Db.ReadAsync(db => db.PurchaseSummaries.SingleAsync())).Revenue.ShouldBe(50);
        var card = await Db.ReadAsync(db => db.GiftCards.SingleAsync(c => c.Id == gift.Id));
        (card.BuyerName, card.BuyerPhone).ShouldBe((null, null));
        (await Db.ReadAsync(db => db.LedgerAccounts.Where(a => a.Id == card.AccountId).Select(a => a.Balance).SingleAsync())).ShouldBe(5000);
        (await Db.Get<MemberDirectory>().ListAsync(admin, new MemberFilter { Text = "Miller" }, new PageRequest())).Rows.ShouldHaveSingleItem().Id.ShouldBe(into.Id);
        (await Should.ThrowAsync<RuleViolationException>(() => Db.Get<MemberProfiles>().FormAsync(admin, from.Id))).Code.ShouldBe("not_editable");
    }

    [Fact]
    public async Task The_timeline_shows_everything_once_in_its_order_page_by_page()
    {
        await BuyAsync(from, "1", 50);
        await BuyAsync(into, "2", 20);
        for (var i = 0; i < 5; i++)
        {
            await Db.Get<Consents>().RecordAsync(admin, into.Id, Said(i % 2 == 0 ? ConsentStatus.Granted : ConsentStatus.Withdrawn, -3));
        }

        await Merges.MergeAsync(admin, into.Id, from.Id, "Twice");
        var timeline = Db.Get<MemberTimeline>();
        var whole = (await timeline.ListAsync(admin, into.Id, size: 100)).Rows;
        var paged = new List<TimelineEvent>();
        string? before = null;
        do
        {
            var page = await timeline.ListAsync(admin, into.Id, before, size: 2);
            paged.AddRange(page.Rows);
            before = page.Next;
        }
        while (before is not null);

        paged.ShouldBe(whole);
        whole.Select(e => e.At).ShouldBeInOrder(SortDirection.Descending);
        whole.Count(e => e.Kind == TimelineKind.Order).ShouldBe(2);
        whole.ShouldContain(e => e.Kind == TimelineKind.Record && e.Text == "Member.Merge");
    }

    private ConsentStatement Said(ConsentStatus status, int days) => new() { Channel = ConsentChannel.Email, Status = status, At = Clock.Now.AddDays(days) };

    private LoyaltyCard Card(Member member, CardPlan plan, CardTier tier, string number)
    {
        var since = DateOnly.FromDateTime(Clock.Now.UtcDateTime).AddDays(-60);

        return new LoyaltyCard
        {
            MemberId = member.Id,
            PlanId = plan.Id,
            Number = number,
            TierId = tier.Id,
            EarnedTierId = tier.Id,
            TierSince = since,
            PeriodStart = since,
            PeriodEnd = since.AddYears(1),
            IssuedAt = Clock.Now.AddDays(-60),
            IssuedOn = since,
        };
    }

    private Task BuyAsync(Member member, string number, decimal amount) => Db.Get<OrderIngest>().PutAsync(shop, Purchases.Of(store, amount, number, member.Number));

    private Task<Member> MemberAsync(long id) => Db.ReadAsync(db => db.Members.SingleAsync(m => m.Id == id));
}
