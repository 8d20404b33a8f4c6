using System.Text.Json;
using System.Threading.Channels;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>
/// The dry run: reads a checked file row by row and keeps each with its verdict, sealed. Reading and writing run side by side, 500 rows to a
/// transaction (more where writers run side by side), so that tills are never kept waiting and memory stays flat.
/// </summary>
internal sealed class GiftCardImportStaging(LoyaltyDatabase database, JobLeases leases, CardNumbers numbers, SecretKeys keys, TimeProvider clock)
{
    private const int MostErrorText = 400;

    // The share of neighbouring numbers above which a file is warned about: whoever holds one card could guess the next.
    private const double MostNeighbours = 0.01;

    private readonly int chunkRows = database.Provider.WriteGate is null ? 2_000 : 500;

    /// <summary>What is sealed for a row that failed: the file's headers and its cells.</summary>
    internal sealed record FailedCells(IReadOnlyList<string> Headers, string Cells);

    private static readonly BulkColumn[] columns =
    [
        new("ImportId", BulkType.Long), new("RowNumber", BulkType.Int), new("SealedValues", BulkType.Bytes), new("IsValid", BulkType.Boolean),
        new("ErrorColumn", BulkType.Text), new("ErrorCode", BulkType.Text), new("Error", BulkType.Text),
    ];

    /// <summary>Reads, checks and keeps every row, and sets the job's figures.</summary>
    public async Task StageAsync(Grant grant, long importId, CheckedUpload upload, HeldLease lease, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        var plans = await db.GiftCardPlans.ToListAsync(cancel);
        var stores = await db.Stores.ToListAsync(cancel);
        var checks = new GiftCardImportChecks(plans, stores, grant, clock.GetUtcNow());
        var currencies = plans.ToDictionary(plan => plan.Code, plan => plan.Currency, StringComparer.OrdinalIgnoreCase);
        var tally = new Tally();

        var chunks = System.Threading.Channels.Channel.CreateBounded<List<StagedRow>>(2);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var reading = Task.Run(() => ReadAsync(upload, checks, chunks.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var chunk in chunks.Reader.ReadAllAsync(cancel))
            {
                await KeepAsync(importId, chunk, lease, tally, currencies, cancel);
            }

            await reading;
        }
        finally
        {
            await stop.CancelAsync();
        }

        await FinishAsync(grant.Actor, importId, lease, tally, cancel);
    }

    private async Task ReadAsync(CheckedUpload upload, GiftCardImportChecks checks, ChannelWriter<List<StagedRow>> chunks, CancellationToken cancel)
    {
        try
        {
            using var reader = SheetReader.Open(upload, GiftCardImportSheet.Columns);
            var headers = reader.Headers;
            var chunk = new List<StagedRow>(chunkRows);
            foreach (var row in reader.Rows(cancel))
            {
                chunk.Add(Stage(row, headers, checks));
                if (chunk.Count == chunkRows)
                {
                    await chunks.WriteAsync(chunk, cancel);
                    chunk = new List<StagedRow>(chunkRows);
                }
            }

            if (chunk.Count > 0)
            {
                await chunks.WriteAsync(chunk, cancel);
            }

            chunks.Complete();
        }
        catch (Exception exception)
        {
            chunks.Complete(exception);
        }
    }

    private StagedRow Stage(SheetRow row, IReadOnlyList<string> headers, GiftCardImportChecks checks)
    {
        var errors = new List<CellError>();
        var card = checks.Check(row, errors);

        return card is null
            ? new StagedRow(row.RowNumber, null, null, SealFailed(keys, headers, row.Original.Cells), errors[0].Column, errors[0].Code, Sentence(errors))
            : new StagedRow(row.RowNumber, card, numbers.HashNumber(card.Number), keys.Seal(JsonSerializer.Serialize(card)), null, null, null);
    }

    // What must never be stored is not stored sealed either.
    internal static byte[] SealFailed(SecretKeys keys, IReadOnlyList<string> headers, IReadOnlyList<object?> cells) => keys.Seal(JsonSerializer.Serialize(
        new FailedCells(headers, new OriginalRow(0, [.. cells.Select(cell => GiftCardImportChecks.IsPaymentCard(cell) ? null : cell)]).ToJson())));

    private static string Sentence(List<CellError> errors)
    {
        var text = errors.Count == 1 ? errors[0].Sentence : string.Join(" ", errors.Select(error => $"{error.Column}: {error.Sentence}"));

        return text.Length <= MostErrorText ? text : text[..(MostErrorText - 1)] + "…";
    }

