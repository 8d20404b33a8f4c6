using System.Security.Cryptography;
using System.Text;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.MemberPortal;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.MemberPortal;

/// <summary>What members say themselves is proved, and what they see is theirs.</summary>
public abstract class PortalConsentsTests(DatabaseKind kind) : PortalTest(kind)
{
    public sealed class OnSqlite() : PortalConsentsTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : PortalConsentsTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task A_change_is_an_event_with_source_address_text_version_and_the_member_and_counts_at_once()
    {
        var consents = Db.Get<PortalConsents>();
        (await consents.ChangeAsync(Self, [new(ConsentChannel.Email, ConsentPurpose.Marketing, Was: false, Is: true), new(ConsentChannel.Sms, ConsentPurpose.Marketing, Was: false, Is: false)])).ShouldBe(1);

        var said = await Db.ReadAsync(db => db.ConsentEvents.SingleAsync());
        (said.Status, said.Source, said.TextVersion, said.ActorKey, said.At).ShouldBe((ConsentStatus.Granted, ConsentSource.MemberPage, ConsentTexts.Version, $"member:{Member.Id}", Clock.Now));
        (await Db.ReadAsync(db => db.ConsentEvidence.SingleAsync())).IpAddress.ShouldBe("203.0.113.7");
        (await Db.ReadAsync(db => db.MemberConsents.SingleAsync())).Status.ShouldBe(ConsentStatus.Granted);
        (await consents.AnswersAsync(Self)).Where(a => a.IsGranted).ShouldHaveSingleItem().Line.Channel.ShouldBe(ConsentChannel.Email);
    }

    [Fact]
    public async Task What_was_withdrawn_elsewhere_stays_withdrawn_when_an_older_form_is_sent()
    {
        var consents = Db.Get<PortalConsents>();
        await consents.ChangeAsync(Self, [new(ConsentChannel.Email, ConsentPurpose.Marketing, Was: false, Is: true)]);
        Clock.Advance(TimeSpan.FromMinutes(1));
        await Db.Get<Consents>().RecordAsync(Staff, Member.Id, new ConsentStatement { Channel = ConsentChannel.Email, Status = ConsentStatus.Withdrawn });

        (await consents.ChangeAsync(Self, [new(ConsentChannel.Email, ConsentPurpose.Marketing, Was: true, Is: true)])).ShouldBe(0);

        (await Db.ReadAsync(db => db.MemberConsents.SingleAsync())).Status.ShouldBe(ConsentStatus.Withdrawn);
    }

    [Fact]
    public async Task Gift_cards_show_only_to_who_proved_the_address_they_were_sold_to()
    {
        var card = await A.GiftCard().Holding(40).SaveToAsync(Db);
        await Db.Database.WriteAsync(Actor.System, db => db.GiftCards.Where(c => c.Id == card.Id).ExecuteUpdateAsync(set => set.SetProperty(c => c.BuyerEmail, "Ada@Example.com")));
        var cards = Db.Get<PortalGiftCards>();
        (await cards.ListAsync(Self)).ShouldBeEmpty();

        await Db.Database.WriteAsync(Actor.System, db => db.Members.Where(m => m.Id == Member.Id).ExecuteUpdateAsync(set => set.SetProperty(m => m.EmailVerifiedAt, Clock.Now)));

        var shown = (await cards.ListAsync(Self)).ShouldHaveSingleItem();
        (shown.MaskedNumber, shown.Balance).ShouldBe((GiftCard.Mask(card.LastFour), 40m));
        (await cards.DetailAsync(Self, card.Id)).Movements.Count.ShouldBe(1);
        var other = await A.Member().Where(m => (m.Email, m.EmailVerifiedAt) = ("eve@example.com", Clock.Now)).SaveToAsync(Db);
        await Should.ThrowAsync<NotFoundException>(() => cards.DetailAsync(Actor.Member(other.Id, "x"), card.Id));
    }

    [Fact]
    public async Task A_coupon_of_another_member_does_not_exist()
    {
        await A.Coupon().Redeemed(Member, Db);
        var held = (await Db.Get<PortalBalances>().CouponsAsync(Self)).ShouldHaveSingleItem();
        var other = await A.Member().SaveToAsync(Db);

        (await Db.Get<PortalBalances>().CouponAsync(Self, held.Id)).Name.ShouldBe(held.Name);
        await Should.ThrowAsync<NotFoundException>(() => Db.Get<PortalBalances>().CouponAsync(Actor.Member(other.Id, "x"), held.Id));
    }
}

public sealed class ConsentTextsTests
{
    /// <summary>Changed texts are another edition: raise <see cref="ConsentTexts.Version"/> and pin it here with the new hash.</summary>
    [Fact]
    public void The_edition_and_its_texts_go_together() =>
        (ConsentTexts.Version, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', ConsentTexts.Lines.Select(l => $"{l.Channel}|{l.Purpose}|{l.Title}|{l.Explanation}")))))[..16])
            .ShouldBe(("member-page-1", "03FD070957DDBCA6"));

    [Fact]
    public void Every_channel_can_be_withdrawn_on_the_members_page() =>
        ConsentTexts.Lines.Select(line => line.Channel).Distinct().ShouldBe(Enum.GetValues<ConsentChannel>(), ignoreOrder: true);

    [Theory]
    [InlineData("#2f5bd7", true)]
    [InlineData("#ffee00", false)]
    [InlineData("red", null)]
    public void White_must_be_readable_on_the_colour(string colour, bool? readable) =>
        (PortalSettingsService.ContrastWithWhite(colour) is { } contrast ? contrast >= 4.5 : (bool?)null).ShouldBe(readable);
}
