using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Agreements;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.MemberPortal;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.MemberPortal;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Agreements;

/// <summary>Who accepted which version, once and for good.</summary>
public abstract class AgreementAcceptancesTests(DatabaseKind kind) : PortalTest(kind)
{
    private AgreementAcceptances Acceptances => Db.Get<AgreementAcceptances>();

    public sealed class OnSqlite() : AgreementAcceptancesTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : AgreementAcceptancesTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task The_member_accepts_what_was_shown_and_is_asked_again_when_a_newer_version_exists()
    {
        var id = await PublishAsync(AgreementKind.TermsOfUse, "One");
        (await OnlyAsync()).IsAsked.ShouldBeTrue();
        await Acceptances.AcceptAsync(Self, id, 1);

        var accepted = await OnlyAsync();
        (accepted.IsAsked, accepted.Accepted, accepted.AcceptedAt, accepted.Source, accepted.HasEvidence).ShouldBe((false, 1, Clock.Now, AcceptanceSource.MemberPage, true));

        await PublishAsync(AgreementKind.TermsOfUse, "Two", id);
        (await OnlyAsync()).IsAsked.ShouldBeTrue();
        (await Should.ThrowAsync<RuleViolationException>(() => Acceptances.AcceptAsync(Self, id, 1))).Code.ShouldBe("newer_version");
        (await Db.Get<PortalHome>().AgreementAsync(Self, id)).Body.ShouldBe("Two");
        await Acceptances.AcceptAsync(Self, id, 2);
        (await Acceptances.CountsAsync(Staff, id)).ShouldBe([new AcceptanceCount(2, 1), new AcceptanceCount(1, 1)]);
    }

    [Fact]
    public async Task Accepted_many_times_at_once_is_accepted_once_and_the_first_time_counts()
    {
        var id = await PublishAsync(AgreementKind.PrivacyPolicy, "One");

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Acceptances.AcceptAsync(Self, id, 1)));
        Clock.Advance(TimeSpan.FromDays(1));
        await Acceptances.RecordAsync(Staff, Member.Id, id);

        var row = await Db.ReadAsync(db => db.AgreementAcceptances.SingleAsync());
        (row.Source, row.At).ShouldBe((AcceptanceSource.MemberPage, Clock.Now.AddDays(-1)));
    }

    [Fact]
    public async Task A_shop_tells_of_an_acceptance_once_but_cannot_speak_for_the_members_page()
    {
        var id = await PublishAsync(AgreementKind.TopUpAgreement, "One");
        (await OnlyAsync()).IsAsked.ShouldBeFalse();
        var key = await A.ApiClient().With(ApiScope.ConsentsWrite).SaveToAsync(Db);
        var wish = new AcceptanceWish { AgreementId = id, Source = AcceptanceSource.Online, IpAddress = "203.0.113.7" };
        Task<AcceptedAgreement> Tell(AcceptanceWish w, string k) => Acceptances.RecordOnceAsync(key, Member.Number, w, Operation.For(key, k, w.Source));

        (await Tell(wish, "1")).ShouldBe(await Tell(wish, "1"));
        (await Tell(wish, "2")).At.ShouldBe(Clock.Now);
        (await OnlyAsync()).ActorName.ShouldBe(key.Name);
        await Should.ThrowAsync<InvalidInputException>(() => Tell(wish with { Source = AcceptanceSource.MemberPage }, "3"));
        (await Should.ThrowAsync<RuleViolationException>(() => Tell(wish with { Version = 2 }, "4"))).Code.ShouldBe("unknown_version");
        (await Db.ReadAsync(db => db.AgreementAcceptances.CountAsync())).ShouldBe(1);
    }

    [Fact]
    public async Task Questions_and_answers_are_accepted_by_nobody()
    {
        var id = await PublishAsync(AgreementKind.Faq, "Why?");

        (await OnlyAsync()).IsAsked.ShouldBeFalse();
        (await Should.ThrowAsync<RuleViolationException>(() => Acceptances.AcceptAsync(Self, id, 1))).Code.ShouldBe("nothing_to_accept");
    }

    [Fact]
    public async Task A_merge_brings_acceptances_along_and_an_erasure_leaves_them_without_the_address()
    {
        var id = await PublishAsync(AgreementKind.TermsOfUse, "One");
        await Acceptances.AcceptAsync(Self, id, 1);
        var survivor = await A.Member().SaveToAsync(Db);
        await Db.Get<MemberMerges>().MergeAsync(Staff, survivor.Id, Member.Id, "Same person");

        (await Acceptances.OfMemberAsync(Staff, survivor.Id)).ShouldHaveSingleItem().IsCurrent.ShouldBeTrue();
        await Acceptances.RecordAsync(Staff, survivor.Id, id);
        (await Acceptances.CountsAsync(Staff, id)).ShouldBe([new AcceptanceCount(1, 1)]);

        await Db.Get<MemberErasure>().EraseAsync(Staff, survivor.Id, survivor.Number, "Asked for");
        (await Db.ReadAsync(db => db.AcceptanceEvidence.CountAsync())).ShouldBe(0);
        (await Db.ReadAsync(db => db.AgreementAcceptances.CountAsync())).ShouldBe(1);
    }

    private async Task<AgreementStanding> OnlyAsync() => (await Acceptances.OfMemberAsync(Staff, Member.Id)).ShouldHaveSingleItem();

    private async Task<long> PublishAsync(AgreementKind kind, string body, long? id = null)
    {
        var agreements = Db.Get<AgreementService>();
        var form = id is { } known ? await agreements.FormAsync(Staff, known) : new AgreementForm { Kind = kind, Title = "Text" };
        form.Body = body;

        return await agreements.SaveAsync(Staff, form);
    }
}
