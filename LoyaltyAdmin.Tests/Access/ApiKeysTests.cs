using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Access;

public abstract class ApiKeysTests(DatabaseKind kind) : DatabaseTest(kind)
{
    public sealed class OnSqlite() : ApiKeysTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : ApiKeysTests(DatabaseKind.PostgreSql);

    private Actor administrator = Actor.System;
    private Actor client = Actor.System;

    private ApiKeys Keys => Db.Get<ApiKeys>();

    private ApiCallers Callers => Db.Get<ApiCallers>();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        administrator = await A.StaffUser().With(Permission.ApiClientsManage).SaveToAsync(Db);
        client = await A.ApiClient().With(ApiScope.GiftCardsRedeem).SaveToAsync(Db);
    }

    [Fact]
    public async Task A_key_is_shown_once_and_names_its_client()
    {
        var created = await Keys.CreateAsync(administrator, client.Id);

        created.Key.ShouldStartWith($"lk_live_{created.KeyId}_");
        (await Callers.FindAsync(created.Key))!.Actor.Key.ShouldBe(client.Key);
        (await Callers.FindAsync(created.Key))!.SigningSecret.ShouldBe(created.SigningSecret);
        var stored = await Db.ReadAsync(db => db.ApiKeys.SingleAsync());
        Convert.ToHexString(stored.Hash).ShouldNotContain(created.Key);
        var trail = await Db.ReadAsync(db => db.AuditEntries.SingleAsync(e => e.Action == "ApiKey.Create"));
        trail.ActorKey.ShouldBe(administrator.Key);
        trail.After!.ShouldNotContain(created.Key);
        trail.After!.ShouldNotContain(created.SigningSecret);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("lk")]
    [InlineData("lk_live__x")]
    [InlineData("sk_live_abc_def")]
    [InlineData("lk_live_nosuchkey_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task What_is_not_a_key_of_ours_is_nobody(string? key) => (await Callers.FindAsync(key)).ShouldBeNull();

    [Fact]
    public async Task A_key_with_one_character_changed_is_nobody()
    {
        var key = (await Keys.CreateAsync(administrator, client.Id)).Key;

        for (var i = 0; i < key.Length; i++)
        {
            var changed = string.Concat(key.AsSpan(0, i), key[i] == 'x' ? "y" : "x", key.AsSpan(i + 1));
            (await Callers.FindAsync(changed)).ShouldBeNull(changed);
        }
    }

    [Fact]
    public async Task A_client_has_at_most_two_live_keys()
    {
        var first = await Keys.CreateAsync(administrator, client.Id);
        await Keys.CreateAsync(administrator, client.Id);

        (await Should.ThrowAsync<RuleViolationException>(() => Keys.CreateAsync(administrator, client.Id))).Code.ShouldBe("too_many_keys");

        await Keys.RevokeAsync(administrator, (await Keys.ListAsync(administrator, client.Id)).Single(k => k.KeyId == first.KeyId).Id);
        await Keys.CreateAsync(administrator, client.Id);
    }

    [Fact]
    public async Task Of_many_keys_made_at_once_no_more_than_two_are_live()
    {
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            try
            {
                await Keys.CreateAsync(administrator, client.Id);
            }
            catch (RuleViolationException)
            {
                // Too many, or someone else was adding one.
            }
        }));

        (await Keys.ListAsync(administrator, client.Id)).Count.ShouldBeInRange(1, 2);
    }

    [Fact]
    public async Task Rotation_leaves_the_old_key_valid_for_the_overlap()
    {
        var old = await Keys.CreateAsync(administrator, client.Id);
        var fresh = await Keys.RotateAsync(administrator, (await Keys.ListAsync(administrator, client.Id)).Single().Id, TimeSpan.FromHours(24));

        (await Callers.FindAsync(old.Key)).ShouldNotBeNull();
        (await Callers.FindAsync(fresh.Key)).ShouldNotBeNull();

        Clock.Advance(TimeSpan.FromHours(24));

        (await Callers.FindAsync(old.Key)).ShouldBeNull();
        (await Callers.FindAsync(fresh.Key)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_revoked_key_is_nobody_at_once()
    {
        var key = await Keys.CreateAsync(administrator, client.Id);
        (await Callers.FindAsync(key.Key)).ShouldNotBeNull();

        await Keys.RevokeAsync(administrator, (await Keys.ListAsync(administrator, client.Id)).Single().Id);

        (await Callers.FindAsync(key.Key)).ShouldBeNull();
    }

    [Fact]
    public async Task A_key_revoked_on_another_node_is_nobody_within_five_seconds()
    {
        var key = await Keys.CreateAsync(administrator, client.Id);
        (await Callers.FindAsync(key.Key)).ShouldNotBeNull();
        await using (var node = Db.OpenAgain())
        {
            await node.Get<ApiKeys>().RevokeAsync(administrator, (await Keys.ListAsync(administrator, client.Id)).Single().Id);
        }

        Clock.Advance(TimeSpan.FromSeconds(5));

        (await Callers.FindAsync(key.Key)).ShouldBeNull();
    }

    [Fact]
    public async Task A_key_ends_with_its_expiry()
    {
        var key = await Keys.CreateAsync(administrator, client.Id, Clock.Now.AddSeconds(2));
        (await Callers.FindAsync(key.Key)).ShouldNotBeNull();

        Clock.Advance(TimeSpan.FromSeconds(2));

        (await Callers.FindAsync(key.Key)).ShouldBeNull();
        await Should.ThrowAsync<InvalidInputException>(() => Keys.CreateAsync(administrator, client.Id, Clock.Now));
    }

    [Fact]
    public async Task The_keys_of_a_disabled_client_are_nobody()
    {
        var key = await Keys.CreateAsync(administrator, client.Id);
        await Db.Database.WriteAsync(administrator, async db => (await db.ApiClients.SingleAsync(c => c.Id == client.Id)).IsEnabled = false);

        (await Callers.FindAsync(key.Key)).ShouldBeNull();
    }

    [Fact]
    public async Task Last_use_is_written_at_most_once_a_minute()
    {
        var key = await Keys.CreateAsync(administrator, client.Id);
        var first = Clock.Now;
        await Callers.FindAsync(key.Key);
        Clock.Advance(TimeSpan.FromSeconds(59));
        await Callers.FindAsync(key.Key);
        await Callers.DisposeAsync();

        (await LastUseAsync()).ShouldBe(first);

        Clock.Advance(TimeSpan.FromSeconds(1));
        await Callers.FindAsync(key.Key);
        await Callers.DisposeAsync();

        (await LastUseAsync()).ShouldBe(Clock.Now);

        async Task<DateTimeOffset?> LastUseAsync() => (await Keys.ListAsync(administrator, client.Id)).Single().LastUsedAt;
    }

    [Fact]
    public async Task Only_those_who_manage_api_clients_touch_keys()
    {
        var other = await A.StaffUser().With(Enum.GetValues<Permission>().Except([Permission.ApiClientsManage])).SaveToAsync(Db);
        await Keys.CreateAsync(administrator, client.Id);
        var id = (await Keys.ListAsync(administrator, client.Id)).Single().Id;

        foreach (var actor in new[] { other, client })
        {
            await Should.ThrowAsync<AccessDeniedException>(() => Keys.ListAsync(actor, client.Id));
            await Should.ThrowAsync<AccessDeniedException>(() => Keys.CreateAsync(actor, client.Id));
            await Should.ThrowAsync<AccessDeniedException>(() => Keys.RotateAsync(actor, id, TimeSpan.Zero));
            await Should.ThrowAsync<AccessDeniedException>(() => Keys.RevokeAsync(actor, id));
        }
    }
}
