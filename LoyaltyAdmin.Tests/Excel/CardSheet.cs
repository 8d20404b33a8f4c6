using System.Text;
using LoyaltyAdmin.Domain.Excel;

namespace LoyaltyAdmin.Tests.Excel;

internal sealed record Card(
    string? Number, decimal? Balance = null, DateOnly? ValidUntil = null, DateTimeOffset? SoldAt = null, long? Uses = null, bool? Active = null, string? Plan = null);

/// <summary>The sheet these tests write and read: one column of every kind.</summary>
internal static class CardSheet
{
    public static readonly Sheet<Card> Columns = new Sheet<Card>("Cards")
        .Text("Card number", card => card.Number, new() { Required = true, Synonyms = ["Number", "Card no."], Help = "As printed on the card.", Example = "0012345678901234567" })
        .Money("Balance", card => card.Balance)
        .Date("Valid until", card => card.ValidUntil)
        .DateTime("Sold at", card => card.SoldAt)
        .Integer("Uses", card => card.Uses)
        .Boolean("Active", card => card.Active)
        .Text("Plan", card => card.Plan, new() { AllowedValues = ["Birthday", "Christmas"] })
        .Text("Internal note", _ => null, new() { ExportOnly = true });

    public static async Task<List<SheetRow>> ReadAsync(byte[] file, string fileName = "cards.xlsx", TimeZoneInfo? zone = null, UploadLimits? limits = null, string? sheetName = null)
    {
        var upload = await UploadGuard.CheckAsync(new MemoryStream(file), fileName, limits);
        using var reader = SheetReader.Open(upload, Columns, zone, sheetName);

        return [.. reader.Rows()];
    }

    public static Task<List<SheetRow>> ReadCsvAsync(string text) => ReadAsync(Encoding.UTF8.GetBytes(text), "cards.csv");

    public static async Task<string> RefusalAsync(byte[] file, string fileName = "cards.xlsx", UploadLimits? limits = null) =>
        (await Should.ThrowAsync<UploadRefusedException>(() => ReadAsync(file, fileName, limits: limits))).Code;

    /// <summary>The one row of a workbook whose second row holds these cells.</summary>
    public static async Task<SheetRow> RowAsync(params string[] cells) =>
        (await ReadAsync(WorkbookFile.Of(WorkbookFile.Header(), WorkbookFile.Row(2, cells)).ToBytes())).ShouldHaveSingleItem();

    public static async Task<byte[]> WriteAsync(params Card[] cards)
    {
        using var file = new MemoryStream();
        await Columns.WriteXlsxAsync(file, cards.ToAsyncEnumerable());
        return file.ToArray();
    }
}
