using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Xml;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>
/// P1 and P2 of the performance targets: exports against a raw writer, imports against a raw read and insert, with peak memory.
/// <code>dotnet run -c Release --project LoyaltyAdmin.Benchmarks -- import [cards] [rounds]</code>
/// <code>dotnet run -c Release --project LoyaltyAdmin.Benchmarks -- export [sizes, e.g. 10000,100000,500000] [rounds]</code>
/// </summary>
internal static class FilesBenchmark
{
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

    private static readonly string[] headers = ["Card Number", "Plan", "Store", "Amount", "Paid Amount", "Security Code", "Buyer Name", "Buyer Phone Number", "Buyer Email", "Order Number", "Sold Date", "Expiry Date", "Activate"];

    public static async Task ImportAsync(string[] args)
    {
        var cards = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100_000;
        var rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 3;
        Console.WriteLine("| Database | Cards | Upload s | Apply s | Total s | Raw s | Total / raw | Peak MB | Live heap MB | POS p50 ms | POS p99 ms | POS max ms |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var sqlite in new[] { true, false }.Where(sqlite => sqlite || Environment.GetEnvironmentVariable("LOYALTY_TEST_PG") is not null))
        {
            var results = new List<(double Upload, double Apply, double Raw, double Peak, double Live, double[] Pos)>();
            for (var round = 0; round < rounds; round++)
            {
                results.Add(await ImportRoundAsync(sqlite, cards));
            }

            var middle = results.OrderBy(r => (r.Upload + r.Apply) / r.Raw).ElementAt(rounds / 2);
            var pos = results.SelectMany(r => r.Pos).Order().ToArray();
            var total = middle.Upload + middle.Apply;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {(sqlite ? "SQLite" : "PostgreSQL")} | {FilesWorld.Number(cards)} | {middle.Upload:F1} | {middle.Apply:F1} | {total:F1} | {middle.Raw:F1} | {total / middle.Raw:F2} | {results.Max(r => r.Peak):F0} | {results.Max(r => r.Live):F0} | {At(pos, .5):F1} | {At(pos, .99):F1} | {At(pos, 1):F1} |"));
        }
    }

    public static async Task ExportAsync(string[] args)
    {
        var sizes = args.Length > 0 ? args[0].Split(',').Select(size => int.Parse(size, CultureInfo.InvariantCulture)).ToArray() : [10_000, 100_000, 500_000];
        var rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 3;
        Console.WriteLine("| Database | List | Rows | Export s | Raw writer s | Export / raw | Peak MB | File MB |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (var sqlite in new[] { true, false }.Where(sqlite => sqlite || Environment.GetEnvironmentVariable("LOYALTY_TEST_PG") is not null))
        {
            await using var world = await FilesWorld.MakeAsync(sqlite);
            var there = 0;
            foreach (var size in sizes)
            {
                await RawCards.InsertAsync(world, size - there, 1_000_000 + there);
                there = size;
                foreach (var kind in new[] { ExportKind.SoldGiftCards, ExportKind.GiftCardTransactions })
                {
                    await ExportSizeAsync(world, kind, size, rounds);
                }
            }
        }
    }

    private static async Task ExportSizeAsync(FilesWorld world, ExportKind kind, int size, int rounds)
    {
        var results = new List<(double Export, double Raw, double Peak, long Size)>();
        for (var round = 0; round < rounds; round++)
        {
            var exports = world.Get<Exports>();
            await world.Get<Domain.Data.LoyaltyDatabase>().WriteAsync(Domain.Access.Actor.System, db => db.ExportJobs.ExecuteDeleteAsync());
            var ticket = await exports.RequestAsync(world.Finance, new ExportRequest { Kind = kind });
            using var peak = new PeakMemory();
            var watch = Stopwatch.StartNew();
            await world.Get<ExportWork>().RunOnceAsync();
            var seconds = watch.Elapsed.TotalSeconds;
            var done = await exports.GetAsync(world.Finance, ticket.ExportId!.Value);
            if (done.Rows != size)
            {
                throw new InvalidOperationException($"{done.Rows} rows instead of {size}: {done.Failure}");
            }

            var megabytes = peak.Megabytes;
            results.Add((seconds, RawWrite(size), megabytes, done.FileSize ?? 0));
        }

        var middle = results.OrderBy(r => r.Export / r.Raw).ElementAt(rounds / 2);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {(world.IsSqlite ? "SQLite" : "PostgreSQL")} | {ExportWords.Title(kind)} | {FilesWorld.Number(size)} | {middle.Export:F2} | {middle.Raw:F2} | {middle.Export / middle.Raw:F2} | {results.Max(r => r.Peak):F0} | {middle.Size / 1e6:F1} |"));
    }

    /// <summary>One import in a process of its own, so that its memory is its own; the figures go to the console.</summary>
    public static async Task ImportOnceAsync(string database, string file)
    {
        await using var world = await FilesWorld.MakeAsync(database == "sqlite");
        using var stop = new CancellationTokenSource();
        var till = Task.Run(() => PayAsync(world, stop.Token));
        using var peak = new PeakMemory();
        var imports = world.Get<GiftCardImports>();
        var watch = Stopwatch.StartNew();
        await using var content = File.OpenRead(file);
        var import = await imports.UploadAsync(world.Finance, content, "cards.xlsx");
        var upload = watch.Elapsed.TotalSeconds;
        await imports.ConfirmAsync(world.Finance, import.Id, ImportMode.AllOrNothing);
        watch.Restart();
        await world.Get<ImportWork>().RunOnceAsync();
        var apply = watch.Elapsed.TotalSeconds;
        var (megabytes, live) = (peak.Megabytes, peak.LiveMegabytes);
        await stop.CancelAsync();
        var pos = await till;
        var done = await imports.GetAsync(world.Finance, import.Id);
        if (done.Status != ImportStatus.Committed || done.ErrorRows > 0)
        {
            throw new InvalidOperationException($"{done.Status}: {done.ValidRows}, {done.Failure}");
        }

        Console.WriteLine(string.Join(' ', new[] { upload, apply, megabytes, live }.Concat(pos).Select(figure => figure.ToString("F3", CultureInfo.InvariantCulture))));
    }

    private static async Task<(double Upload, double Apply, double Raw, double Peak, double Live, double[] Pos)> ImportRoundAsync(bool sqlite, int cards)
    {
        var path = Path.GetTempFileName();
        await File.WriteAllBytesAsync(path, await FileAsync(cards));
        using var child = Process.Start(new ProcessStartInfo("dotnet", [typeof(FilesBenchmark).Assembly.Location, "import-once", sqlite ? "sqlite" : "postgresql", path]) { RedirectStandardOutput = true })!;
        var figures = (await child.StandardOutput.ReadToEndAsync()).Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(figure => double.Parse(figure, CultureInfo.InvariantCulture)).ToArray();
        await child.WaitForExitAsync();

        await using var raw = await FilesWorld.MakeAsync(sqlite);
        var limit = Stopwatch.StartNew();
        RawRead(await File.ReadAllBytesAsync(path));
        await RawCards.InsertAsync(raw, cards);
        var seconds = limit.Elapsed.TotalSeconds;
        File.Delete(path);

        return (figures[0], figures[1], seconds, figures[2], figures[3], figures[4..]);
    }

    private static async Task<double[]> PayAsync(FilesWorld world, CancellationToken stop)
    {
        var card = await world.Get<GiftCardSales>().SellAsync(world.Finance, new GiftCardSale { PlanCode = world.Plan.Code, Amount = 5_000, Currency = "USD", StoreCode = world.Store.Code, Channel = Channel.Pos }, Guid.NewGuid().ToString("N"), CancellationToken.None);
        var times = new List<double>();
        while (!stop.IsCancellationRequested)
        {
            var watch = Stopwatch.StartNew();
            await world.Get<GiftCardPayments>().RedeemAsync(world.Till, new GiftCardMovement { CardNumber = card.CardNumber, Amount = 0.01m, Currency = "USD", StoreCode = world.Store.Code, Channel = Channel.Pos }, Guid.NewGuid().ToString("N"), CancellationToken.None);
            times.Add(watch.Elapsed.TotalMilliseconds);
            await Task.Delay(10, CancellationToken.None);
        }

        // The first ones compile the code.
        return [.. times.Skip(5)];
    }

    private static async Task<byte[]> FileAsync(int cards)
    {
        var sheet = new Sheet<string?[]>("Gift Cards");
        foreach (var (header, at) in headers.Select((header, at) => (header, at)))
        {
            sheet = sheet.Text(header, row => row[at]);
        }

        using var file = new MemoryStream();
        await sheet.WriteXlsxAsync(file, Enumerable.Range(0, cards).Select(i => (string?[])
            [CardNumbers.NewNumber(), "GC-0001", "NYC01", "100", "90", null, $"Buyer {i}", $"+1212{5_000_000 + i}", $"buyer{i}@example.com", $"INV-{i}", "2026-01-15", "2031-01-15", "Yes"]).ToAsyncEnumerable());

        return file.ToArray();
    }

    private static void RawRead(byte[] file)
    {
        using var archive = new ZipArchive(new MemoryStream(file));
        using var xml = XmlReader.Create(archive.GetEntry("xl/worksheets/sheet1.xml")!.Open());
        var characters = 0L;
        while (xml.Read())
        {
            characters += xml.NodeType == XmlNodeType.Text ? xml.Value.Length : 0;
        }

        if (characters == 0)
        {
            throw new InvalidOperationException("The file is empty.");
        }
    }

    /// <summary>21 columns as an export has them, from values made on the spot.</summary>
    private static double RawWrite(int rows)
    {
        var path = Path.GetTempFileName();
        var watch = Stopwatch.StartNew();
        using (var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create))
        {
            using var part = archive.CreateEntry("xl/worksheets/sheet1.xml", CompressionLevel.Optimal).Open();
            using var xml = XmlWriter.Create(part);
            xml.WriteStartElement("worksheet", Main);
            xml.WriteStartElement("sheetData", Main);
            for (var row = 1; row <= rows; row++)
            {
                xml.WriteStartElement("row", Main);
                xml.WriteAttributeString("r", row.ToString(CultureInfo.InvariantCulture));
                for (var column = 0; column < 21; column++)
                {
                    Cell(xml, row, column);
                }

                xml.WriteEndElement();
            }
        }

        File.Delete(path);

        return watch.Elapsed.TotalSeconds;
    }

    private static void Cell(XmlWriter xml, int row, int column)
    {
        var isText = column is not (0 or 7 or 8 or 9 or 17 or 18 or 19 or 20);
        xml.WriteStartElement("c", Main);
        xml.WriteAttributeString("r", (char)('A' + column) + row.ToString(CultureInfo.InvariantCulture));
        if (isText)
        {
            xml.WriteAttributeString("t", "inlineStr");
            xml.WriteStartElement("is", Main);
            xml.WriteElementString("t", Main, column is 10 or 11 or 12 or 16 ? "buyer" + row.ToString(CultureInfo.InvariantCulture) : "Fifth Avenue");
            xml.WriteEndElement();
        }
        else
        {
            xml.WriteElementString("v", Main, (1_000_000 + row + column).ToString(CultureInfo.InvariantCulture));
        }

        xml.WriteEndElement();
    }

    private static double At(double[] sorted, double share) => sorted.Length == 0 ? 0 : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];

    /// <summary>The process's highest working set while it lives, sampled, and the most a collection found alive.</summary>
    private sealed class PeakMemory : IDisposable
    {
        private readonly Timer timer;
        private long peak;
        private long live;

        public PeakMemory()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            timer = new Timer(_ => Sample(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(20));
        }

        public double Megabytes
        {
            get
            {
                Sample();

                return peak / (1024.0 * 1024);
            }
        }

        public double LiveMegabytes => live / (1024.0 * 1024);

        public void Dispose() => timer.Dispose();

        private void Sample()
        {
            var last = GC.GetGCMemoryInfo();
            (peak, live) = (Math.Max(peak, Environment.WorkingSet), Math.Max(live, last.HeapSizeBytes - last.FragmentedBytes));
        }
    }
}
