using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Points;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Domain.Demo;

/// <summary>The demo company's points: switched on some weeks ago, earned since, spent by those who have most.</summary>
internal sealed class DemoPoints(IServiceProvider services)
{
    private const int Spenders = 6;

    private readonly LoyaltyDatabase database = services.GetRequiredService<LoyaltyDatabase>();
    private readonly PointsEarning earning = services.GetRequiredService<PointsEarning>();
    private readonly PointsSpending spending = services.GetRequiredService<PointsSpending>();

    public async Task SwitchOnAsync(CancellationToken cancel)
    {
        var settings = services.GetRequiredService<PointSettingsService>();
        var form = await settings.FormAsync(Actor.System, cancel);
        if (!form.IsActive)
        {
            // What was bought before earns nothing; there is no need to look at each.
            await database.WriteAsync(Actor.System, db => db.Orders.Where(order => order.PointsDueAt != null).ExecuteUpdateAsync(set => set.SetProperty(order => order.PointsDueAt, (DateTimeOffset?)null), cancel), cancel);
            (form.IsActive, form.DefaultRate, form.Expiry, form.Months) = (true, 0.05m, PointExpiry.EndOfMonth, 12);
            await settings.SaveAsync(Actor.System, form, cancel);
        }
    }

    /// <summary>What the week's orders earned, and what some members did with it.</summary>
    public async Task WeekAsync(int week, Store store, CancellationToken cancel)
    {
        await earning.RunOnceAsync(cancel);
        await using var db = await database.ReadAsync(cancel);
        var rich = await (from account in db.LedgerAccounts
                          where account.Kind == AccountKind.Points && account.Balance >= 1_000
                          join member in db.Members on account.MemberId equals member.Id
                          orderby account.Balance descending, account.Id
                          select member.Number).Take(Spenders).ToListAsync(cancel);
        for (var i = 0; i < rich.Count; i++)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"demo-points-{week}-{i}");
            if (i == 0)
            {
                await spending.GrantAsync(Actor.System, new PointsGift(rich[i], 5, "Winner of the tasting evening", store.Code), key, cancel);
            }
            else
            {
                await spending.SpendAsync(Actor.System, new PointsMovement { MemberNumber = rich[i], Points = 5, StoreCode = store.Code, Channel = Channel.Pos }, key, cancel);
            }
        }
    }
}
