using LoyaltyAdmin.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Messages;

/// <summary>
/// Which scenarios are on, read afresh every 5 s: a till's path writes no message that nobody wants. Everybody else just writes it, and the switch is
/// looked at when it is sent.
/// </summary>
public sealed class MessageSwitches(LoyaltyDatabase database, TimeProvider clock)
{
    private static readonly TimeSpan freshness = TimeSpan.FromSeconds(5);

    private (Dictionary<MessageScenario, bool> Decided, DateTimeOffset ReadAt)? known;

    internal async ValueTask<bool> IsOnAsync(MessageScenario scenario, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (known is not { } read || now - read.ReadAt >= freshness || now < read.ReadAt)
        {
            await using var db = await database.ReadAsync(cancel);
            known = read = (await db.MessageScenarios.ToDictionaryAsync(s => s.Id, s => s.IsOn, cancel), now);
        }

        return read.Decided.TryGetValue(scenario, out var isOn) ? isOn : Scenarios.Of(scenario).StartsOn;
    }
}
