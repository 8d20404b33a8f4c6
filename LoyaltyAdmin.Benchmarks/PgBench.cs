using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>
/// The yardstick: one statement that does to bare tables what the redemption does, under a unique key, sent by pgbench. Of the same shape as what it is
/// held against: payments from lots also change a lot and note it, coupons take their place on an order.
/// </summary>
internal sealed class PgBench
{
    private const string Payment = "INSERT INTO bench_payment (account_id, amount, key, at) SELECT id, 1, gen_random_uuid(), now() FROM account";

    private readonly NpgsqlConnectionStringBuilder settings;
    private readonly string script;

    private PgBench(NpgsqlConnectionStringBuilder settings, string script) => (this.settings, this.script) = (settings, script);

    public static async Task<PgBench> CreateAsync(NpgsqlConnectionStringBuilder settings, string folder, int accounts, string means)
    {
        await ExecuteAsync(settings.ConnectionString,
            $"""
             CREATE TABLE bench_account (id bigint PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0));
             CREATE TABLE bench_payment (id bigserial PRIMARY KEY, account_id bigint NOT NULL, amount bigint NOT NULL, key uuid NOT NULL UNIQUE, at timestamptz NOT NULL);
             CREATE TABLE bench_lot (id bigint PRIMARY KEY, account_id bigint NOT NULL, remaining bigint NOT NULL CHECK (remaining >= 0));
             CREATE TABLE bench_movement (id bigserial PRIMARY KEY, payment_id bigint NOT NULL, lot_id bigint NOT NULL, amount bigint NOT NULL);
             CREATE TABLE bench_place (id bigserial PRIMARY KEY, order_number text NOT NULL UNIQUE, payment_id bigint NOT NULL);
             INSERT INTO bench_account SELECT n, 1000000000 FROM generate_series(1, {Text(accounts)}) n;
             INSERT INTO bench_lot SELECT n, n, 1000000000 FROM generate_series(1, {Text(accounts)}) n;
             ANALYZE;
             """);
        var script = Path.Combine(folder, "redeem.sql");
        await File.WriteAllTextAsync(script,
            $"""
             \set id random(1, {Text(accounts)})
             WITH account AS (UPDATE bench_account SET balance = balance - 1 WHERE id = :id AND balance >= 1 RETURNING id){After(means)};

             """);

        return new PgBench(settings, script);
    }

    private static string After(string means) => means switch
    {
        PayMeans.Wallets or PayMeans.Points => $"""
            , payment AS ({Payment} RETURNING id, account_id), lot AS (UPDATE bench_lot l SET remaining = l.remaining - 1 FROM payment WHERE l.id = payment.account_id RETURNING l.id, payment.id AS payment) INSERT INTO bench_movement (payment_id, lot_id, amount) SELECT payment, id, -1 FROM lot
            """,
        PayMeans.Coupons => $", payment AS ({Payment} RETURNING id, key) INSERT INTO bench_place (order_number, payment_id) SELECT key::text, id FROM payment",
        _ => $" {Payment}",
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

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
