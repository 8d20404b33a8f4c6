using System.Collections.Immutable;
using System.Text.Json;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Orders;

/// <summary>Purchase histories from files of any columns: guess, confirm, dry run, import. Importing the same file again changes nothing.</summary>
[Requires(Permission.OrdersImport)]
public sealed class OrderImports(ImportTools tools, ImportWork work, GroupCalendar calendar) : ImportFlow(tools, work, ImportKind.Orders)
{
    private const int LookedAt = 5_000;

    private readonly ImportTools tools = tools;

    /// <summary>The ways a date may be written.</summary>
    public static IReadOnlyList<string> DateFormats => OrderFormats.Dates;

    /// <summary>Finds out what the columns of a file mean and how its dates and amounts are written. Nothing is kept.</summary>
    /// <exception cref="UploadRefusedException">The file is not safe or not readable.</exception>
    [Requires(Permission.OrdersImport)]
    public async Task<OrderFileGuess> DetectAsync(Actor actor, Stream content, string fileName, CancellationToken cancel = default)
    {
        await tools.Access.DemandAsync(actor, Permission.OrdersImport, cancel: cancel);
        var upload = await UploadGuard.CheckAsync(content, fileName, cancel: cancel);
        await using var db = await tools.Database.ReadAsync(cancel);
        var group = await calendar.TodayAsync(db, cancel);

        return await Task.Run(() => OrderFormats.Guess(SheetPreview.Read(upload, OrderImportSheet.Columns, LookedAt), group.Currency), cancel);
    }

    /// <summary>The settings as the import keeps them.</summary>
    /// <exception cref="InvalidInputException">A needed column or choice is missing.</exception>
    public static string ToJson(OrderImportSettings settings)
    {
        settings.Check().ThrowIfAny();

        return JsonSerializer.Serialize(settings, Json.Options);
    }

    /// <summary>What <see cref="ToJson"/> wrote; null: the template's own columns.</summary>
    public static OrderImportSettings Read(string? json) => json is null
        ? new OrderImportSettings { Columns = Enum.GetValues<OrderField>().ToImmutableSortedDictionary(field => field, OrderImportSheet.HeaderOf) }
        : JsonSerializer.Deserialize<OrderImportSettings>(json, Json.Options)!;
}

/// <summary>What an import of orders is made of.</summary>
internal sealed class OrderImport(OrderIngest ingest, TimeProvider clock) : ImportDefinition<ImportedOrder, ImportedOrder>
{
    public override ImportKind Kind => ImportKind.Orders;

    public override string Things => "orders";

    public override Sheet<ImportedOrder> Rows => OrderImportSheet.Columns;

    public override bool RefusesSameFile => false;

    internal override SheetReader Open(CheckedUpload upload, string? settings) => SheetReader.Open(upload, OrderImportSheet.For(OrderImports.Read(settings)));

    public override async Task<ImportChecks<ImportedOrder>> ChecksAsync(LoyaltyDbContext db, Grant grant, string? settings, CancellationToken cancel)
    {
        var read = OrderImports.Read(settings);
        if (settings is not null)
        {
            read.Check().ThrowIfAny();
        }

        var stores = await db.Stores.ToListAsync(cancel);

        var channels = await db.SalesChannels.Where(channel => channel.IsEnabled).Select(channel => channel.Code).ToListAsync(cancel);

        return new OrderImportChecks(read, stores.Where(store => grant.Sees(store.Id)).ToDictionary(store => store.Code, StringComparer.OrdinalIgnoreCase), channels.ToHashSet(StringComparer.Ordinal), clock.GetUtcNow());
    }

    public override async Task<ImportApply<ImportedOrder, ImportedOrder>> ApplierAsync(LoyaltyDbContext db, ImportJob job, CancellationToken cancel) =>
        new OrderApply(ingest, job, OrderImports.Read(job.Settings), await db.Stores.ToDictionaryAsync(store => store.Code, StringComparer.OrdinalIgnoreCase, cancel));
}
