using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>A card about to be written, hashed and sealed.</summary>
internal sealed record ReadyCard(byte[] Hash, Opening Opening, object?[] Columns);

/// <summary>Turns the rows of a confirmed import into cards with their opening values.</summary>
internal sealed class GiftCardImportApply(
    LoyaltyDatabase database, CardNumbers numbers, TimeProvider clock, ImportJob job, IReadOnlyDictionary<string, GiftCardPlan> plans, IReadOnlyDictionary<string, Store> stores) : ImportApply<ImportedCard, ReadyCard>
{
    private static readonly BulkColumn[] cardColumns =
    [
        new("PlanId", BulkType.Long), new("TermsId", BulkType.Long), new("AccountId", BulkType.Long), new("CardType", BulkType.Text), new("Currency", BulkType.Text),
        new("StoreId", BulkType.Long), new("Channel", BulkType.Text), new("NumberHash", BulkType.Bytes), new("SealedNumber", BulkType.Bytes), new("LastFour", BulkType.Text),
        new("CodeHash", BulkType.Bytes), new("FaceValue", BulkType.Decimal), new("Paid", BulkType.Decimal), new("BuyerName", BulkType.Text), new("BuyerPhone", BulkType.Text),
        new("BuyerEmail", BulkType.Text), new("SearchText", BulkType.Text), new("OrderNumber", BulkType.Text), new("SoldAt", BulkType.Instant), new("SoldOn", BulkType.Day),
        new("ImportId", BulkType.Long),
    ];

    private readonly LedgerOpenings openings = new(database);
    private readonly Actor actor = Actor.Of(job.UploadedByKey, job.UploadedByName);

    public override ReadyCard Prepare(int rowNumber, ImportedCard card)
    {
        var now = clock.GetUtcNow();
        var (plan, store) = (plans[card.Plan], stores[card.Store]);
        var zone = store.Zone;
        var soldAt = card.SoldOn is { } day && day < zone.DayOf(now) ? zone.StartOf(day) : now;
        var hash = numbers.HashNumber(card.Number);
        var opening = new Opening
        {
            Operation = Operation.For(actor, rowNumber.ToString(CultureInfo.InvariantCulture), "import", job.Id, card.Amount.ToString("G29", CultureInfo.InvariantCulture)) with { Source = GiftCardQueries.SourceOf(job.Id) },
            Kind = AccountKind.GiftCard,
            Currency = plan.Currency,
            StoreId = store.Id,
            Status = card.Activate ? AccountStatus.Open : AccountStatus.Pending,
            UsableUntil = GiftCardImportChecks.UsableUntil(card.SoldOn, card.ExpiresOn, plan.Rules, zone, now),
            Amount = Currency.Of(plan.Currency).ToMinor(card.Amount),
            Channel = Channel.Pos,
            BusinessDay = zone.DayOf(now),
            At = now,
            OrderNumber = card.OrderNumber,
            Reason = $"Import {job.Id.ToString(CultureInfo.InvariantCulture)}",
        };
        var lastFour = CardNumbers.LastFour(card.Number);

        return new ReadyCard(hash, opening,
        [
            plan.Id, plan.TermsId!.Value, null, plan.CardType.ToString(), plan.Currency, store.Id, nameof(Channel.Pos), hash, numbers.Seal(card.Number), lastFour,
            card.Code is null ? null : numbers.HashCode(card.Number, card.Code), card.Amount, card.Paid, card.BuyerName, card.BuyerPhone, card.BuyerEmail,
            GiftCard.SearchTextOf(card.BuyerName, card.BuyerPhone, card.BuyerEmail, lastFour), card.OrderNumber, soldAt, zone.DayOf(soldAt), job.Id,
        ]);
    }

    public override async Task<IReadOnlyList<long>> WriteAsync(LoyaltyDbContext db, IReadOnlyList<ReadyCard> rows, CancellationToken cancel)
    {
        var accounts = await openings.PostAsync(db, [.. rows.Select(row => row.Opening)], cancel);
        for (var i = 0; i < rows.Count; i++)
        {
            rows[i].Columns[2] = accounts[i];
        }

        return await database.Provider.Bulk.InsertReturningIdsAsync(db, "GiftCards", cardColumns, [.. rows.Select(row => row.Columns)], cancel);
    }

    public override async Task<IReadOnlyDictionary<int, RowFault>> ClashesAsync(LoyaltyDbContext db, IReadOnlyList<ReadyCard> rows, CancellationToken cancel) =>
        await GiftCardImportChecks.TakenAsync(db, [.. rows.Select(row => row.Hash)], cancel);

    public override async Task CompleteAsync(LoyaltyDbContext db, ImportJob job, CancellationToken cancel)
    {
        if (await db.GiftCards.CountAsync(card => card.ImportId == job.Id, cancel) != job.ValidRows)
        {
            throw new InvalidOperationException($"Import {job.Id} has not a card for each of {job.ValidRows} rows.");
        }
    }
}
