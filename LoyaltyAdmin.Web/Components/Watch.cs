using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Web.Components;

/// <summary>Follows background work from a page: looks every second or so, and stops when the page is left or the database or the user's rights are gone.</summary>
public static class Watch
{
    private static readonly TimeSpan interval = TimeSpan.FromSeconds(1);

    public static async Task WhileAsync(Func<bool> goesOn, Func<Task> look, CancellationToken leaving, TimeSpan? every = null)
    {
        using var timer = new PeriodicTimer(every ?? interval);
        try
        {
            while (goesOn() && await timer.WaitForNextTickAsync(leaving))
            {
                await look();
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or DatabaseUnavailableException or RuleViolationException)
        {
            // The page shows what it last saw; a reload tells more.
        }
    }
}
