using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Domain.Demo;

/// <summary>The cards the demo company brought along from its earlier system, as one committed import.</summary>
internal sealed class DemoImport(IServiceProvider services, TimeProvider clock, DemoCast cast, GiftCardPlan plan, Store store)
{
    private const int Count = 40;
    private const string FileName = "cards-from-old-system.xlsx";

    private readonly Ledger.Ledger ledger = services.GetRequiredService<Ledger.Ledger>();
    private readonly CardNumbers numbers = services.GetRequiredService<CardNumbers>();

    /// <summary>Imports once; the cards either way.</summary>
    public async Task<IReadOnlyList<DemoCard>> RunAsync(IReadOnlyList<Store> open, CancellationToken cancel)
    {
        var database = services.GetRequiredService<LoyaltyDatabase>();
        await database.WriteAsync(cast.Finance, async db =>
        {
            if (!await db.ImportJobs.AnyAsync(job => job.FileName == FileName, cancel))
            {
                await ImportAsync(db, cancel);
            }
        }, cancel);

        var hashes = Enumerable.Range(1, Count).ToDictionary(i => Convert.ToHexString(numbers.HashNumber(Number(i))), i => (Number: Number(i), Value: Value(i)));
        await using var read = await database.ReadAsync(cancel);
        var cards = await read.GiftCards.Where(card => read.ImportJobs.Any(job => job.Id == card.ImportId && job.FileName == FileName)).OrderBy(card => card.Id).Select(card => new { card.Id, card.NumberHash }).ToListAsync(cancel);

        return [.. cards.Select(card => (card.Id, Known: hashes[Convert.ToHexString(card.NumberHash)])).Select(card => new DemoCard(card.Id, card.Known.Number, code: null, plan.Currency, store, open) { Balance = card.Known.Value })];
    }

    private async Task ImportAsync(LoyaltyDbContext db, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var total = Enumerable.Range(1, Count).Sum(Value);
        var job = new ImportJob
        {
            Kind = ImportKind.GiftCards,
            FileName = FileName,
            FileHash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("demo import"u8)),
            FileSize = 11_904,
            UploadedByKey = cast.Finance.Key,
            UploadedByName = cast.Finance.Name,
            UploadedAt = now.AddMinutes(-9),
            Status = ImportStatus.Committed,
            Mode = ImportMode.AllOrNothing,
            TotalRows = Count,
            ValidRows = Count,
            AppliedRows = Count,
            Value = total,
            ValueSummary = Currency.Of(plan.Currency).Format(total, CultureInfo.InvariantCulture),
            FinishedAt = now,
        };
        db.ImportJobs.Add(job);
        var accounts = Enumerable.Range(1, Count).Select(_ => new LedgerAccount { Kind = AccountKind.GiftCard, Currency = plan.Currency, StoreId = store.Id }).ToList();
        db.LedgerAccounts.AddRange(accounts);
        await db.SaveChangesAsync(cancel);
        for (var i = 1; i <= Count; i++)
        {
            var card = Card(i, accounts[i - 1].Id, job.Id, now);
            db.GiftCards.Add(card);
            await ledger.PostAsync(db, Opening(card, i, now, job.Id), cancel);
        }
    }

    private GiftCard Card(int i, long accountId, long importId, DateTimeOffset now)
    {
        var person = DemoPeople.Of(600 + i);
        var card = new GiftCard
        {
            PlanId = plan.Id,
            TermsId = plan.TermsId!.Value,
            AccountId = accountId,
            CardType = plan.CardType,
            Currency = plan.Currency,
            StoreId = store.Id,
            Channel = Channel.Pos,
            NumberHash = numbers.HashNumber(Number(i)),
            SealedNumber = numbers.Seal(Number(i)),
            LastFour = CardNumbers.LastFour(Number(i)),
            FaceValue = Value(i),
            Paid = Value(i),
            BuyerName = person.Name,
            BuyerPhone = Inputs.NormalisePhone(person.Phone),
            BuyerEmail = person.Email,
            SoldAt = now,
            SoldOn = store.Zone.DayOf(now),
            ImportId = importId,
        };
        card.SetSearchText();

        return card;
    }

    private Posting Opening(GiftCard card, int i, DateTimeOffset now, long importId)
    {
        var value = Currency.Of(plan.Currency).ToMinor(Value(i));

        return new Posting
        {
            Operation = Operation.For(Actor.System, Number(i), "import", value) with { Source = GiftCardQueries.SourceOf(importId) },
            Type = TransactionType.ImportOpening,
            AccountKind = AccountKind.GiftCard,
            AccountId = card.AccountId,
            Currency = card.Currency,
            Amount = value,
            House = [new HouseLeg(House.ImportOpening, -value)],
            HomeStoreId = store.Id,
            StoreId = store.Id,
            Channel = Channel.Pos,
            BusinessDay = card.SoldOn,
            At = now,
        };
    }

    private static string Number(int i) => $"OLD{i.ToString("D8", CultureInfo.InvariantCulture)}";

    private static decimal Value(int i) => 10m + i * 13 % 90;
}
