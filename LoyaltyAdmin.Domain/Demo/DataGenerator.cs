using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Demo;

/// <summary>
/// Fills a database with as many cards and transactions as asked for, for measuring and for trying the portal at full size. Written in bulk, past the
/// services, yet as they would have written it: the ledger's invariants hold.
/// </summary>
public sealed class DataGenerator(LoyaltyDatabase database, CardNumbers numbers, GiftCardPlans plans, GiftCardDesigns designs, TimeProvider clock)
{
    private const int StoreCount = 12;
    private static readonly TimeSpan span = TimeSpan.FromDays(730);
    private static readonly string requestHash = new('0', 64);
    private static readonly string[] zones = ["America/New_York", "America/Chicago", "America/Los_Angeles", "America/Denver"];

    private static readonly BulkColumn[] accountColumns =
    [
        new("Kind", BulkType.Text), new("Currency", BulkType.Text), new("StoreId", BulkType.Long), new("Balance", BulkType.Long), new("LastSequence", BulkType.Long), new("Status", BulkType.Text), new("UsableUntil", BulkType.Instant),
    ];

    private static readonly BulkColumn[] cardColumns =
    [
        new("PlanId", BulkType.Long), new("TermsId", BulkType.Long), new("AccountId", BulkType.Long), new("CardType", BulkType.Text), new("Currency", BulkType.Text), new("StoreId", BulkType.Long), new("Channel", BulkType.Text),
        new("NumberHash", BulkType.Bytes), new("SealedNumber", BulkType.Bytes), new("LastFour", BulkType.Text), new("FaceValue", BulkType.Decimal), new("Paid", BulkType.Decimal), new("BuyerName", BulkType.Text),
        new("BuyerPhone", BulkType.Text), new("BuyerEmail", BulkType.Text), new("SearchText", BulkType.Text), new("OrderNumber", BulkType.Text), new("SoldAt", BulkType.Instant), new("SoldOn", BulkType.Day),
    ];

    private static readonly BulkColumn[] transactionColumns =
    [
        new("Type", BulkType.Text), new("AccountKind", BulkType.Text), new("AccountId", BulkType.Long), new("Currency", BulkType.Text), new("Amount", BulkType.Long), new("BalanceAfter", BulkType.Long), new("Sequence", BulkType.Long),
        new("HomeStoreId", BulkType.Long), new("StoreId", BulkType.Long), new("Channel", BulkType.Text), new("BusinessDay", BulkType.Day), new("At", BulkType.Instant), new("Source", BulkType.Text), new("IdempotencyKey", BulkType.Text),
        new("RequestHash", BulkType.Text), new("ReversesId", BulkType.Long), new("OrderNumber", BulkType.Text), new("ActorKey", BulkType.Text), new("ActorName", BulkType.Text),
    ];

    private static readonly BulkColumn[] entryColumns = [new("TransactionId", BulkType.Long), new("AccountId", BulkType.Long), new("Amount", BulkType.Long)];
    private static readonly BulkColumn[] captureColumns = [new("TransactionId", BulkType.Long), new("Remaining", BulkType.Long)];

    /// <summary>Adds the cards and transactions; every card has its sale, so there are at least as many transactions as cards.</summary>
    public async Task GenerateAsync(int cards, int transactions, Action<string> progress, CancellationToken cancel = default)
    {
        if (cards < 1 || transactions < cards)
        {
            throw new RuleViolationException("invalid_size", "At least one card, and at least as many transactions as cards: each card is sold once.");
        }

        var stores = await StoresAsync(cancel);
        var plan = await PlanAsync(cancel);
        progress("Thinking up the history");
        var history = new GeneratedHistory(cards, transactions, stores.Count);
        var run = new Run(history, stores, plan, clock.GetUtcNow() - span, Guid.NewGuid().ToString("N")[..12]);
        await WriteCardsAsync(run, progress, cancel);
        await WriteTransactionsAsync(run, progress, cancel);
        progress("Bringing statistics up to date");
        await database.Provider.AnalyzeAsync(database, cancel);
    }

