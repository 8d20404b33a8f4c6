using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>The yardstick: one statement that takes from a balance and notes it under a unique key, sent by pgbench.</summary>
internal sealed class PgBench
{
    private readonly NpgsqlConnectionStringBuilder settings;
    private readonly string script;

    private PgBench(NpgsqlConnectionStringBuilder settings, string script) => (this.settings, this.script) = (settings, script);

    public static async Task<PgBench> CreateAsync(NpgsqlConnectionStringBuilder settings, string folder, int accounts)
    {
        await ExecuteAsync(settings.ConnectionString,
            $"""
             CREATE TABLE bench_account (id bigint PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0));
             CREATE TABLE bench_payment (id bigserial PRIMARY KEY, account_id bigint NOT NULL, amount bigint NOT NULL, key uuid NOT NULL UNIQUE, at timestamptz NOT NULL);
             INSERT INTO bench_account SELECT n, 1000000000 FROM generate_series(1, {accounts.ToString(CultureInfo.InvariantCulture)}) n;
             ANALYZE;
             """);
        var script = Path.Combine(folder, "redeem.sql");
        await File.WriteAllTextAsync(script,
            $"""
             \set id random(1, {accounts.ToString(CultureInfo.InvariantCulture)})
             WITH account AS (UPDATE bench_account SET balance = balance - 1 WHERE id = :id AND balance >= 1 RETURNING id) INSERT INTO bench_payment (account_id, amount, key, at) SELECT id, 1, gen_random_uuid(), now() FROM account;

             """);

        return new PgBench(settings, script);
    }

    /// <summary>Transactions a second.</summary>
    public async Task<double> RunAsync(int clients, double seconds)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("PGBENCH") ?? "/usr/lib/postgresql/15/bin/pgbench",
            ["-n", "-M", "prepared", "-h", settings.Host!, "-p", settings.Port.ToString(CultureInfo.InvariantCulture), "-U", settings.Username!, "-c", clients.ToString(CultureInfo.InvariantCulture), "-j", Math.Min(clients, 2).ToString(CultureInfo.InvariantCulture), "-T", Math.Ceiling(seconds).ToString(CultureInfo.InvariantCulture), "-f", script, settings.Database!])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PGPASSWORD"] = settings.Password ?? "";
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var line = output.Split('\n').Single(l => l.StartsWith("tps = ", StringComparison.Ordinal));

        return double.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture);
    }

    public static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // Names and counts made here.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
