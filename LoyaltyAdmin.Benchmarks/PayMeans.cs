using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Points;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Wallets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>What the http benchmark pays with, and what it needs for that.</summary>
internal static class PayMeans
{
    public const string GiftCards = "gift-cards";
    public const string Wallets = "wallets";
    public const string Points = "points";
    public const string Coupons = "coupons";

    private const int PerSave = 500;

    public static string Of(string word) => word is GiftCards or Wallets or Points or Coupons ? word : throw new ArgumentException($"“{word}” is none of {GiftCards}, {Wallets}, {Points}, {Coupons}.");

    /// <summary>Members with as much as they need: the numbers, or for coupons their codes.</summary>
    public static async Task<IReadOnlyList<string>> CreateAsync(IServiceProvider services, string means, Store store, int count)
    {
        var database = services.GetRequiredService<LoyaltyDatabase>();
        var now = TimeProvider.System.GetUtcNow();
        var coupon = means == Coupons ? await CouponAsync(services) : 0;
        var given = new List<string>(count);
        while (given.Count < count)
        {
            var members = Enumerable.Range(given.Count, Math.Min(PerSave, count - given.Count))
                .Select(i => new Member { Number = $"{900_000_000_000 + i}", RegisteredThrough = RegistrationSource.Staff, RegisteredAt = now, RegisteredOn = store.Zone.DayOf(now), HomeStoreId = store.Id }).ToList();
            members.ForEach(member => member.Index());
            await database.WriteAsync(Actor.System, async db =>
            {
                db.AddRange(members);
                await db.SaveChangesAsync();
                if (means == Coupons)
                {
                    await services.GetRequiredService<CouponIssuing>().IssueAsync(db, [.. members.Select(m => m.Id)], new CouponOrder { CouponId = coupon, Source = "bench", Origin = CouponOrigin.Api });
                }
                else
                {
                    await OpenAsync(services, db, means, store, members);
                }
            });
            given.AddRange(members.Select(member => member.Number));
        }

        if (means != Coupons)
        {
            return given;
        }

        await using var read = await database.ReadAsync();
        var codes = services.GetRequiredService<CouponCodes>();

        return (await read.MemberCoupons.Select(c => c.SealedCode!).ToListAsync()).ConvertAll(codes.Open);
    }

    private static async Task OpenAsync(IServiceProvider services, LoyaltyDbContext db, string means, Store store, IReadOnlyList<Member> members)
    {
        var (accounts, ledger, now) = (services.GetRequiredService<MemberAccounts>(), services.GetRequiredService<Ledger>(), TimeProvider.System.GetUtcNow());
        var (kind, currency, lot) = means == Wallets ? (AccountKind.Wallet, "USD", LotKind.Principal) : (AccountKind.Points, Currency.Points.Code, LotKind.Points);
        foreach (var member in members)
        {
            var account = await accounts.OpenAsync(db, member.Id, kind, currency, store.Id);
            await ledger.PostAsync(db, new Posting
            {
                Operation = Operation.For(Actor.System, $"bench-{account.Id}", account.Id),
                Type = kind == AccountKind.Wallet ? TransactionType.Recharge : TransactionType.Grant,
                AccountKind = kind,
                AccountId = account.Id,
                Currency = currency,
                Amount = 100_000,
                House = [new HouseLeg(House.CashIn, -100_000)],
                HomeStoreId = store.Id,
                StoreId = store.Id,
                Channel = Channel.Pos,
                BusinessDay = store.Zone.DayOf(now),
                At = now,
                Lots = new LotChange.Open([new NewLot(lot, 100_000)]),
            });
        }
    }

    private static async Task<long> CouponAsync(IServiceProvider services) =>
        await services.GetRequiredService<CouponDefinitions>().SaveAsync(Actor.System, new CouponForm { Name = "Bench", Currency = "USD", Amount = 5, Stacking = CouponStacking.WithOtherCoupons });
}
