using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Tags;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;

namespace LoyaltyAdmin.Tests.Segments;

/// <summary>Everything about one member that a rule may ask for, in memory.</summary>
public sealed record Person(Member Member)
{
    public List<MemberAttribute> Attributes { get; } = [];
    public List<LoyaltyCard> Cards { get; } = [];
    public HashSet<long> Tags { get; } = [];
    public HashSet<long> StaticSegments { get; } = [];
    public List<MemberConsent> Consents { get; } = [];
    public List<Order> Orders { get; } = [];
    public decimal GiftCardBalance { get; set; }
    public decimal Points { get; set; }
    public decimal WalletBalance { get; set; }
    public PurchaseSummary? Summary { get; set; }
}

/// <summary>A random company: members of every state with orders, cards, tags, consents and gift cards.</summary>
public sealed class Population
{
    public static readonly string[] Cities = ["Berlin", "New York", "San José", "東京"];

    public required DateOnly Today { get; init; }
    public required DateTimeOffset Now { get; init; }
    public List<Person> People { get; } = [];
    public List<Store> Stores { get; } = [];
    public List<CardPlan> Plans { get; } = [];
    public List<CardTier> Tiers { get; } = [];
    public List<Tag> Tags { get; } = [];
    public List<Segment> Segments { get; } = [];

    public static async Task<Population> CreateAsync(TestDatabase db, int members, Random random)
    {
        var population = new Population { Now = db.Clock.Now, Today = DateOnly.FromDateTime(db.Clock.Now.UtcDateTime) };
        await population.FillAsync(db, members, random);

        return population;
    }

    public static PurchaseSummary? Summarise(long memberId, IReadOnlyCollection<Order> orders)
    {
        var days = orders.Where(o => o.Revenue > 0).Select(o => o.BusinessDay).Distinct().Order().ToList();
        DateOnly? last(Channel channel) => orders.Where(o => o.Revenue > 0 && o.Channel == channel).Select(o => (DateOnly?)o.BusinessDay).Max();

        return orders.Count == 0 ? null : new PurchaseSummary
        {
            MemberId = memberId,
            OrderCount = orders.Count(o => o.IsPurchase),
            PurchaseDays = days.Count,
            FirstOn = days.Count > 0 ? days[0] : null,
            LastOn = days.Count > 0 ? days[^1] : null,
            LastPosOn = last(Channel.Pos),
            LastOnlineOn = last(Channel.Online),
            Revenue = orders.Sum(o => o.GroupRevenue),
            PosRevenue = orders.Where(o => o.Channel == Channel.Pos).Sum(o => o.GroupRevenue),
            OnlineRevenue = orders.Where(o => o.Channel == Channel.Online).Sum(o => o.GroupRevenue),
            ExpectedOn = days.Count < 2 ? null : days[^1].AddDays((int)Math.Ceiling((decimal)(days[^1].DayNumber - days[0].DayNumber) / (days.Count - 1))),
        };
    }

    private async Task FillAsync(TestDatabase db, int members, Random random)
    {
        Stores.AddRange([await A.Store().SaveToAsync(db), await A.Store().SaveToAsync(db)]);
        foreach (var _ in Enumerable.Range(0, 2))
        {
            var (plan, tiers) = await A.CardPlan().SaveToAsync(db);
            Plans.Add(plan);
            Tiers.AddRange(tiers);
        }

        Tags.AddRange(Enumerable.Range(0, 3).Select(i => new Tag { Name = $"tag{i}", Kind = TagKind.Manual, CreatedAt = Now }));
        Segments.AddRange(Enumerable.Range(0, 2).Select(i => new Segment { Name = $"list{i}", Kind = SegmentKind.Static, CreatedAt = Now }));
        People.AddRange(Enumerable.Range(0, members).Select(i => new Person(Somebody(random, i))));
        await db.AddAsync([.. Tags, .. Segments, .. People.Select(p => p.Member)]);
        People.ForEach(person => Give(person, random));
        await db.AddAsync([.. People.SelectMany(RowsOf)]);
        await GiveGiftCardsAsync(db, random);
        await GiveAccountsAsync(db, random);
    }

