using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Messages.Providers;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Domain.Messages;

internal static class MessageServices
{
    /// <summary>Adds the Message Center.</summary>
    public static IServiceCollection AddMessages(this IServiceCollection services) => services
        .AddSingleton<MessageOutbox>()
        .AddSingleton<MessageSwitches>()
        .AddSingleton<MessageRendering>()
        .AddSingleton<UnsubscribeTokens>()
        .AddSingleton(new ProviderAddresses())
        .AddSingleton<ProviderHttp>()
        .AddSingleton<GoogleTokens>()
        .AddSingleton<SmtpProvider>()
        .AddSingleton<TwilioProvider>()
        .AddSingleton<FcmProvider>()
        .AddSingleton<MiniProgramProvider>()
        .AddSingleton<SendFactsReader>()
        .AddSingleton(new MessageSandbox(ShowsSecrets: false))
        .AddSingleton<MessageDispatch>()
        .AddSingleton<MessageOutcomes>()
        .AddSingleton<MessageSender>()
        .AddSingleton<BackgroundWork>(provider => provider.GetRequiredService<MessageSender>())
        .AddSingleton<MessageLog>()
        .AddSingleton<ExportSource, MessageExport>()
        .AddSingleton<MessageRules>()
        .AddSingleton<MessageTemplates>()
        .AddSingleton<BounceTokens>()
        .AddSingleton<MessageChannels>()
        .AddSingleton<MessageReports>()
        .AddSingleton<Unsubscribing>()
        .AddSingleton<MiniPrograms>()
        .AddSingleton<MemberDevices>()
        .AddSingleton<Stores.SalesChannels>();
}
