using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Messages.Providers;
using LoyaltyAdmin.Domain.Webhooks;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Tests.Messages;

/// <summary>Members who agreed, messages for them, and outside services on the loopback address.</summary>
public abstract class MessageTest(DatabaseKind kind) : DatabaseTest(kind)
{
    protected RecordingHttp Http { get; } = new();

    protected MessageSender Sender => Db.Get<MessageSender>();

    protected override void Configure(IServiceCollection services) => services
        .AddSingleton(new WebhookSettings(AllowLoopback: true))
        .AddSingleton(new ProviderAddresses { Twilio = Http.Url, Fcm = Http.Url, GoogleToken = Http.Url + "/token", WeChat = Http.Url, Patience = TimeSpan.FromSeconds(5) });

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Http.Dispose();
    }

    /// <summary>A member who agreed to be written to for any purpose through the channels.</summary>
    protected async Task<Member> MemberAsync(ConsentChannel[]? agreed = null, Action<Member>? set = null)
    {
        var name = A.Unique("m").ToLowerInvariant();
        var member = await A.Member().Where(m =>
        {
            (m.FullName, m.Email) = ("Ada Lovelace", $"{name}@example.com");
            set?.Invoke(m);
        }).SaveToAsync(Db);
        await AgreeAsync([member.Id], agreed ?? [ConsentChannel.Email]);

        return member;
    }

    protected Task AgreeAsync(IEnumerable<long> members, ConsentChannel[] channels) => Db.AddAsync([.. from id in members
        from channel in channels
        from purpose in Enum.GetValues<ConsentPurpose>()
        select (object)new MemberConsent { MemberId = id, Channel = channel, Purpose = purpose, Status = ConsentStatus.Granted, Since = Clock.Now }]);

    protected Task WithdrawAsync(IReadOnlyCollection<long> members) => Db.Database.WriteAsync(Actor.System, db => db.MemberConsents.Where(c => members.Contains(c.MemberId)).ExecuteUpdateAsync(set => set.SetProperty(c => c.Status, ConsentStatus.Withdrawn)));

    protected Task<int> AddAsync(params MessageRequest[] requests) => Db.Database.WriteAsync(Actor.System, db => Db.Get<MessageOutbox>().AddAsync(db, requests));

    protected static MessageRequest Tier(Member member, string? key = null) => new(MessageScenario.TierChange, member.Id, key ?? A.Unique("tier"))
    {
        Variables = new Dictionary<string, string?> { ["tier"] = "Gold", ["previousTier"] = "Silver", ["plan"] = "Club" },
    };

    protected static MessageRequest Coupon(Member member, string? key = null) => new(MessageScenario.CouponArrival, member.Id, key ?? A.Unique("coupon")) { Variables = new Dictionary<string, string?> { ["coupon"] = "10 off" } };

    protected Task<List<Message>> MessagesAsync() => Db.ReadAsync(db => db.Messages.OrderBy(m => m.Id).ToListAsync());

    protected async Task<Message> OnlyAsync() => (await MessagesAsync()).ShouldHaveSingleItem();

    /// <summary>Takes a channel out of the sandbox.</summary>
    protected Task UseAsync(ConsentChannel channel, ChannelOptions options, string secret) => Db.AddAsync(new MessageChannelSettings { Id = channel, UsesSandbox = false, Options = options, SealedSecret = Db.Keys.Seal(secret) });

    protected Task OnlyThroughAsync(MessageScenario scenario, params ConsentChannel[] channels) => Db.AddAsync(new MessageScenarioSettings { Id = scenario, IsOn = true, Channels = [.. channels.Select(channel => new ScenarioChannel(channel, IsOn: true))] });

    protected Task<List<Suppression>> SuppressionsAsync() => Db.ReadAsync(db => db.Suppressions.ToListAsync());
}
