using LoyaltyAdmin.Domain;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>A store, a plan, cards of $1,000 and an API client that may redeem without pause.</summary>
/// <param name="Cards">Numbers of cards or members, or codes of coupons: what is paid with.</param>
internal sealed record BenchmarkCompany(string StoreCode, IReadOnlyList<string> Cards, string ApiKey, string Means = PayMeans.GiftCards)
{
    private int next = -1;

    /// <summary>One of them at random; of coupons the next, for each is redeemed once.</summary>
    public string Pick() => Means == PayMeans.Coupons ? Cards[Interlocked.Increment(ref next) % Cards.Count] : Cards[Random.Shared.Next(Cards.Count)];

    private const int CardsPerSave = 1_000;

    public static async Task<BenchmarkCompany> CreateAsync(string provider, string connectionString, string keyFile, int cards, string means = PayMeans.GiftCards)
    {
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddSingleton(SecretKeys.Load(keyFile))
            .AddLoyaltyDatabase(provider, connectionString)
            .AddLoyaltyDomain()
            .BuildServiceProvider();
        await services.GetRequiredService<DatabaseStartup>().MigrateAsync();
        var database = services.GetRequiredService<LoyaltyDatabase>();
        var now = TimeProvider.System.GetUtcNow();
        var store = new Store { Code = "BENCH", Name = "Bench", TimeZone = "America/New_York" };
        var client = new ApiClient { Name = "Bench", Scopes = Enum.GetValues<ApiScope>(), RedemptionsPerSecond = 10_000_000, CreatedAt = now };
        var plan = await database.WriteAsync(Actor.System, async db =>
        {
            var design = new GiftCardDesign { Name = "Bench", LibraryKey = "classic", CreatedAt = now };
            db.AddRange(store, client, design);
            await db.SaveChangesAsync();
            var rules = new GiftCardRules { Denominations = [new Denomination(1_000)] };
            var added = new GiftCardPlan { Code = "GC-BENCH", Name = "Bench", Currency = "USD", CardType = GiftCardType.Electronic, DesignId = design.Id, Rules = rules, CreatedAt = now };
            db.Add(added);
            await db.SaveChangesAsync();
            var terms = new GiftCardTerms { PlanId = added.Id, Number = 1, Rules = rules, Since = now };
            db.Add(terms);
            await db.SaveChangesAsync();
            added.TermsId = terms.Id;

            return added;
        });

        var numbers = new List<string>(cards);
        if (means != PayMeans.GiftCards)
        {
            numbers.AddRange(await PayMeans.CreateAsync(services, means, store, cards));
        }

        while (numbers.Count < cards)
        {
            numbers.AddRange(await AddCardsAsync(services, store, plan, Math.Min(CardsPerSave, cards - numbers.Count)));
        }

        // As a database that has been there for a minute: without figures of its tables PostgreSQL read every account for one payment.
        await using (var analysing = await database.ReadAsync())
        {
            await analysing.Database.ExecuteSqlRawAsync("ANALYZE");
        }

        return new BenchmarkCompany(store.Code, numbers, (await services.GetRequiredService<ApiKeys>().CreateAsync(Actor.System, client.Id)).Key, means);
    }

    private static async Task<IReadOnlyList<string>> AddCardsAsync(IServiceProvider services, Store store, GiftCardPlan plan, int count)
    {
        var (database, ledger, secrets) = (services.GetRequiredService<LoyaltyDatabase>(), services.GetRequiredService<Ledger>(), services.GetRequiredService<CardNumbers>());
        var now = TimeProvider.System.GetUtcNow();
        var numbers = Enumerable.Range(0, count).Select(_ => CardNumbers.NewNumber()).ToList();
        await database.WriteAsync(Actor.System, async db =>
        {
            var accounts = numbers.Select(_ => new LedgerAccount { Kind = AccountKind.GiftCard, Currency = "USD", StoreId = store.Id }).ToList();
            db.AddRange(accounts);
            await db.SaveChangesAsync();
            db.AddRange(numbers.Zip(accounts, (number, account) => new GiftCard
            {
                PlanId = plan.Id,
                TermsId = plan.TermsId!.Value,
                AccountId = account.Id,
                CardType = plan.CardType,
                Currency = "USD",
                StoreId = store.Id,
                Channel = Channel.Pos,
                NumberHash = secrets.HashNumber(number),
                SealedNumber = secrets.Seal(number),
                LastFour = CardNumbers.LastFour(number),
                FaceValue = 1_000,
                Paid = 1_000,
                SoldAt = now,
                SoldOn = store.Zone.DayOf(now),
            }));
            foreach (var account in accounts)
            {
                await ledger.PostAsync(db, new Posting
                {
                    Operation = Operation.For(Actor.System, $"bench-{account.Id}", account.Id),
                    Type = TransactionType.Activation,
                    AccountKind = AccountKind.GiftCard,
                    AccountId = account.Id,
                    Currency = "USD",
                    Amount = 100_000,
                    House = [new HouseLeg(House.CashIn, -100_000)],
                    HomeStoreId = store.Id,
                    StoreId = store.Id,
                    Channel = Channel.Pos,
                    BusinessDay = store.Zone.DayOf(now),
                    At = now,
                });
            }
        });

        return numbers;
    }
}
