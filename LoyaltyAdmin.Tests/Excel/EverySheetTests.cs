using System.Globalization;
using System.Reflection;
using System.Text;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Excel;

namespace LoyaltyAdmin.Tests.Excel;

/// <summary>
/// Reliability F4: whatever somebody typed, in every text column of every sheet the product declares, found in the code: a new sheet or column is
/// tried without anybody thinking of it.
/// </summary>
public sealed class EverySheetTests
{
    /// <summary>Rows hold rows no deeper than this; what goes further leads in a circle.</summary>
    private const int Deepest = 4;

    private static readonly string[] hostiles = ["=HYPERLINK(\"http://example.com\",\"x\")", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0=1"];

    [Fact]
    public async Task No_text_of_any_column_of_any_sheet_becomes_a_formula()
    {
        var tried = new HashSet<string>();
        foreach (var hostile in hostiles)
        {
            // A sheet made for a file's columns has none without a file.
            foreach (var sheet in Sheets(hostile).Where(sheet => sheet.Columns.Count > 0))
            {
                var row = sheet.GetType().GetGenericArguments()[0];
                var write = typeof(EverySheetTests).GetMethod(nameof(WriteAsync), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(row);
                var (xlsx, csv) = await (Task<(byte[] Xlsx, string Csv)>)write.Invoke(null, [sheet, Value(row, "row", hostile)])!;
                CheckXlsx(sheet, xlsx, hostile);
                CheckCsv(sheet, csv);
                tried.Add(sheet.Name);
            }
        }

        new[] { "Sold Gift Cards", "Transaction Details", "Reconciliation", "Inter-store", "Net", "Gift Cards", "Members", "Orders" }.ShouldBeSubsetOf(tried);
    }

    private static void CheckXlsx(Sheet sheet, byte[] file, string hostile)
    {
        var cells = Readers.Part(file, WorkbookFile.SheetPart).Descendants().Where(element => element.Name.LocalName == "c").ToList();
        Readers.Part(file, WorkbookFile.SheetPart).Descendants().ShouldAllBe(element => element.Name.LocalName != "f");
        // The sink writes nothing for empty cells, so places count, not positions.
        for (var at = 0; at < sheet.Columns.Count; at++)
        {
            var column = sheet.Columns[at];
            if (column.Kind != CellKind.Text)
            {
                continue;
            }

            // Columns of the product's own words, and masked ones, never begin with what somebody typed.
            var cell = cells.SingleOrDefault(c => (string?)c.Attribute("r") == $"{Letters(at)}2");
            var isQuoted = cell is not null && (string?)Readers.Style(file, (int)cell.Attribute("s")!).Attribute("quotePrefix") == "1";
            var isText = (string?)cell?.Attribute("t") == "inlineStr";
            var isHostile = cell is { Value: { Length: > 0 } text } && "=+-@\t\r".Contains(text[0], StringComparison.Ordinal);
            (isText && (isQuoted || !isHostile)).ShouldBe(cell is not null, $"{sheet.Name}: {column.Header} with {hostile}");
        }
    }

    private static void CheckCsv(Sheet sheet, string csv)
    {
        var fields = Fields(csv[(csv.IndexOf("\r\n", StringComparison.Ordinal) + 2)..]);
        fields.Count.ShouldBe(sheet.Columns.Count);
        foreach (var (column, field) in sheet.Columns.Zip(fields).Where(pair => pair.First.Kind == CellKind.Text && pair.Second.Length > 0))
        {
            "=+-@\t\r\0".ShouldNotContain(field[0], $"{sheet.Name}: {column.Header}");
        }
    }

    private static async Task<(byte[] Xlsx, string Csv)> WriteAsync<TRow>(Sheet<TRow> sheet, TRow row)
    {
        using var xlsx = new MemoryStream();
        await sheet.WriteXlsxAsync(xlsx, new[] { row }.ToAsyncEnumerable());
        using var csv = new MemoryStream();
        await sheet.WriteCsvAsync(csv, new[] { row }.ToAsyncEnumerable());

        return (xlsx.ToArray(), Encoding.UTF8.GetString(csv.ToArray()));
    }

    /// <summary>Every static field, property or method of the product that gives a sheet.</summary>
    private static IEnumerable<Sheet> Sheets(string hostile)
    {
        const BindingFlags all = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        foreach (var type in new[] { typeof(Actor).Assembly, typeof(Program).Assembly }.SelectMany(assembly => assembly.GetTypes()).Where(type => !type.ContainsGenericParameters))
        {
            foreach (var field in type.GetFields(all).Where(field => typeof(Sheet).IsAssignableFrom(field.FieldType)))
            {
                yield return (Sheet)field.GetValue(null)!;
            }

            foreach (var method in type.GetMethods(all).Where(method => typeof(Sheet).IsAssignableFrom(method.ReturnType) && !method.ContainsGenericParameters && !method.GetParameters().Any(p => typeof(Sheet).IsAssignableFrom(p.ParameterType))))
            {
                yield return (Sheet)method.Invoke(null, [.. method.GetParameters().Select(p => Value(p.ParameterType, p.Name!, hostile))])!;
            }
        }
    }

    /// <summary>A value of the type in which every text is the hostile one.</summary>
    private static object? Value(Type type, string name, string hostile, int depth = 0)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain == typeof(string))
        {
            return name.Equals("Currency", StringComparison.OrdinalIgnoreCase) ? "USD" : hostile;
        }

        if (plain.IsEnum)
        {
            return Enum.GetValues(plain).GetValue(0);
        }

        if (plain == typeof(bool))
        {
            return true;
        }

        if (plain.IsPrimitive || plain == typeof(decimal))
        {
            return Convert.ChangeType(1, plain, CultureInfo.InvariantCulture);
        }

        return plain == typeof(DateOnly) ? new DateOnly(2026, 3, 2)
            : plain == typeof(DateTimeOffset) ? new DateTimeOffset(2026, 3, 2, 15, 0, 0, TimeSpan.Zero)
            : plain == typeof(byte[]) ? null
            : plain == typeof(IReadOnlyDictionary<long, (string Code, string Name)>) ? new Dictionary<long, (string Code, string Name)> { [1] = (hostile, hostile) }
            : typeof(IEnumerable<string>) == plain ? new[] { hostile }
            : plain.Name == "CardNumbers" ? null
            : plain == typeof(TimeZoneInfo) ? TimeZoneInfo.Utc
            : plain is { IsInterface: true, IsGenericType: true } && plain.GetGenericArguments() is [var key, var value] ? Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(key, value))
            : plain is { IsInterface: true, IsGenericType: true } ? Array.CreateInstance(plain.GetGenericArguments()[0], 0)
            : plain.Namespace == "System.Collections.Immutable" && plain.IsClass ? plain.GetField("Empty", BindingFlags.Static | BindingFlags.Public)!.GetValue(null)
            : plain.IsValueType ? Activator.CreateInstance(plain)
            : plain.IsAbstract || depth > Deepest ? null
            : Made(plain, hostile, depth + 1);
    }

    private static object Made(Type type, string hostile, int depth)
    {
        const BindingFlags all = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        var constructor = type.GetConstructors(all).Where(c => c.GetParameters() is not [var only] || only.ParameterType != type).OrderByDescending(c => c.GetParameters().Length).First();
        var made = constructor.Invoke([.. constructor.GetParameters().Select(p => Value(p.ParameterType, p.Name!, hostile, depth))]);
        foreach (var property in type.GetProperties(all).Where(p => p.CanWrite && constructor.GetParameters().Length == 0))
        {
            property.SetValue(made, Value(property.PropertyType, property.Name, hostile, depth));
        }

        return made;
    }

    private static string Letters(int column) => column < 26 ? $"{(char)('A' + column)}" : $"{(char)('A' + (column / 26) - 1)}{(char)('A' + (column % 26))}";

    /// <summary>The fields of one RFC 4180 record.</summary>
    private static List<string> Fields(string record)
    {
        var (fields, field, isQuoted) = (new List<string>(), new StringBuilder(), false);
        for (var at = 0; at < record.Length; at++)
        {
            var c = record[at];
            if (c == '"' && isQuoted && at + 1 < record.Length && record[at + 1] == '"')
            {
                field.Append(record[at++]);
            }
            else if (c == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (!isQuoted && (c == ',' || record.AsSpan(at) is "\r\n"))
            {
                fields.Add(field.ToString());
                field.Clear();
                if (c != ',')
                {
                    break;
                }
            }
            else
            {
                field.Append(c);
            }
        }

        return fields;
    }
}
