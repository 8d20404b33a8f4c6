using System.Globalization;
using System.Linq.Expressions;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Values;

/// <summary>The columns a list can be sorted by, each with an index or a reason; rows with equal values follow by identifier.</summary>
/// <param name="id">Unique; the list's own order.</param>
/// <param name="same">
/// A column of a joined table that always holds the same number. PostgreSQL does not carry “before this row” from one to the other, and would
/// read the joined table from its end up to the page.
/// </param>
public sealed class SortColumns<T>(Expression<Func<T, long>> id, Expression<Func<T, long>>? same = null)
{
    private readonly Dictionary<string, LambdaExpression> columns = new(StringComparer.OrdinalIgnoreCase);

    internal Expression<Func<T, long>> Id { get; } = id;

    internal Expression<Func<T, long>>? Same { get; } = same;

    /// <summary>The names a list offers.</summary>
    public IReadOnlyCollection<string> Names => columns.Keys;

    /// <summary>Adds a column whose values are never null.</summary>
    public SortColumns<T> By<TKey>(string name, Expression<Func<T, TKey>> key) where TKey : notnull
    {
        columns[name] = key;

        return this;
    }

    /// <summary>The column, or null for the list's own order (newest first).</summary>
    internal LambdaExpression? Find(string? name) => name is not null && columns.TryGetValue(name, out var key) ? key : null;
}

/// <summary>Keyset paging: a page continues from a row instead of counting rows over, so that every page costs the same.</summary>
public static class Keyset
{
    /// <summary>Reads one page. A cursor of another sort order or a damaged one starts at the beginning.</summary>
    public static async Task<Page<TRow>> ToPageAsync<T, TRow>(this IQueryable<T> source, PageRequest request, SortColumns<T> columns, Expression<Func<T, TRow>> row, CancellationToken cancel = default)
    {
        var key = columns.Find(request.Sort);
        var descending = request.Descending != request.Backward;
        if (Cursor.Read(request, key?.ReturnType) is { } cursor)
        {
            source = source.Where(After(columns.Id, key, cursor, descending));
            if (key is null && columns.Same is { } same)
            {
                source = source.Where(After(same, key, cursor, descending));
            }
        }

        // One more than asked tells whether there is a further page.
        var found = await Ordered(source, columns.Id, key, descending).Take(request.BoundedSize + 1).Select(WithKeys(columns.Id, key, row)).ToListAsync(cancel);
        var more = found.Count > request.BoundedSize;
        if (more)
        {
            found.RemoveAt(found.Count - 1);
        }

        if (request.Backward)
        {
            found.Reverse();
        }

        var hasNext = request.Backward ? request.Cursor is not null : more;
        var hasPrevious = request.Backward ? more : request.Cursor is not null;

        return new Page<TRow>(
            [.. found.Select(keyed => keyed.Row)],
            hasNext && found.Count > 0 ? Cursor.Write(request, found[^1].Key, found[^1].Id) : null,
            hasPrevious && found.Count > 0 ? Cursor.Write(request, found[0].Key, found[0].Id) : null);
    }

    /// <summary>Counts at most <paramref name="bound"/> rows.</summary>
    public static async Task<BoundedCount> BoundedCountAsync<T>(this IQueryable<T> source, int bound = 10_000, CancellationToken cancel = default)
    {
        var count = await source.Take(bound + 1).CountAsync(cancel);

        return count > bound ? new BoundedCount(bound, IsExact: false) : new BoundedCount(count, IsExact: true);
    }

    private static IQueryable<T> Ordered<T>(IQueryable<T> source, Expression<Func<T, long>> id, LambdaExpression? key, bool descending)
    {
        if (key is null)
        {
            return descending ? source.OrderByDescending(id) : source.OrderBy(id);
        }

        var call = Expression.Call(typeof(Queryable), descending ? nameof(Queryable.OrderByDescending) : nameof(Queryable.OrderBy), [typeof(T), key.ReturnType], source.Expression, Expression.Quote(key));
        var ordered = (IOrderedQueryable<T>)source.Provider.CreateQuery<T>(call);

        return descending ? ordered.ThenByDescending(id) : ordered.ThenBy(id);
    }

