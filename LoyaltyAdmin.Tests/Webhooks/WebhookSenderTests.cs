using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Webhooks;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Tests.Webhooks;

public abstract class WebhookSenderTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private readonly RecordingServer server = new();
    private Actor administrator = Actor.System;
    private SavedWebhook endpoint = null!;

    public sealed class OnSqlite() : WebhookSenderTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : WebhookSenderTests(DatabaseKind.PostgreSql);

    private WebhookSender Sender => Db.Get<WebhookSender>();

    private WebhookEndpoints Endpoints => Db.Get<WebhookEndpoints>();

    protected override void Configure(IServiceCollection services) => services.AddSingleton(new WebhookSettings(AllowLoopback: true));

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        administrator = await A.StaffUser().With(Permission.WebhooksManage).SaveToAsync(Db);
        endpoint = await Endpoints.SaveAsync(administrator, new WebhookEndpointForm { Name = "Shop", Url = server.Url, Events = [WebhookEvents.TierChanged] });
    }

    public override async Task DisposeAsync()
    {
        server.Dispose();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task An_event_arrives_signed_and_is_logged()
    {
        await RaiseAsync(1);

        await Sender.RunOnceAsync();

        var post = server.Posts.ShouldHaveSingleItem();
        post.Type.ShouldBe("tier.changed");
        post.Body.ShouldContain("\"member\":\"M0\"");
        post.Body.ShouldContain(post.EventId);
        WebhookSignature.IsRight(post.Signature, endpoint.Secret!, post.Body, Clock.Now, TimeSpan.FromMinutes(5)).ShouldBeTrue();
        WebhookSignature.IsRight(post.Signature, endpoint.Secret!, post.Body + " ", Clock.Now, TimeSpan.FromMinutes(5)).ShouldBeFalse();
        WebhookSignature.IsRight(post.Signature, "whsec_other", post.Body, Clock.Now, TimeSpan.FromMinutes(5)).ShouldBeFalse();
        WebhookSignature.IsRight(post.Signature, endpoint.Secret!, post.Body, Clock.Now.AddMinutes(6), TimeSpan.FromMinutes(5)).ShouldBeFalse();
        var log = (await LogAsync()).ShouldHaveSingleItem();
        (log.Status, log.Attempts, log.ResponseStatus, log.DeliveredAt).ShouldBe((WebhookDeliveryStatus.Delivered, 1, 204, Clock.Now));
    }

    [Fact]
    public async Task Only_endpoints_that_asked_are_told_and_an_undone_change_tells_nobody()
    {
        await Endpoints.SaveAsync(administrator, new WebhookEndpointForm { Name = "Other", Url = server.Url, Events = [WebhookEvents.MemberUpdated] });
        await RaiseAsync(1);
        await Should.ThrowAsync<InvalidOperationException>(() => Db.Database.WriteAsync(Actor.System, async db =>
        {
            await Db.Get<WebhookOutbox>().AddAsync(db, WebhookEvents.TierChanged, [new { member = "undone" }]);
            await db.SaveChangesAsync();

            throw new InvalidOperationException("Undone.");
        }));

        await Sender.RunOnceAsync();

        server.Posts.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_failing_endpoint_is_tried_twelve_times_ever_later_and_then_given_up_until_replayed()
    {
        server.Answer = _ => Task.FromResult(503);
        await RaiseAsync(1);

        for (var attempt = 1; attempt <= WebhookSender.MostAttempts; attempt++)
        {
            await Sender.RunOnceAsync();
            server.Posts.Count.ShouldBe(attempt);
            // Not a moment before its time.
            Clock.Advance(WebhookSender.PauseAfter(attempt) - TimeSpan.FromTicks(1));
            await Sender.RunOnceAsync();
            server.Posts.Count.ShouldBe(attempt);
            Clock.Advance(TimeSpan.FromTicks(1));
        }

        await Sender.RunOnceAsync();
        server.Posts.Count.ShouldBe(12);
        var dead = (await LogAsync()).ShouldHaveSingleItem();
        (dead.Status, dead.Attempts, dead.ResponseStatus, dead.Error).ShouldBe((WebhookDeliveryStatus.Dead, 12, 503, "The endpoint answered 503."));

        server.Answer = _ => Task.FromResult(200);
        await Endpoints.ReplayAsync(administrator, dead.Id);
        await Sender.RunOnceAsync();

        (await LogAsync())[0].Status.ShouldBe(WebhookDeliveryStatus.Delivered);
        server.Posts.Select(post => post.EventId).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_node_that_dies_while_sending_loses_nothing_and_its_event_keeps_its_identifier()
    {
        var (arrived, never) = (new TaskCompletionSource(), new TaskCompletionSource<int>());
        server.Answer = _ =>
        {
            arrived.TrySetResult();

            return never.Task;
        };
        await RaiseAsync(1);
        await using var dying = Db.OpenAgain(Configure);
        using var power = new CancellationTokenSource();
        var sending = dying.Get<WebhookSender>().RunOnceAsync(power.Token);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await power.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => sending);

        server.Answer = _ => Task.FromResult(200);
        await Sender.RunOnceAsync();
        server.Posts.Count.ShouldBe(1, "the dead node's claim still holds");
        Clock.Advance(TimeSpan.FromMinutes(2));
        await Sender.RunOnceAsync();

        server.Posts.Count.ShouldBe(2);
        server.Posts[1].EventId.ShouldBe(server.Posts[0].EventId);
        (await LogAsync())[0].Status.ShouldBe(WebhookDeliveryStatus.Delivered);
        never.SetResult(200);
    }

    [Fact]
    public async Task Two_nodes_share_the_work_and_send_nothing_twice()
    {
        await RaiseAsync(100);
        await using var other = Db.OpenAgain(Configure);

        await Task.WhenAll(Task.Run(() => Sender.RunOnceAsync()), Task.Run(() => other.Get<WebhookSender>().RunOnceAsync()));

        server.Posts.Count.ShouldBe(100);
        server.Posts.Select(post => post.EventId).Distinct().Count().ShouldBe(100);
    }

    [Fact]
    public async Task A_disabled_endpoint_gets_nothing_and_what_waited_arrives_when_it_is_enabled()
    {
        await RaiseAsync(1);
        await Endpoints.DisableAsync(administrator, endpoint.Id);
        await RaiseAsync(1);

        await Sender.RunOnceAsync();
        server.Posts.ShouldBeEmpty();
        await Endpoints.EnableAsync(administrator, endpoint.Id);
        await Sender.RunOnceAsync();

        server.Posts.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Redirects_are_not_followed()
    {
        using var inside = new RecordingServer();
        (server.Answer, server.Location) = (_ => Task.FromResult(302), inside.Url);
        await RaiseAsync(1);

        await Sender.RunOnceAsync();

        inside.Posts.ShouldBeEmpty();
        (await LogAsync())[0].Error.ShouldBe("The endpoint answered 302.");
    }

    [Fact]
    public async Task A_test_is_sent_and_a_replaced_secret_signs_from_then_on()
    {
        var secret = await Endpoints.ReplaceSecretAsync(administrator, endpoint.Id);
        var id = await Endpoints.SendTestAsync(administrator, endpoint.Id);

        await Sender.RunOnceAsync();

        var post = server.Posts.ShouldHaveSingleItem();
        (post.Type, post.EventId).ShouldBe(("test", id.ToString()));
        WebhookSignature.IsRight(post.Signature, secret, post.Body, Clock.Now, TimeSpan.FromMinutes(5)).ShouldBeTrue();
        WebhookSignature.IsRight(post.Signature, endpoint.Secret!, post.Body, Clock.Now, TimeSpan.FromMinutes(5)).ShouldBeFalse();
    }

    [Fact]
    public async Task The_log_is_searched_by_event_content_and_status()
    {
        await RaiseAsync(3);
        await Sender.RunOnceAsync();
        var all = await LogAsync();

        (await LogAsync(new(all[1].EventId.ToString()))).ShouldHaveSingleItem().Id.ShouldBe(all[1].Id);
        (await LogAsync(new("M2"))).ShouldHaveSingleItem();
        (await LogAsync(new(Status: WebhookDeliveryStatus.Pending))).ShouldBeEmpty();
        (await LogAsync(new(Type: "test"))).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_secret_is_sealed_and_the_trail_does_not_hold_it()
    {
        var stored = await Db.ReadAsync(db => db.WebhookEndpoints.SingleAsync());
        System.Text.Encoding.UTF8.GetString(stored.SealedSecret).ShouldNotContain(endpoint.Secret!);

        (await Db.ReadAsync(db => db.AuditEntries.Where(entry => entry.EntityType == nameof(WebhookEndpoint)).ToListAsync())).ShouldAllBe(entry => entry.After == null || !entry.After.Contains("whsec_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Deliveries_are_forgotten_after_thirty_days_unless_they_still_wait()
    {
        await RaiseAsync(1);
        await Sender.RunOnceAsync();
        server.Answer = _ => Task.FromResult(500);
        await RaiseAsync(1);
        await Sender.RunOnceAsync();

        Clock.Advance(TimeSpan.FromDays(31));
        (await Sender.CleanUpAsync()).ShouldBe(1);

        (await LogAsync()).ShouldHaveSingleItem().Status.ShouldBe(WebhookDeliveryStatus.Pending);
    }

    private Task RaiseAsync(int count) => Db.Database.WriteAsync(Actor.System, db =>
        Db.Get<WebhookOutbox>().AddAsync(db, WebhookEvents.TierChanged, [.. Enumerable.Range(0, count).Select(i => (object)new { member = $"M{i}" })]));

    private async Task<IReadOnlyList<WebhookDeliveryRow>> LogAsync(WebhookDeliveryFilter? filter = null) =>
        (await Endpoints.DeliveriesAsync(administrator, endpoint.Id, filter ?? new(), new PageRequest())).Rows;
}
