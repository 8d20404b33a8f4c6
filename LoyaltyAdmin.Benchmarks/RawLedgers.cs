using System.Globalization;
using System.Threading.Channels;
using LoyaltyAdmin.Domain.Ledger;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>The least a payment can cost: the same rows by hand-written statements, no guards beyond the balance, no repeats, no refusals.</summary>
internal interface IRawLedger : IAsyncDisposable
{
    Task PostAsync(Posting posting);
}

/// <summary>One prepared statement per payment, as pgbench would send it.</summary>
internal sealed class RawPostgreSql(string connectionString) : IRawLedger
{
    private readonly NpgsqlDataSource source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { MaxAutoPrepare = 10, AutoPrepareMinUsages = 1 });

    public async Task PostAsync(Posting posting)
    {
        await using var command = source.CreateCommand(
            """
            WITH account AS (UPDATE "LedgerAccounts" SET "Balance" = "Balance" + $1, "LastSequence" = "LastSequence" + 1 WHERE "Id" = $2 AND "Balance" + $1 >= 0 RETURNING "Balance", "LastSequence"),
            posted AS (INSERT INTO "LedgerTransactions" ("Type", "AccountKind", "AccountId", "Currency", "Amount", "HomeStoreId", "StoreId", "Channel", "BusinessDay", "At", "Source", "IdempotencyKey", "RequestHash", "OrderNumber", "ActorKey", "ActorName", "BalanceAfter", "Sequence")
                SELECT 'Consumption', 'GiftCard', $2, 'USD', $1, 1, 1, 'Pos', $3, $4, 'system', $5, $6, 'order', 'system', 'System', "Balance", "LastSequence" FROM account RETURNING "Id")
            INSERT INTO "LedgerEntries" ("TransactionId", "AccountId", "Amount") SELECT "Id", leg.a, leg.x FROM posted, (VALUES ($2, $1), ($7, -$1)) AS leg(a, x)
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = posting.Amount });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = posting.AccountId });
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = posting.BusinessDay });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = posting.At });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = posting.Operation.Key });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = posting.Operation.RequestHash });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = HouseAccount.Id(House.Redemptions, "USD") });
        await command.ExecuteNonQueryAsync();
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();
}

/// <summary>One writer with three prepared statements that commits what waits together, every commit on disk.</summary>
internal sealed class RawSqlite : IRawLedger
{
    private readonly Channel<(Posting Posting, TaskCompletionSource Done)> waiting = Channel.CreateUnbounded<(Posting, TaskCompletionSource)>(new() { SingleReader = true });
    private readonly SqliteConnection connection;
    private readonly SqliteCommand begin;
    private readonly SqliteCommand commit;
    private readonly SqliteCommand update;
    private readonly SqliteCommand insert;
    private readonly SqliteCommand entries;
    private readonly Task pump;

    public RawSqlite(string connectionString)
    {
        connection = new SqliteConnection(connectionString);
        connection.Open();
        Command("PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000; PRAGMA cache_size=-65536;").ExecuteNonQuery();
        begin = Command("BEGIN IMMEDIATE");
        commit = Command("COMMIT");
        update = Command("UPDATE \"LedgerAccounts\" SET \"Balance\" = \"Balance\" + @x, \"LastSequence\" = \"LastSequence\" + 1 WHERE \"Id\" = @a AND \"Balance\" + @x >= 0 RETURNING \"Balance\", \"LastSequence\"", "@x", "@a");
        insert = Command(
            """
            INSERT INTO "LedgerTransactions" ("Type", "AccountKind", "AccountId", "Currency", "Amount", "HomeStoreId", "StoreId", "Channel", "BusinessDay", "At", "Source", "IdempotencyKey", "RequestHash", "OrderNumber", "ActorKey", "ActorName", "BalanceAfter", "Sequence")
            VALUES ('Consumption', 'GiftCard', @a, 'USD', @x, 1, 1, 'Pos', @day, @at, 'system', @key, @hash, 'order', 'system', 'System', @balance, @sequence) RETURNING "Id"
            """, "@a", "@x", "@day", "@at", "@key", "@hash", "@balance", "@sequence");
        entries = Command("INSERT INTO \"LedgerEntries\" (\"TransactionId\", \"AccountId\", \"Amount\") VALUES (@t, @a, @x), (@t, @h, -@x)", "@t", "@a", "@x", "@h");
        pump = Task.Run(PumpAsync);
    }

    public Task PostAsync(Posting posting)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting.Writer.TryWrite((posting, done));

        return done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        waiting.Writer.Complete();
        await pump;
        await connection.DisposeAsync();
    }

    private async Task PumpAsync()
    {
        var group = new List<TaskCompletionSource>();
        while (await waiting.Reader.WaitToReadAsync())
        {
            group.Clear();
            begin.ExecuteNonQuery();
            while (group.Count < 256 && waiting.Reader.TryRead(out var next))
            {
                Write(next.Posting);
                group.Add(next.Done);
            }

            commit.ExecuteNonQuery();
            group.ForEach(done => done.SetResult());
        }
    }

    private void Write(Posting posting)
    {
        Set(update, posting.Amount, posting.AccountId);
        long balance, sequence;
        using (var reader = update.ExecuteReader())
        {
            reader.Read();
            (balance, sequence) = (reader.GetInt64(0), reader.GetInt64(1));
        }

        Set(insert, posting.AccountId, posting.Amount, posting.BusinessDay.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), posting.At.UtcTicks, posting.Operation.Key, posting.Operation.RequestHash, balance, sequence);
        var id = insert.ExecuteScalar()!;
        Set(entries, id, posting.AccountId, posting.Amount, HouseAccount.Id(House.Redemptions, "USD"));
        entries.ExecuteNonQuery();
    }

    private SqliteCommand Command(string sql, params string[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters)
        {
            command.Parameters.AddWithValue(name, 0L);
        }

        return command;
    }

    private static void Set(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }
    }
}
