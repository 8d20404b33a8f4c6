using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Wallets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Domain.Demo;

/// <summary>A few prepaid wallets of the demo company: topped up with bonus, paid with, refunded, one with a hold and one frozen.</summary>
public sealed class DemoWallets(LoyaltyDatabase database, SecretKeys keys, TimeProvider clock) : DemoStory(database, keys, clock)
{
    /// <summary>How many members have one.</summary>
    public const int Count = 10;

    private static readonly (decimal Principal, decimal Bonus)[] offers = [(50, 5), (100, 15), (200, 40), (100, 0)];

    private protected override string Job => "Demo wallets";

    private protected override async Task<string> TellAsync(LoyaltyDbContext db, IServiceProvider services, SimulatedClock simulated, DateTimeOffset until, CancellationToken cancel)
    {
        var cast = await DemoCast.ReadAsync(db, cancel);
        var numbers = await db.Members.Where(member => member.Status == MemberStatus.Active).OrderBy(member => member.Id).Select(member => member.Number).Take(Count).ToListAsync(cancel);
        var stores = await db.Stores.Where(store => store.IsOpen).OrderBy(store => store.Id).Select(store => store.Code).ToListAsync(cancel);
        var (topUps, payments, holds) = (services.GetRequiredService<WalletTopUps>(), services.GetRequiredService<WalletPayments>(), services.GetRequiredService<WalletHolds>());
        var grant = (await services.GetRequiredService<AccessControl>().FindAsync(Actor.System, cancel))!;
        var movements = 0;
        for (var i = 0; i < numbers.Count; i++)
        {
            var (number, store, (principal, bonus)) = (numbers[i], stores[i % stores.Count], offers[i % offers.Length]);
            simulated.Now = new DateTimeOffset(until.UtcDateTime.Date.AddDays(-60 + 4 * i).AddHours(16), TimeSpan.Zero);
            await topUps.CreditAsync(grant, new WalletCredit
            {
                MemberNumber = number,
                Principal = principal,
                Bonus = bonus,
                Currency = "USD",
                StoreCode = store,
                Channel = Channel.Pos,
                BonusExpiresAt = bonus > 0 ? simulated.Now.AddDays(180) : null,
                OrderNumber = Key("T", i, 0),
            }, Key("demo-top-up", i, 0), cancel);
            movements++;
            for (var payment = 0; payment < i % 4; payment++)
            {
                simulated.Now = simulated.Now.AddDays(5).AddMinutes(37 * i);
                await payments.PayAsync(cast.Pos, Movement(7.25m + 3.5m * i + payment, Key("P", i, payment)), Key("demo-payment", i, payment), cancel);
                movements++;
            }

            WalletMovement Movement(decimal amount, string order) => new() { MemberNumber = number, Amount = amount, Currency = "USD", StoreCode = store, Channel = Channel.Pos, OrderNumber = order };

            if (i == 5)
            {
                simulated.Now = until.AddHours(-3);
                await holds.HoldAsync(cast.Pos, Movement(20, "HOTEL-17"), 43_200, "demo-hold", cancel);
                movements++;
            }
        }

        if (numbers.Count == Count)
        {
            simulated.Now = until.AddHours(-2);
            await FreezeAsync(db, services, numbers[7], cancel);
        }

        simulated.Now = until;

        return $"{numbers.Count} wallets, {movements} movements";
    }

    private static async Task FreezeAsync(LoyaltyDbContext db, IServiceProvider services, string number, CancellationToken cancel)
    {
        var account = await (from member in db.Members where member.Number == number join a in db.LedgerAccounts on (long?)member.Id equals a.MemberId where a.Kind == Ledger.AccountKind.Wallet select a.Id).SingleAsync(cancel);
        await services.GetRequiredService<WalletCare>().FreezeAsync(Actor.System, account, "Member reported a lost phone", "demo-freeze", cancel);
    }

    private static string Key(string name, int member, int number) => string.Create(CultureInfo.InvariantCulture, $"{name}-{member}-{number}");
}