    private Member Somebody(Random random, int i) => A.Member().Where(m =>
    {
        m.FullName = Maybe(random, $"Person {i}");
        // Many around now, and around the day that comes every fourth year.
        m.BirthDate = random.Next(4) switch { 0 => null, 1 => new DateOnly(1980 + (4 * random.Next(6)), 2, 28).AddDays(random.Next(3)), _ => Today.AddYears(-20 - random.Next(50)).AddDays(random.Next(-40, 40)) };
        m.Gender = random.Next(4) switch { 0 => null, 1 => Gender.Female, 2 => Gender.Male, _ => Gender.Other };
        m.City = Maybe(random, Cities[random.Next(Cities.Length)]);
        m.Country = Maybe(random, random.Next(2) == 0 ? "US" : "DE");
        m.Region = Maybe(random, "CA");
        m.Language = Maybe(random, random.Next(2) == 0 ? "en" : "zh-CN");
        m.Street = Maybe(random, "1 Main Street");
        m.IdNumberLastFour = Maybe(random, "1234");
        m.Email = Maybe(random, $"p{i}@example.com");
        m.Phone = Maybe(random, $"+1212555{i:0000}");
        m.EmailVerifiedAt = random.Next(2) == 0 ? Now : null;
        m.PhoneVerifiedAt = random.Next(2) == 0 ? Now : null;
        m.HomeStoreId = random.Next(3) == 0 ? null : Stores[random.Next(2)].Id;
        m.Status = random.Next(10) switch { 0 => MemberStatus.Frozen, 1 => MemberStatus.Erased, _ => MemberStatus.Active };
    }).Registered(Today.AddDays(-random.Next(60)), random.Next(2) == 0 ? RegistrationSource.Pos : RegistrationSource.Online).Build(Now);

    private void Give(Person person, Random random)
    {
        var id = person.Member.Id;
        if (random.Next(2) == 0)
        {
            person.Attributes.Add(new MemberAttribute { MemberId = id, Name = "Shoe size", Value = random.Next(40, 43).ToString(System.Globalization.CultureInfo.InvariantCulture) });
        }

        foreach (var plan in Plans.Where(_ => random.Next(2) == 0))
        {
            var tier = Tiers.Where(t => t.PlanId == plan.Id).ElementAt(random.Next(3)).Id;
            person.Cards.Add(new LoyaltyCard
            {
                MemberId = id,
                PlanId = plan.Id,
                Number = A.Unique("C"),
                TierId = tier,
                EarnedTierId = tier,
                TierSince = Today,
                PeriodStart = Today,
                PeriodEnd = Today,
                IssuedAt = Now,
                IssuedOn = Today,
                Status = random.Next(4) == 0 ? LoyaltyCardStatus.Frozen : LoyaltyCardStatus.Active,
                ValidUntil = random.Next(3) switch { 0 => null, 1 => Now, _ => Now.AddSeconds(1) },
            });
        }

        person.Tags.UnionWith(Tags.Where(_ => random.Next(3) == 0).Select(t => t.Id));
        person.StaticSegments.UnionWith(Segments.Where(_ => random.Next(3) == 0).Select(s => s.Id));
        person.Consents.AddRange(Enum.GetValues<ConsentChannel>().Where(_ => random.Next(3) == 0).Select(channel => new MemberConsent
        {
            MemberId = id,
            Channel = channel,
            Purpose = random.Next(2) == 0 ? ConsentPurpose.Marketing : ConsentPurpose.LoyaltyNotification,
            Status = random.Next(2) == 0 ? ConsentStatus.Granted : ConsentStatus.Withdrawn,
            Since = Now,
        }));
        person.Orders.AddRange(Enumerable.Range(0, random.Next(2) * random.Next(7)).Select(_ => Bought(id, random)));
        person.Summary = Summarise(id, person.Orders);
    }

