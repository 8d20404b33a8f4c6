using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Data.Sqlite;

/// <summary>
/// One writer that commits waiting postings together: each is its own savepoint, all share one flush to disk.
/// An answer is given only after that flush, so nothing acknowledged is ever lost.
/// </summary>
internal sealed class SqliteGroupCommit : IDisposable
{
    private const int MostPerCommit = 256;

    private readonly LoyaltyDatabase database;
    private readonly SemaphoreSlim gate;
    private readonly Channel<IUnit> waiting = Channel.CreateUnbounded<IUnit>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource stopping = new();

    public SqliteGroupCommit(LoyaltyDatabase database, SemaphoreSlim gate)
    {
        (this.database, this.gate) = (database, gate);
        _ = Task.Run(PumpAsync);
    }

    /// <summary>Runs the work in the next group; its exception undoes it alone.</summary>
    public Task<T> RunAsync<T>(Func<SqliteConnection, Task<T>> work, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var unit = new Unit<T>(work);
        if (!waiting.Writer.TryWrite(unit))
        {
            throw new DatabaseUnavailableException(new ObjectDisposedException(nameof(SqliteGroupCommit)));
        }

        return unit.Answer;
    }

    public void Dispose()
    {
        waiting.Writer.TryComplete();
        stopping.Cancel();
        stopping.Dispose();
    }

    private async Task PumpAsync()
    {
        var group = new List<IUnit>(MostPerCommit);
        while (await waiting.Reader.WaitToReadAsync())
        {
            await gate.WaitAsync();
            group.Clear();
            try
            {
                await CommitGroupAsync(group);
                group.ForEach(unit => unit.Acknowledge());
            }
            catch (Exception exception)
            {
                group.ForEach(unit => unit.Fail(exception));
            }
            finally
            {
                gate.Release();
            }
        }
    }

    private async Task CommitGroupAsync(List<IUnit> group)
    {
        await using var db = await database.ReadAsync();
        await db.Database.OpenConnectionAsync();
        var connection = (SqliteConnection)db.Database.GetDbConnection();

        // Taken before the transaction opens, so that a failure to open it reaches those who wait.
        while (group.Count < MostPerCommit && waiting.Reader.TryRead(out var next))
        {
            group.Add(next);
        }

        Execute(connection, "BEGIN IMMEDIATE");
        try
        {
            foreach (var unit in group)
            {
                Execute(connection, "SAVEPOINT unit");
                try
                {
                    await unit.RunAsync(connection);
                    Execute(connection, "RELEASE unit");
                }
                catch (Exception exception)
                {
                    Execute(connection, "ROLLBACK TO unit");
                    Execute(connection, "RELEASE unit");
                    unit.Fail(exception);
                }
            }

            Execute(connection, "COMMIT");
        }
        catch
        {
            TryExecute(connection, "ROLLBACK");
            throw;
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static void TryExecute(SqliteConnection connection, string sql)
    {
        try
        {
            Execute(connection, sql);
        }
        catch (SqliteException)
        {
            // SQLite has already rolled back by itself (disk full, I/O error).
        }
    }

    private interface IUnit
    {
        Task RunAsync(SqliteConnection connection);

        void Acknowledge();

        void Fail(Exception exception);
    }

    private sealed class Unit<T>(Func<SqliteConnection, Task<T>> work) : IUnit
    {
        private readonly TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? result;

        public Task<T> Answer => answer.Task;

        public async Task RunAsync(SqliteConnection connection) => result = await work(connection);

        public void Acknowledge() => answer.TrySetResult(result!);

        public void Fail(Exception exception) => answer.TrySetException(exception);
    }
}
