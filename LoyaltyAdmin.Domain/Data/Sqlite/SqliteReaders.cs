using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Data.Sqlite;

/// <summary>Open connections with their prepared statements, for the one row every payment looks up.</summary>
internal sealed class SqliteReaders : IDisposable
{
    /// <summary>Reads are over in microseconds: more are never idle at once.</summary>
    private const int MostIdle = 8;

    private readonly ConcurrentBag<Reader> idle = [];
    private volatile string? connectionString;
    private volatile bool isDisposed;

    public async ValueTask<Reader> RentAsync(LoyaltyDatabase database, CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        if (idle.TryTake(out var reader))
        {
            return reader;
        }

        if (connectionString is null)
        {
            await using var db = await database.ReadAsync(cancel);
            connectionString = db.Database.GetConnectionString();
        }

        return Reader.Open(connectionString!);
    }

    /// <summary>Reads and takes the connection back; one that failed is closed.</summary>
    public T? FindRow<T>(Reader reader, string statement, (string Name, object Value)[] values, Func<DbDataReader, T> read) where T : class
    {
        var isWell = false;
        try
        {
            var row = reader.FindRow(statement, values, read);
            isWell = true;

            return row;
        }
        finally
        {
            if (isWell && !isDisposed && idle.Count < MostIdle)
            {
                idle.Add(reader);
            }
            else
            {
                reader.Dispose();
            }
        }
    }

    public void Dispose()
    {
        isDisposed = true;
        while (idle.TryTake(out var reader))
        {
            reader.Dispose();
        }
    }

    /// <summary>One connection; used by one caller at a time.</summary>
    internal sealed class Reader : IDisposable
    {
        private readonly SqliteConnection connection;
        private readonly SqliteStatements statements;

        private Reader(SqliteConnection connection) => (this.connection, statements) = (connection, new SqliteStatements(connection));

        public static Reader Open(string connectionString)
        {
            var connection = new SqliteConnection(connectionString);
            try
            {
                connection.Open();

                return new Reader(connection);
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }

        public T? FindRow<T>(string statement, (string Name, object Value)[] values, Func<DbDataReader, T> read) where T : class
        {
            var command = statements.Prepare(statement);
            foreach (var (name, value) in values)
            {
                command.Parameters.AddWithValue(name, value);
            }

            using var rows = command.ExecuteReader(CommandBehavior.SingleRow);

            return rows.Read() ? read(rows) : null;
        }

        public void Dispose()
        {
            statements.Dispose();
            connection.Dispose();
        }
    }
}