    // key <= k AND (key < k OR id < i): the first half lets the database start its index scan at the cursor.
    private static Expression<Func<T, bool>> After<T>(Expression<Func<T, long>> id, LambdaExpression? key, Cursor cursor, bool descending)
    {
        var row = id.Parameters[0];
        var idAfter = Beyond(id.Body, Parameter(cursor.Id), descending, orEqual: false);
        if (key is null)
        {
            return Expression.Lambda<Func<T, bool>>(idAfter, row);
        }

        var value = new Rename(key.Parameters[0], row).Visit(key.Body);
        var bound = Parameter(cursor.Key!, key.ReturnType);

        return Expression.Lambda<Func<T, bool>>(
            Expression.AndAlso(Beyond(value, bound, descending, orEqual: true), Expression.OrElse(Beyond(value, bound, descending, orEqual: false), idAfter)), row);
    }

    private static BinaryExpression Beyond(Expression value, Expression bound, bool descending, bool orEqual)
    {
        if (value.Type == typeof(string))
        {
            value = Expression.Call(typeof(string), nameof(string.Compare), null, value, bound);
            bound = Expression.Constant(0);
        }

        return (descending, orEqual) switch
        {
            (true, true) => Expression.LessThanOrEqual(value, bound),
            (true, false) => Expression.LessThan(value, bound),
            (false, true) => Expression.GreaterThanOrEqual(value, bound),
            _ => Expression.GreaterThan(value, bound),
        };
    }

    // A captured variable becomes a parameter of the SQL statement, so that plans are shared.
    private static MemberExpression Parameter(object value, Type? type = null) =>
        Expression.Field(Expression.Constant(Activator.CreateInstance(typeof(Box<>).MakeGenericType(type ?? value.GetType()), value)), "Value");

    private static Expression<Func<T, Keyed<TRow>>> WithKeys<T, TRow>(Expression<Func<T, long>> id, LambdaExpression? key, Expression<Func<T, TRow>> row)
    {
        var parameter = row.Parameters[0];
        var keyValue = key is null ? (Expression)Expression.Constant(null, typeof(object)) : Expression.Convert(new Rename(key.Parameters[0], parameter).Visit(key.Body), typeof(object));
        var body = Expression.MemberInit(Expression.New(typeof(Keyed<TRow>)),
            Expression.Bind(typeof(Keyed<TRow>).GetProperty(nameof(Keyed<TRow>.Row))!, row.Body),
            Expression.Bind(typeof(Keyed<TRow>).GetProperty(nameof(Keyed<TRow>.Id))!, new Rename(id.Parameters[0], parameter).Visit(id.Body)),
            Expression.Bind(typeof(Keyed<TRow>).GetProperty(nameof(Keyed<TRow>.Key))!, keyValue));

        return Expression.Lambda<Func<T, Keyed<TRow>>>(body, parameter);
    }

    private sealed class Keyed<TRow>
    {
        public required TRow Row { get; init; }
        public required long Id { get; init; }
        public object? Key { get; init; }
    }

    private sealed class Box<TValue>(TValue value)
    {
        public readonly TValue Value = value;
    }

    private sealed class Rename(ParameterExpression from, ParameterExpression to) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : node;
    }

    private sealed record Cursor(object? Key, long Id)
    {
        public static string Write(PageRequest request, object? key, long id)
        {
            var text = key switch
            {
                null => null,
                DateTimeOffset instant => instant.UtcTicks.ToString(CultureInfo.InvariantCulture),
                DateOnly day => day.ToString("O", CultureInfo.InvariantCulture),
                _ => Convert.ToString(key, CultureInfo.InvariantCulture),
            };

            return Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(new[] { request.Sort ?? "", id.ToString(CultureInfo.InvariantCulture), text }));
        }

        public static Cursor? Read(PageRequest request, Type? keyType)
        {
            try
            {
                if (request.Cursor is null || JsonSerializer.Deserialize<string?[]>(Encoding.UTF8.GetString(Convert.FromBase64String(request.Cursor))) is not [var sort, { } id, var key]
                    || sort != (request.Sort ?? "") || (key is null) != (keyType is null))
                {
                    return null;
                }

                object? value = keyType switch
                {
                    null => null,
                    _ when keyType == typeof(DateTimeOffset) => new DateTimeOffset(long.Parse(key!, CultureInfo.InvariantCulture), TimeSpan.Zero),
                    _ when keyType == typeof(DateOnly) => DateOnly.ParseExact(key!, "O", CultureInfo.InvariantCulture),
                    _ => Convert.ChangeType(key, keyType, CultureInfo.InvariantCulture),
                };

                return new Cursor(value, long.Parse(id, CultureInfo.InvariantCulture));
            }
            catch (Exception exception) when (exception is FormatException or JsonException or OverflowException or InvalidCastException or ArgumentOutOfRangeException)
            {
                return null;
            }
        }
    }
}