    private async Task WriteCardsAsync(Run run, Action<string> progress, CancellationToken cancel)
    {
        var soldAt = new DateTimeOffset[run.History.Cards.Length];
        for (var i = 0; i < run.History.Movements.Length; i++)
        {
            if (run.History.Movements[i] is { Type: TransactionType.Activation, Card: var card })
            {
                soldAt[card] = run.At(i);
            }
        }

        foreach (var batch in Enumerable.Range(0, run.History.Cards.Length).Chunk(GeneratedHistory.Batch))
        {
            await database.WriteAsync(Actor.System, async db =>
            {
                var ids = await database.Provider.Bulk.InsertReturningIdsAsync(db, "LedgerAccounts", accountColumns, [.. batch.Select(i => Account(run, i))], cancel);
                await database.Provider.Bulk.InsertAsync(db, "GiftCards", cardColumns, [.. batch.Select((card, i) => Card(run, card, ids[i], soldAt[card]))], cancel);
                ids.CopyTo(run.AccountIds.AsSpan(batch[0]));
            }, cancel);
            progress(string.Create(CultureInfo.InvariantCulture, $"{batch[^1] + 1:N0} of {run.History.Cards.Length:N0} cards"));
        }
    }

    private async Task WriteTransactionsAsync(Run run, Action<string> progress, CancellationToken cancel)
    {
        foreach (var batch in Enumerable.Range(0, run.History.Movements.Length).Chunk(GeneratedHistory.Batch))
        {
            List<object?[]> rows = [.. batch.Select(i => Transaction(run, i))];
            await database.WriteAsync(Actor.System, async db =>
            {
                var ids = await database.Provider.Bulk.InsertReturningIdsAsync(db, "LedgerTransactions", transactionColumns, rows, cancel);
                ids.CopyTo(run.TransactionIds.AsSpan(batch[0]));
                await database.Provider.Bulk.InsertAsync(db, "LedgerEntries", entryColumns, [.. batch.SelectMany(i => Entries(run, i))], cancel);
                await database.Provider.Bulk.InsertAsync(db, "LedgerCaptures", captureColumns, [.. batch.Where(i => run.History.Movements[i].Reverses >= 0).Select(i => Capture(run, i))], cancel);
            }, cancel);
            progress(string.Create(CultureInfo.InvariantCulture, $"{batch[^1] + 1:N0} of {run.History.Movements.Length:N0} transactions"));
        }
    }

    private object?[] Account(Run run, int i)
    {
        var card = run.History.Cards[i];
        DateTimeOffset? until = i % 2 == 0 ? null : clock.GetUtcNow().AddDays(10 + i % 3_000);

        return [nameof(AccountKind.GiftCard), run.Plan.Currency, run.Stores[card.Store].Id, (long)card.Balance, (long)card.LastSequence, card.Status.ToString(), until];
    }

    private object?[] Card(Run run, int i, long accountId, DateTimeOffset soldAt)
    {
        var (card, person, number, store) = (run.History.Cards[i], DemoPeople.Of(i), run.NewNumber(), run.Stores[run.History.Cards[i].Store]);
        var (lastFour, phone, value) = (CardNumbers.LastFour(number), Inputs.NormalisePhone(person.Phone)!, card.Face / 100m);

        return
        [
            run.Plan.Id, run.Plan.TermsId, accountId, nameof(GiftCardType.Electronic), run.Plan.Currency, store.Id, nameof(Channel.Pos), numbers.HashNumber(number), numbers.Seal(number), lastFour, value, value,
            person.Name, phone, person.Email, $"{person.Name} {phone} {person.Email} {lastFour}".ToLowerInvariant(), string.Create(CultureInfo.InvariantCulture, $"G-{i}"), soldAt, store.Zone.DayOf(soldAt),
        ];
    }