    private async Task KeepAsync(long importId, List<StagedRow> chunk, HeldLease lease, Tally tally, Dictionary<string, string> currencies, CancellationToken cancel)
    {
        var taken = await TakenAsync([.. chunk.Where(row => row.Hash is not null).Select(row => row.Hash!)], cancel);
        for (var i = 0; i < chunk.Count; i++)
        {
            if (chunk[i] is { Card: { } card, Hash: { } hash } row && taken.Contains(Convert.ToHexString(hash)))
            {
                var sealedCells = SealFailed(keys, [.. GiftCardImportSheet.Columns.ImportColumns.Select(column => column.Header)], GiftCardImportSheet.Cells(card));
                chunk[i] = new StagedRow(row.RowNumber, null, null, sealedCells, GiftCardImportSheet.Number, "number_taken", "A card with this number already exists.");
            }
        }

        await database.WriteAsync(Actor.System, async db =>
        {
            await leases.DemandAsync(db, lease, cancel);
            await db.Database.OpenConnectionAsync(cancel);
            await database.Provider.Bulk.InsertAsync(db, "ImportRows", columns,
                chunk.ConvertAll(row => new object?[] { importId, row.RowNumber, row.SealedValues, row.Card is not null, row.ErrorColumn, row.ErrorCode, row.Error }), cancel);
        }, cancel);
        tally.Add(chunk, currencies);
    }

    private async Task<HashSet<string>> TakenAsync(byte[][] hashes, CancellationToken cancel)
    {
        if (hashes.Length == 0)
        {
            return [];
        }

        await using var db = await database.ReadAsync(cancel);

        return [.. (await db.GiftCards.Where(card => hashes.Contains(card.NumberHash)).Select(card => card.NumberHash).ToListAsync(cancel)).Select(Convert.ToHexString)];
    }

    private Task FinishAsync(Actor actor, long importId, HeldLease lease, Tally tally, CancellationToken cancel) => database.WriteAsync(actor, async db =>
    {
        await leases.DemandAsync(db, lease, cancel);
        var job = await db.ImportJobs.SingleAsync(j => j.Id == importId, cancel);
        (job.TotalRows, job.ValidRows, job.ErrorRows) = (tally.Valid + tally.Errors, tally.Valid, tally.Errors);
        (job.Value, job.ValueSummary) = (tally.Largest, tally.Summary);
        job.Status = job.TotalRows == 0 ? ImportStatus.Failed : ImportStatus.Validated;
        if (job.TotalRows == 0)
        {
            (job.Failure, job.FinishedAt) = ("The file has no rows below its header.", clock.GetUtcNow());
        }
        else if (tally.Warning is { } warning)
        {
            // The verdict on the file as a whole stands in row 0.
            db.ImportRows.Add(new ImportRow { ImportId = importId, RowNumber = 0, SealedValues = [], IsValid = false, ErrorCode = "sequential_numbers", ErrorColumn = GiftCardImportSheet.Number, Error = warning });
        }
    }, cancel);

    private sealed record StagedRow(int RowNumber, ImportedCard? Card, byte[]? Hash, byte[] SealedValues, string? ErrorColumn, string? ErrorCode, string? Error);

    private sealed class Tally
    {
        private readonly SortedDictionary<string, decimal> values = new(StringComparer.Ordinal);
        private readonly List<UInt128> digits = [];

        public int Valid { get; private set; }

        public int Errors { get; private set; }

        public decimal Largest => values.Count == 0 ? 0 : values.Values.Max();

        public string? Summary => values.Count == 0 ? null : string.Join(", ", values.Select(pair => Currency.Of(pair.Key).Format(pair.Value, System.Globalization.CultureInfo.InvariantCulture)));

        /// <summary>Whether the numbers follow one another, which makes them guessable.</summary>
        public string? Warning
        {
            get
            {
                digits.Sort();
                var neighbours = 0;
                for (var i = 1; i < digits.Count; i++)
                {
                    neighbours += digits[i] - digits[i - 1] == UInt128.One ? 1 : 0;
                }

                return digits.Count < 2 || neighbours <= digits.Count * MostNeighbours ? null
                    : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{neighbours} of {digits.Count} card numbers follow directly on another one: whoever holds a card can guess the next. Use cards with random numbers, or give every card a security code.");
            }
        }

        public void Add(List<StagedRow> chunk, Dictionary<string, string> currencies)
        {
            foreach (var row in chunk)
            {
                if (row.Card is not { } card)
                {
                    Errors++;
                    continue;
                }

                Valid++;
                var currency = currencies[card.Plan];
                values[currency] = values.GetValueOrDefault(currency) + card.Amount;
                if (UInt128.TryParse(card.Number, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number))
                {
                    digits.Add(number);
                }
            }
        }
    }
}
