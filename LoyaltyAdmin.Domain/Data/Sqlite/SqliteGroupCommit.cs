using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Data.Sqlite;

/// <summary>
/// One writer that commits waiting postings together: each is its own savepoint, all share one flush to disk.
/// An answer is given only after that flush, so nothing acknowledged is ever lost.
/// </summary>
internal sealed class SqliteGroupCommit : IAsyncDisposable
{
    private const int MostPerCommit = 256;

    private readonly LoyaltyDatabase database;
    private readonly SemaphoreSlim gate;
    private readonly Channel<IUnit> waiting = Channel.CreateUnbounded<IUnit>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task pump;

    public SqliteGroupCommit(LoyaltyDatabase database, SemaphoreSlim gate)
    {
        (this.database, this.gate) = (database, gate);
        pump = Task.Run(PumpAsync);
    }

    /// <summary>Runs the work in the next group; its exception undoes it alone. Once its turn came, cancelling no longer stops it.</summary>
    public Task<T> RunAsync<T>(Func<SqliteStatements, T> work, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var unit = new Unit<T>(work, cancel);

        return waiting.Writer.TryWrite(unit)
            ? unit.Answer
            : Task.FromException<T>(new DatabaseUnavailableException(new ObjectDisposedException(nameof(SqliteGroupCommit))));
    }

    /// <summary>Commits what was accepted and accepts no more.</summary>
    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await pump;
    }

    private async Task PumpAsync()
    {
        var group = new List<IUnit>(MostPerCommit);
        Writer? writer = null;
        while (await waiting.Reader.WaitToReadAsync())
        {
            await gate.WaitAsync();
            try
            {
                // Taken first of all, so that whatever fails reaches those who wait.
                group.Clear();
                while (group.Count < MostPerCommit && waiting.Reader.TryRead(out var next))
                {
                    group.Add(next);
                }

                writer ??= await Writer.OpenAsync(database);
                writer.Commit(group);
                group.ForEach(unit => unit.Acknowledge());
            }
            catch (Exception exception)
            {
                group.ForEach(unit => unit.Fail(exception));
                await CloseAsync(writer);
                writer = null;
            }
            finally
            {
                gate.Release();
            }
        }

        await CloseAsync(writer);
    }

    private static async Task CloseAsync(Writer? writer)
    {
        try
        {
            await (writer?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
        catch (SqliteException)
        {
            // The connection is given up; the next group opens another.
        }
    }

    /// <summary>The open connection with its prepared statements.</summary>
    private sealed class Writer(LoyaltyDbContext db, SqliteConnection connection) : IAsyncDisposable
    {
        private readonly SqliteStatements statements = new(connection);

        public static async Task<Writer> OpenAsync(LoyaltyDatabase database)
        {
            var db = await database.ReadAsync();
            try
            {
                await db.Database.OpenConnectionAsync();

                return new Writer(db, (SqliteConnection)db.Database.GetDbConnection());
            }
            catch
            {
                await db.DisposeAsync();
                throw;
            }
        }

        public void Commit(List<IUnit> group)
        {
            statements.Execute("BEGIN IMMEDIATE");
            try
            {
                foreach (var unit in group)
                {
                    Run(unit);
                }

                statements.Execute("COMMIT");
            }
            catch
            {
                // What led here is what the callers learn; a connection that cannot even roll back is closed.
                RollBack();
                throw;
            }
        }

        public async ValueTask DisposeAsync()
        {
            statements.Dispose();
            await db.DisposeAsync();
        }

        // A full disk or an I/O error may make SQLite roll the whole transaction back by itself.
        private bool HasEnded => SQLitePCL.raw.sqlite3_get_autocommit(connection.Handle) != 0;

        private void RollBack()
        {
            try
            {
                if (!HasEnded)
                {
                    statements.Execute("ROLLBACK");
                }
            }
            catch (SqliteException)
            {
            }
        }

        private void Run(IUnit unit)
        {
            statements.Execute("SAVEPOINT unit");
            try
            {
                unit.Run(statements);
            }
            catch (Exception exception) when (!HasEnded)
            {
                statements.Execute("ROLLBACK TO unit");
                unit.Undone(exception);
            }

            statements.Execute("RELEASE unit");
        }
    }

    private interface IUnit
    {
        void Run(SqliteStatements statements);

        /// <summary>The work threw and was undone alone; told with the group, because what it ran into may not be committed yet.</summary>
        void Undone(Exception exception);

        /// <summary>The group is on disk.</summary>
        void Acknowledge();

        /// <summary>The group is not on disk: whatever the work said does not count.</summary>
        void Fail(Exception exception);
    }

    private sealed class Unit<T>(Func<SqliteStatements, T> work, CancellationToken cancel) : IUnit
    {
        private readonly TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? result;
        private Exception? failure;

        public Task<T> Answer => answer.Task;

        public void Run(SqliteStatements statements)
        {
            // Whoever stopped waiting in the queue gets nothing done.
            cancel.ThrowIfCancellationRequested();
            result = work(statements);
        }

        public void Undone(Exception exception) => failure = exception;

        public void Acknowledge()
        {
            if (failure is null)
            {
                answer.TrySetResult(result!);
            }
            else
            {
                Fail(failure);
            }
        }

        public void Fail(Exception exception)
        {
            if (exception is OperationCanceledException)
            {
                answer.TrySetCanceled(cancel);
            }
            else
            {
                answer.TrySetException(exception);
            }
        }
    }
}