    private static object?[] Transaction(Run run, int i)
    {
        var movement = run.History.Movements[i];
        var (home, store, at) = (run.Stores[run.History.Cards[movement.Card].Store], run.Stores[movement.Store], run.At(i));
        var balance = run.Balances[movement.Card] += movement.Amount;
        var sequence = ++run.Sequences[movement.Card];

        return
        [
            movement.Type.ToString(), nameof(AccountKind.GiftCard), run.AccountIds[movement.Card], run.Plan.Currency, (long)movement.Amount, (long)balance, (long)sequence, home.Id, store.Id, nameof(Channel.Pos), store.Zone.DayOf(at), at,
            "generated", string.Create(CultureInfo.InvariantCulture, $"{run.Name}-{i:D8}"), requestHash, movement.Reverses < 0 ? null : run.TransactionIds[movement.Reverses], string.Create(CultureInfo.InvariantCulture, $"G-{i}"), Actor.System.Key, Actor.System.Name,
        ];
    }

    private static IEnumerable<object?[]> Entries(Run run, int i)
    {
        var movement = run.History.Movements[i];
        if (movement.Amount == 0)
        {
            return [];
        }

        var house = movement.Type is TransactionType.Consumption or TransactionType.ConsumptionReversal ? House.Redemptions : House.CashIn;

        return [[run.TransactionIds[i], run.AccountIds[movement.Card], (long)movement.Amount], [run.TransactionIds[i], HouseAccount.Id(house, run.Plan.Currency), -(long)movement.Amount]];
    }

    private static object?[] Capture(Run run, int i)
    {
        var movement = run.History.Movements[i];

        return [run.TransactionIds[movement.Reverses], -(long)run.History.Movements[movement.Reverses].Amount - movement.Amount];
    }

    private async Task<List<Store>> StoresAsync(CancellationToken cancel)
    {
        await database.WriteAsync(Actor.System, async db =>
        {
            var known = await db.Stores.Select(store => store.Code).ToListAsync(cancel);
            var wanted = Enumerable.Range(1, StoreCount).Select(i => (Code: i.ToString("'GEN'00", CultureInfo.InvariantCulture), Zone: zones[i % zones.Length]));
            db.Stores.AddRange(wanted.Where(store => !known.Contains(store.Code)).Select(store => new Store { Code = store.Code, Name = $"Generated store {store.Code}", TimeZone = store.Zone }));
        }, cancel);
        await using var read = await database.ReadAsync(cancel);

        return await read.Stores.Where(store => store.Code.StartsWith("GEN")).OrderBy(store => store.Code).ToListAsync(cancel);
    }

    private async Task<GiftCardPlan> PlanAsync(CancellationToken cancel)
    {
        var library = await designs.LibraryAsync(cancel);
        var id = await plans.SaveAsync(Actor.System, new GiftCardPlanForm
        {
            Name = "Generated cards",
            Currency = "USD",
            DesignId = library["classic"],
            AllowCustomAmount = true,
            CustomMinimum = 1,
            CustomMaximum = 5_000,
            ValidityUnit = ValidityUnit.None,
            PosRecharge = true,
        }, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await db.GiftCardPlans.SingleAsync(plan => plan.Id == id, cancel);
    }

    private sealed record Run(GeneratedHistory History, List<Store> Stores, GiftCardPlan Plan, DateTimeOffset Start, string Name)
    {
        public long[] AccountIds { get; } = new long[History.Cards.Length];
        public long[] TransactionIds { get; } = new long[History.Movements.Length];
        public int[] Balances { get; } = new int[History.Cards.Length];
        public int[] Sequences { get; } = new int[History.Cards.Length];

        private readonly HashSet<string> numbers = new(StringComparer.Ordinal);

        /// <summary>A number this run has not given yet: among a million random ones two alike are likely.</summary>
        public string NewNumber()
        {
            string number;
            do
            {
                number = CardNumbers.NewNumber();
            }
            while (!numbers.Add(number));

            return number;
        }

        public DateTimeOffset At(int i) => Start.AddTicks((long)(span.Ticks * ((i + 1.0) / (History.Movements.Length + 1))));
    }
}
