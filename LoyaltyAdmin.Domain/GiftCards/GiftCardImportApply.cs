using System.Globalization;
using System.Text.Json;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>Turns the valid rows of one confirmed import into cards, a few hundred to a transaction: a till waits milliseconds, never seconds.</summary>
internal sealed class GiftCardImportApply(LoyaltyDatabase database, JobLeases leases, CardNumbers numbers, SecretKeys keys, TimeProvider clock)
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

    // One writer at a time: everybody waits for a chunk. Where writers run side by side nobody does, and round trips count.
    private readonly int chunkRows = database.Provider.WriteGate is null ? 2_000 : 500;

    private Dictionary<string, GiftCardPlan> plans = [];
    private Dictionary<string, Store> stores = [];

    public async Task RunAsync(ImportJob job, HeldLease lease, Action<int> progressed, CancellationToken cancel)
    {
        await using (var db = await database.ReadAsync(cancel))
        {
            plans = await db.GiftCardPlans.ToDictionaryAsync(plan => plan.Code, StringComparer.OrdinalIgnoreCase, cancel);
            stores = await db.Stores.ToDictionaryAsync(store => store.Code, StringComparer.OrdinalIgnoreCase, cancel);
        }

        var next = PrepareAsync(job, 0, cancel);
        while (await next is var (chunk, lastRow) && lastRow is { } readTo)
        {
            // The next chunk is opened, hashed and sealed while this one is written.
            next = PrepareAsync(job, readTo, cancel);
            try
            {
                // A chunk written before an interruption is passed over: it is no progress.
                if (chunk.Count > 0)
                {
                    if (!await WriteAsync(job, chunk, lease, cancel))
                    {
                        return;
                    }

                    progressed(readTo);
                }
            }
            catch (Exception exception) when (database.Provider.IsUniqueViolation(exception))
            {
                if (!await MarkTakenAsync(job, chunk, lease, cancel))
                {
                    return;
                }

                next = PrepareAsync(job, 0, cancel);
            }
        }

        await CommitAsync(job, lease, cancel);
    }

    private sealed record Prepared(long RowId, int RowNumber, byte[] Hash, ImportedCard Card, Opening Opening, object?[] Columns);

    /// <summary>The next rows of the file that are to become cards, and the last row looked at; null: the file has no more.</summary>
    /// <remarks>What is done already is sorted out here: a condition on it would lead the database away from the index by row number, to all rows of the file for every chunk.</remarks>
    private Task<(List<Prepared> Rows, int? LastRow)> PrepareAsync(ImportJob job, int afterRow, CancellationToken cancel) => Task.Run(async () =>
    {
        await using var db = await database.ReadAsync(cancel);
        var rows = await db.ImportRows.Where(row => row.ImportId == job.Id && row.RowNumber > afterRow).OrderBy(row => row.RowNumber).Take(chunkRows)
            .Select(row => new { row.Id, row.RowNumber, Values = row.IsValid && row.CreatedId == null ? row.SealedValues : null }).ToListAsync(cancel);
        var (actor, now) = (Actor.Of(job.UploadedByKey, job.UploadedByName), clock.GetUtcNow());

        return (rows.Where(row => row.Values is not null).Select(row => Prepare(job, row.Id, row.RowNumber, JsonSerializer.Deserialize<ImportedCard>(keys.Open(row.Values!))!, actor, now)).ToList(), rows.Count == 0 ? (int?)null : rows[^1].RowNumber);
    }, cancel);

    private Prepared Prepare(ImportJob job, long rowId, int rowNumber, ImportedCard card, Actor actor, DateTimeOffset now)
    {
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

        return new Prepared(rowId, rowNumber, hash, card, opening,
        [
            plan.Id, plan.TermsId!.Value, null, plan.CardType.ToString(), plan.Currency, store.Id, nameof(Channel.Pos), hash, numbers.Seal(card.Number), lastFour,
            card.Code is null ? null : numbers.HashCode(card.Number, card.Code), card.Amount, card.Paid, card.BuyerName, card.BuyerPhone, card.BuyerEmail,
            GiftCard.SearchTextOf(card.BuyerName, card.BuyerPhone, card.BuyerEmail, lastFour), card.OrderNumber, soldAt, zone.DayOf(soldAt), job.Id,
        ]);
    }

    /// <summary>False: the import was cancelled meanwhile.</summary>
    private Task<bool> WriteAsync(ImportJob job, List<Prepared> chunk, HeldLease lease, CancellationToken cancel) => database.WriteAsync(Actor.System, async db =>
    {
        await leases.DemandAsync(db, lease, cancel);

        // Progress is no change worth auditing. The condition holds the row: a cancellation waits for this chunk or stops it.
        var applying = await db.ImportJobs.Where(j => j.Id == job.Id && j.Status == ImportStatus.Applying).ExecuteUpdateAsync(set => set.SetProperty(j => j.AppliedRows, j => j.AppliedRows + chunk.Count), cancel);
        if (applying == 0)
        {
            return false;
        }

        var accounts = await openings.PostAsync(db, chunk.ConvertAll(row => row.Opening), cancel);
        for (var i = 0; i < chunk.Count; i++)
        {
            chunk[i].Columns[2] = accounts[i];
        }

        var cards = await database.Provider.Bulk.InsertReturningIdsAsync(db, "GiftCards", cardColumns, chunk.ConvertAll(row => row.Columns), cancel);
        await database.Provider.Bulk.SetAsync(db, "ImportRows", nameof(ImportRow.CreatedId), [.. chunk.Select((row, i) => (row.RowId, cards[i]))], cancel);

        return true;
    }, cancel);

    /// <summary>A number was sold or imported elsewhere since the dry run. False: all or nothing, so the import ends.</summary>
    private async Task<bool> MarkTakenAsync(ImportJob job, List<Prepared> chunk, HeldLease lease, CancellationToken cancel)
    {
        var hashes = chunk.Select(row => row.Hash).ToArray();
        HashSet<string> taken;
        await using (var db = await database.ReadAsync(cancel))
        {
            taken = [.. (await db.GiftCards.Where(card => hashes.Contains(card.NumberHash)).Select(card => card.NumberHash).ToListAsync(cancel)).Select(Convert.ToHexString)];
        }

        var rows = chunk.Where(row => taken.Contains(Convert.ToHexString(row.Hash))).ToList();
        if (rows.Count == 0)
        {
            throw new InvalidOperationException("A unique index refused an import's row that has no double.");
        }

        return await database.WriteAsync(Actor.System, async db =>
        {
            await leases.DemandAsync(db, lease, cancel);
            var current = await db.ImportJobs.SingleAsync(j => j.Id == job.Id, cancel);
            if (current.Status != ImportStatus.Applying)
            {
                return false;
            }

            foreach (var row in rows)
            {
                var cells = GiftCardImportStaging.SealFailed(keys, [.. GiftCardImportSheet.Columns.ImportColumns.Select(column => column.Header)], GiftCardImportSheet.Cells(row.Card));
                await db.ImportRows.Where(r => r.Id == row.RowId).ExecuteUpdateAsync(set => set
                    .SetProperty(r => r.IsValid, false).SetProperty(r => r.SealedValues, cells).SetProperty(r => r.ErrorColumn, GiftCardImportSheet.Number)
                    .SetProperty(r => r.ErrorCode, "number_taken").SetProperty(r => r.Error, "A card with this number already exists."), cancel);
            }

            current.ValidRows -= rows.Count;
            current.ErrorRows += rows.Count;
            if (current.Mode == ImportMode.AllOrNothing)
            {
                current.Status = ImportStatus.Cancelling;
                current.Failure = string.Create(CultureInfo.InvariantCulture, $"{rows.Count} card numbers were taken since the file was checked. All or nothing: no card was imported.");

                return false;
            }

            return true;
        }, cancel);
    }

    /// <summary>The one step that makes all cards visible and spendable.</summary>
    private Task CommitAsync(ImportJob job, HeldLease lease, CancellationToken cancel) => database.WriteAsync(Actor.Of(job.UploadedByKey, job.UploadedByName), async db =>
    {
        await leases.DemandAsync(db, lease, cancel);
        var current = await db.ImportJobs.SingleAsync(j => j.Id == job.Id, cancel);
        if (current.Status != ImportStatus.Applying)
        {
            return;
        }

        if (current.AppliedRows != current.ValidRows || await db.GiftCards.CountAsync(card => card.ImportId == job.Id, cancel) != current.ValidRows)
        {
            throw new InvalidOperationException($"Import {job.Id} has {current.AppliedRows} cards for {current.ValidRows} rows.");
        }

        (current.Status, current.FinishedAt) = (ImportStatus.Committed, clock.GetUtcNow());
    }, cancel);
}
