using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Domain.Messages;

internal static class MessageServices
{
    /// <summary>Adds the Message Center.</summary>
    public static IServiceCollection AddMessages(this IServiceCollection services) => services
        .AddSingleton<MessageOutbox>()
        .AddSingleton<MessageRendering>();
}
