using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Tests.Support;

/// <summary>An active plan sold everywhere: $50 and $100, or any amount from 1 to 5,000.</summary>
public sealed class GiftCardPlanBuilder(string name)
{
    private GiftCardRules rules = new() { Denominations = [new(50), new(100)], CustomAmount = new(1, 5_000) };
    private string currency = "USD";
    private GiftCardType cardType = GiftCardType.Electronic;
    private bool isActive = true;

    public GiftCardPlanBuilder Selling(params IEnumerable<decimal> faceValues) => With(r => r with { Denominations = [.. faceValues.Select(value => new Denomination(value))] });

    /// <summary>Changes the rules, e.g. <c>r => r with { PosRecharge = true }</c>.</summary>
    public GiftCardPlanBuilder With(Func<GiftCardRules, GiftCardRules> change)
    {
        rules = change(rules);

        return this;
    }

    public GiftCardPlanBuilder In(string code)
    {
        currency = code;

        return this;
    }

    public GiftCardPlanBuilder Physical()
    {
        cardType = GiftCardType.Physical;

        return this;
    }

    public GiftCardPlanBuilder Draft()
    {
        isActive = false;

        return this;
    }

    public async Task<GiftCardPlan> SaveToAsync(TestDatabase database)
    {
        var design = new GiftCardDesign { Name = A.Unique("Design "), LibraryKey = "classic", CreatedAt = database.Clock.Now };
        await database.AddAsync(design);
        var plan = new GiftCardPlan { Code = A.Unique("GC-"), Name = name, Currency = currency, CardType = cardType, DesignId = design.Id, Rules = rules, CreatedAt = database.Clock.Now };
        if (isActive)
        {
            plan.Activate();
        }

        await database.Database.WriteAsync(Actor.System, async db =>
        {
            db.Add(plan);
            await db.SaveChangesAsync();
            var terms = new GiftCardTerms { PlanId = plan.Id, Number = 1, Rules = rules, Since = database.Clock.Now };
            db.Add(terms);
            await db.SaveChangesAsync();
            plan.TermsId = terms.Id;
        });

        return plan;
    }
}

/// <summary>An active card with nothing on it, put there directly: what its tests are about comes after the sale.</summary>
public sealed class GiftCardBuilder
{
    private decimal balance;
    private Store? store;
    private GiftCardPlan? plan;
    private AccountStatus status = AccountStatus.Open;
    private DateTimeOffset? usableUntil;

    public GiftCardBuilder Holding(decimal amount)
    {
        balance = amount;

        return this;
    }

    /// <summary>Sold by this store.</summary>
    public GiftCardBuilder In(Store selling)
    {
        store = selling;

        return this;
    }

    public GiftCardBuilder Of(GiftCardPlan of)
    {
        plan = of;

        return this;
    }

    public GiftCardBuilder Being(AccountStatus state)
    {
        status = state;

        return this;
    }

    public GiftCardBuilder UsableUntil(DateTimeOffset end)
    {
        usableUntil = end;

        return this;
    }

    public async Task<GiftCard> SaveToAsync(TestDatabase database) => (await SaveToAsync(database, 1))[0];

    /// <summary>As many equal cards, in one transaction.</summary>
    public async Task<IReadOnlyList<GiftCard>> SaveToAsync(TestDatabase database, int count)
    {
        store ??= await A.Store().SaveToAsync(database);
        plan ??= await A.GiftCardPlan().SaveToAsync(database);
        var day = store.Zone.DayOf(database.Clock.Now);

        return await database.Database.WriteAsync(Actor.System, async db =>
        {
            var accounts = Enumerable.Range(0, count).Select(_ => new LedgerAccount { Kind = AccountKind.GiftCard, Currency = plan.Currency, StoreId = store.Id, Status = status, UsableUntil = usableUntil }).ToList();
            db.AddRange(accounts);
            await db.SaveChangesAsync();
            var cards = accounts.Select(account => Card(database, account.Id, day)).ToList();
            db.AddRange(cards);
            var amount = Currency.Of(plan.Currency).ToMinor(balance);
            foreach (var account in accounts.Where(_ => amount > 0))
            {
                await database.Ledger.PostAsync(db, Opening(database, account, amount, day));
            }

            return cards;
        });
    }

    private GiftCard Card(TestDatabase database, long accountId, DateOnly day)
    {
        var numbers = database.Get<CardNumbers>();
        var number = CardNumbers.NewNumber();
        var card = new GiftCard
        {
            PlanId = plan!.Id,
            TermsId = plan.TermsId!.Value,
            AccountId = accountId,
            CardType = plan.CardType,
            Currency = plan.Currency,
            StoreId = store!.Id,
            Channel = Channel.Pos,
            NumberHash = numbers.HashNumber(number),
            SealedNumber = numbers.Seal(number),
            LastFour = CardNumbers.LastFour(number),
            FaceValue = balance,
            Paid = balance,
            SoldAt = database.Clock.Now,
            SoldOn = day,
        };
        card.SetSearchText();

        return card;
    }

    private static Posting Opening(TestDatabase database, LedgerAccount account, long amount, DateOnly day) => new()
    {
        Operation = Operation.For(Actor.System, Guid.NewGuid().ToString("N"), account.Id, amount),
        Type = TransactionType.Activation,
        AccountKind = account.Kind,
        AccountId = account.Id,
        Currency = account.Currency,
        Amount = amount,
        House = [new HouseLeg(House.CashIn, -amount)],
        HomeStoreId = account.StoreId,
        StoreId = account.StoreId,
        Channel = Channel.Pos,
        BusinessDay = day,
        At = database.Clock.Now,
        From = [account.Status],
        OnlyWhileUsable = false,
    };
}