    private Order Bought(long memberId, Random random)
    {
        var (paid, free, own) = (random.Next(8) > 0, random.Next(8) == 0, random.Next(8) > 0);
        var revenue = paid && !free ? random.Next(1, 20) * 5.05m : 0;

        return new Order
        {
            Source = "test",
            Number = A.Unique("O"),
            Kind = OrderKind.Bill,
            MemberId = memberId,
            StoreId = Stores[random.Next(2)].Id,
            Channel = random.Next(2) == 0 ? Channel.Pos : Channel.Online,
            Currency = own ? "USD" : "EUR",
            PlacedAt = Now,
            BusinessDay = Today.AddDays(-random.Next(40) * random.Next(1, 9)),
            Total = revenue,
            Revenue = revenue,
            GroupRevenue = own ? revenue : 0,
            IsPurchase = paid,
            Status = paid ? OrderStatus.Paid : OrderStatus.Pending,
            SourceChangedAt = Now,
            ContentHash = [1],
            RecordedAt = Now,
        };
    }

    private IEnumerable<object> RowsOf(Person person) =>
    [
        .. person.Attributes, .. person.Cards, .. person.Consents, .. person.Orders, .. person.Summary is { } summary ? new object[] { summary } : [],
        .. person.Tags.Select(tag => new MemberTag { MemberId = person.Member.Id, TagId = tag, Source = TagSource.Manual, Since = Now, ActorName = "Test" }),
        .. person.StaticSegments.Select(segment => new SegmentMember { SegmentId = segment, MemberId = person.Member.Id, Since = Now }),
    ];

    private async Task GiveGiftCardsAsync(TestDatabase db, Random random)
    {
        var plan = await A.GiftCardPlan().SaveToAsync(db);
        var buyers = People.Where(p => p.Member.Phone is not null && random.Next(3) == 0).Concat(People.Where(p => p.Member.Phone is not null && random.Next(6) == 0)).ToList();
        foreach (var state in new[] { Domain.Ledger.AccountStatus.Open, Domain.Ledger.AccountStatus.Blocked })
        {
            var owners = buyers.Where(_ => random.Next(2) == 0).ToList();
            var cards = await A.GiftCard().Of(plan).In(Stores[0]).Holding(25).Being(state).SaveToAsync(db, owners.Count);
            await db.Database.WriteAsync(Actor.System, write =>
            {
                write.AttachRange(cards);
                foreach (var (card, owner) in cards.Zip(owners))
                {
                    card.BuyerPhone = owner.Member.Phone;
                    owner.GiftCardBalance += state == Domain.Ledger.AccountStatus.Open ? 25 : 0;
                }

                return Task.CompletedTask;
            });
        }
    }

    private async Task GiveAccountsAsync(TestDatabase db, Random random)
    {
        var accounts = new List<object>();
        foreach (var person in People)
        {
            // Balances without movements: the rules ask for nothing else.
            if (random.Next(2) == 0)
            {
                person.Points = (random.Next(4) - 1) * 25;
                accounts.Add(Account(person, Domain.Ledger.AccountKind.Points, Domain.Values.Currency.Points.Code, person.Points));
            }

            if (random.Next(2) == 0)
            {
                person.WalletBalance = random.Next(3) * 25;
                accounts.Add(Account(person, Domain.Ledger.AccountKind.Wallet, "USD", person.WalletBalance));
            }

            if (random.Next(4) == 0)
            {
                accounts.Add(Account(person, Domain.Ledger.AccountKind.Wallet, "EUR", 25));
            }
        }

        await db.AddAsync([.. accounts]);
    }

    private Domain.Ledger.LedgerAccount Account(Person person, Domain.Ledger.AccountKind kind, string currency, decimal balance) =>
        new() { Kind = kind, Currency = currency, StoreId = Stores[0].Id, MemberId = person.Member.Id, Balance = (long)(balance * 100), Status = Domain.Ledger.AccountStatus.Open };

    private static string? Maybe(Random random, string text) => random.Next(3) == 0 ? null : text;
}
