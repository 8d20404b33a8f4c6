using LoyaltyAdmin.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Exports;

/// <summary>A filter being said in words, part by part; parts that are not set are left out.</summary>
internal sealed class FilterWords(LoyaltyDbContext db)
{
    private readonly List<string> words = [];

    public FilterWords Add(string label, object? value)
    {
        if (value is not null and not "")
        {
            words.Add($"{label}: {ExportWords.Text(value)}");
        }

        return this;
    }

    public FilterWords Range<T>(string label, T? from, T? to) where T : struct => Add(label, (from, to) switch
    {
        (null, null) => null,
        ({ } low, null) => $"from {ExportWords.Text(low)}",
        (null, { } high) => $"to {ExportWords.Text(high)}",
        ({ } low, { } high) => $"{ExportWords.Text(low)} to {ExportWords.Text(high)}",
    });

    public async Task StoreAsync(string label, long? id, CancellationToken cancel)
    {
        if (id is { } storeId)
        {
            Add(label, await db.Stores.Where(s => s.Id == storeId).Select(s => s.Code + " " + s.Name).FirstOrDefaultAsync(cancel));
        }
    }

    public override string ToString() => words.Count == 0 ? "All" : string.Join("; ", words);
}
