using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Agreements;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;

namespace LoyaltyAdmin.Tests.Agreements;

public abstract class AgreementServiceTests(DatabaseKind kind) : DatabaseTest(kind)
{
    public sealed class OnSqlite() : AgreementServiceTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : AgreementServiceTests(DatabaseKind.PostgreSql);

    private AgreementService Agreements => Db.Get<AgreementService>();

    [Fact]
    public async Task A_changed_text_becomes_the_next_version_and_earlier_ones_stay()
    {
        var manager = await A.StaffUser("Maya").With(Permission.AgreementsManage).SaveToAsync(Db);
        var id = await Agreements.SaveAsync(manager, new AgreementForm { Title = "Terms", Body = "First text" });
        var form = await Agreements.FormAsync(manager, id);
        form.Body = "Second text";

        await Agreements.SaveAsync(manager, form);

        (await Agreements.VersionsAsync(manager, id)).Select(version => (version.Number, version.Body, version.PublishedBy)).ShouldBe([(2, "Second text", "Maya"), (1, "First text", "Maya")]);
        (await Agreements.ListAsync(manager, new AgreementFilter("term"), new PageRequest())).Rows.ShouldHaveSingleItem().CurrentVersion.ShouldBe(2);
    }

    [Fact]
    public async Task A_new_title_alone_publishes_no_version()
    {
        var manager = await A.StaffUser().With(Permission.AgreementsManage).SaveToAsync(Db);
        var id = await Agreements.SaveAsync(manager, new AgreementForm { Title = "Terms", Body = "Text\r\nin lines" });
        var form = await Agreements.FormAsync(manager, id);
        (form.Title, form.IsActive) = ("Gift card terms", false);

        await Agreements.SaveAsync(manager, form);

        (await Agreements.VersionsAsync(manager, id)).ShouldHaveSingleItem();
        (await Agreements.FormAsync(manager, id)).IsActive.ShouldBeFalse();
    }

    [Fact]
    public async Task A_save_over_somebody_elses_save_is_refused()
    {
        var manager = await A.StaffUser().With(Permission.AgreementsManage).SaveToAsync(Db);
        var id = await Agreements.SaveAsync(manager, new AgreementForm { Title = "Terms", Body = "Text" });
        var (mine, theirs) = (await Agreements.FormAsync(manager, id), await Agreements.FormAsync(manager, id));
        theirs.Body = "Theirs";
        await Agreements.SaveAsync(manager, theirs);

        mine.Body = "Mine";
        await Should.ThrowAsync<ConcurrentChangeException>(() => Agreements.SaveAsync(manager, mine));
    }

    [Fact]
    public async Task Title_and_text_are_required()
    {
        var manager = await A.StaffUser().With(Permission.AgreementsManage).SaveToAsync(Db);

        var refused = await Should.ThrowAsync<InvalidInputException>(() => Agreements.SaveAsync(manager, new AgreementForm()));

        refused.Errors.Select(error => error.Field).ShouldBe(["Title", "Body"], ignoreOrder: true);
    }
}
