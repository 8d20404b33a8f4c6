using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Webhooks;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Webhooks;

/// <summary>Outside development: no request leaves for this server or its neighbours, whoever typed the address.</summary>
public sealed class WebhookAddressTests() : DatabaseTest(DatabaseKind.Sqlite)
{
    private Actor administrator = Actor.System;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        administrator = await A.StaffUser().With(Permission.WebhooksManage).SaveToAsync(Db);
    }

    [Theory]
    [InlineData("http://shop.example/hook")]
    [InlineData("ftp://shop.example/hook")]
    [InlineData("shop.example/hook")]
    [InlineData("https://user:secret@shop.example/hook")]
    [InlineData("https://shop.example/hook#part")]
    [InlineData("http://127.0.0.1/hook")]
    [InlineData("https://localhost/hook")]
    [InlineData("https://10.1.2.3/hook")]
    [InlineData("https://172.16.0.1/hook")]
    [InlineData("https://192.168.1.1/hook")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://100.64.0.1/hook")]
    [InlineData("https://0.0.0.0/hook")]
    [InlineData("https://[::1]/hook")]
    [InlineData("https://[fd00::1]/hook")]
    [InlineData("https://[fe80::1]/hook")]
    [InlineData("https://[::ffff:10.0.0.1]/hook")]
    [InlineData("https://[2002:a00:1::]/hook")]
    [InlineData("https://0x7f000001/hook")]
    [InlineData("")]
    public async Task An_address_that_is_not_public_is_refused(string url)
    {
        var refusal = await Should.ThrowAsync<InvalidInputException>(() => Db.Get<WebhookEndpoints>().SaveAsync(administrator, new WebhookEndpointForm { Name = "Shop", Url = url, Events = [WebhookEvents.MemberUpdated] }));

        refusal.Errors.ShouldAllBe(error => error.Field == "Url");
    }

    [Theory]
    [InlineData("https://shop.example/hook")]
    [InlineData("https://8.8.8.8:8443/hook?tenant=1")]
    [InlineData("https://[2606:4700::1111]/hook")]
    public async Task A_public_address_is_taken(string url) =>
        (await Db.Get<WebhookEndpoints>().SaveAsync(administrator, new WebhookEndpointForm { Name = "Shop", Url = url, Events = [WebhookEvents.MemberUpdated] })).Secret.ShouldStartWith("whsec_");

    [Fact]
    public async Task A_name_that_leads_inside_is_found_out_when_connecting()
    {
        using var inside = new RecordingServer();
        // As a name would whose owner pointed it at the inside after it was saved.
        var name = $"http://localhost.:{new Uri(inside.Url).Port}/hook/";
        await Db.AddAsync(new WebhookEndpoint { Name = "Sly", Url = name, Events = [WebhookEvents.TierChanged], SealedSecret = Db.Keys.Seal("whsec_x"), CreatedAt = Clock.Now });
        await Db.Database.WriteAsync(Actor.System, db => Db.Get<WebhookOutbox>().AddAsync(db, WebhookEvents.TierChanged, [new { member = "M1" }]));

        await Db.Get<WebhookSender>().RunOnceAsync();

        inside.Posts.ShouldBeEmpty();
        (await Db.ReadAsync(db => db.WebhookDeliveries.SingleAsync())).Error.ShouldNotBeNull();
    }
}
