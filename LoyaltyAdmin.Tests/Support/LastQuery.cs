using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace LoyaltyAdmin.Tests.Support;

/// <summary>Remembers the last query of a context it is added to, and tells how the database would run it.</summary>
internal sealed class LastQuery : DbCommandInterceptor
{
    private (string Text, List<(string Name, object? Value)> Parameters) query;

    public string Text => query.Text;

    public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        query = (command.CommandText, [.. command.Parameters.Cast<DbParameter>().Select(p => (p.ParameterName, p.Value))]);

        return result;
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(ReaderExecuting(command, eventData, result));

    public async Task<string> PlanAsync(TestDatabase database)
    {
        await using var db = await database.ReadAsync();
        await db.Database.OpenConnectionAsync();
        if (database.Kind == DatabaseKind.PostgreSql)
        {
            // So few rows it would rather sort; at a million it would not.
            await db.Database.ExecuteSqlRawAsync("SET enable_sort = off; SET enable_bitmapscan = off");
        }

        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = (database.Kind == DatabaseKind.Sqlite ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + query.Text;
        foreach (var (name, value) in query.Parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        var plan = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            plan.Add(reader.GetString(reader.FieldCount - 1));
        }

        return string.Join('\n', plan);
    }
}
