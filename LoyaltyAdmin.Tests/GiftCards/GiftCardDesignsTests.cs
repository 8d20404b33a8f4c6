using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Images;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Images;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.GiftCards;

public abstract class GiftCardDesignsTests(DatabaseKind kind) : DatabaseTest(kind)
{
    public sealed class OnSqlite() : GiftCardDesignsTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : GiftCardDesignsTests(DatabaseKind.PostgreSql);

    private GiftCardDesigns Designs => Db.Get<GiftCardDesigns>();

    [Fact]
    public async Task The_library_has_at_least_six_faces_and_is_stored_once()
    {
        var manager = await A.StaffUser().With(Permission.PlansRead).SaveToAsync(Db);

        var first = await Designs.ListAsync(manager);
        var second = await Designs.ListAsync(manager);

        first.Count(d => d.LibraryKey is not null).ShouldBeGreaterThanOrEqualTo(6);
        second.ShouldBe(first);
        (await Db.ReadAsync(db => db.GiftCardDesigns.CountAsync())).ShouldBe(first.Count);
    }

    [Fact]
    public async Task An_uploaded_image_is_served_rebuilt_under_a_token()
    {
        var manager = await A.StaffUser().With(Permission.PlansRead, Permission.PlansEdit, Permission.GiftCardsRead).SaveToAsync(Db);

        var design = await Designs.UploadAsync(manager, "Moon cake.png", ImageFiles.Png(before: [ImageFiles.SecretChunk("eXIf")]));
        var (bytes, type) = await Designs.ImageAsync(manager, design.ImageToken!);

        (design.Name, type).ShouldBe(("Moon cake", "image/png"));
        System.Text.Encoding.Latin1.GetString(bytes).ShouldNotContain("GPS");
        (await Designs.ListAsync(manager)).ShouldContain(d => d.Id == design.Id && d.ImageToken == design.ImageToken);
    }

    [Fact]
    public async Task A_token_cannot_be_counted_up()
    {
        var manager = await A.StaffUser().With(Permission.PlansEdit, Permission.GiftCardsRead).SaveToAsync(Db);
        var one = await Designs.UploadAsync(manager, "a.png", ImageFiles.Png());
        var two = await Designs.UploadAsync(manager, "b.png", ImageFiles.Png());
        var forged = $"{two.Id}-{one.ImageToken![(one.ImageToken!.IndexOf('-', StringComparison.Ordinal) + 1)..]}";

        await Should.ThrowAsync<NotFoundException>(() => Designs.ImageAsync(manager, forged));
        await Should.ThrowAsync<NotFoundException>(() => Designs.ImageAsync(manager, "x"));
    }

    [Fact]
    public async Task Nothing_but_pictures_is_stored()
    {
        var manager = await A.StaffUser().With(Permission.PlansEdit).SaveToAsync(Db);

        await Should.ThrowAsync<ImageNotAcceptedException>(() => Designs.UploadAsync(manager, "x.png", "<svg/>"u8.ToArray()));

        (await Db.ReadAsync(db => db.GiftCardDesigns.CountAsync())).ShouldBe(0);
    }

    [Fact]
    public async Task Uploading_needs_the_right_to_edit_plans()
    {
        var reader = await A.StaffUser().With(Permission.PlansRead).SaveToAsync(Db);

        await Should.ThrowAsync<AccessDeniedException>(() => Designs.UploadAsync(reader, "x.png", ImageFiles.Png()));
    }
}
