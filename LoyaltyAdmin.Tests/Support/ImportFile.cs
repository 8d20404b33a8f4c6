using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Stores;

namespace LoyaltyAdmin.Tests.Support;

/// <summary>An import file as somebody fills it in: text cells under the template's headers.</summary>
public sealed class ImportFile(GiftCardPlan plan, Store store)
{
    public static readonly string[] Headers =
        ["Card Number", "Plan", "Store", "Amount", "Paid Amount", "Security Code", "Buyer Name", "Buyer Phone Number", "Buyer Email", "Order Number", "Sold Date", "Expiry Date", "Activate"];

    private readonly List<string?[]> rows = [];

    public int Count => rows.Count;

    /// <summary>The numbers of the file, in order.</summary>
    public IReadOnlyList<string> Numbers => rows.ConvertAll(row => row[0]!);

    /// <summary>Adds one valid row, with cells changed by header.</summary>
    public ImportFile Row(params (string Header, string? Value)[] cells)
    {
        var row = new string?[Headers.Length];
        row[0] = CardNumbers.NewNumber();
        row[1] = plan.Code;
        row[2] = store.Code;
        row[3] = "100";
        row[4] = "90";
        row[12] = "Yes";
        foreach (var (header, value) in cells)
        {
            row[Array.IndexOf(Headers, header)] = value;
        }

        rows.Add(row);

        return this;
    }

    public ImportFile Rows(int count, Func<int, (string Header, string? Value)[]>? cells = null)
    {
        for (var i = 0; i < count; i++)
        {
            Row(cells?.Invoke(i) ?? []);
        }

        return this;
    }

    /// <summary>Changes a row that was added, e.g. to correct it.</summary>
    public ImportFile Set(int index, string header, string? value)
    {
        rows[index][Array.IndexOf(Headers, header)] = value;

        return this;
    }

    public async Task<Stream> SaveAsync(params string[] extraHeaders)
    {
        var sheet = new Sheet<string?[]>("Gift Cards");
        foreach (var (header, at) in Headers.Concat(extraHeaders).Select((header, at) => (header, at)))
        {
            sheet = sheet.Text(header, row => at < row.Length ? row[at] : "4111 1111 1111 1111");
        }

        var file = new MemoryStream();
        await sheet.WriteXlsxAsync(file, rows.ToAsyncEnumerable());
        file.Position = 0;

        return file;
    }
}
