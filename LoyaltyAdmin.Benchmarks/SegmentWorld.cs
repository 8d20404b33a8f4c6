using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>Members with five orders each over two years, made inside the database; their summaries are written by the product's own code.</summary>
internal sealed class SegmentWorld(LoyaltyDatabase database, PurchaseSummaries summaries, string provider, DateOnly today)
{
    public const int OrdersEach = 5;

    private const int Chunk = 10_000;

    private bool IsSqlite => provider == "Sqlite";

    private string Now => IsSqlite ? today.ToDateTime(TimeOnly.MinValue).Ticks.ToString(CultureInfo.InvariantCulture) : "now()";

    private string Today => IsSqlite ? $"'{today:yyyy-MM-dd}'" : $"date '{today:yyyy-MM-dd}'";

    public async Task FillAsync(int members)
    {
        var store = new Store { Code = "B1", Name = "Benchmark", TimeZone = "UTC" };
        await database.WriteAsync(Actor.System, db =>
        {
            db.Stores.Add(store);
            db.CompanySettings.Add(new CompanySettings { Name = "Benchmark", TimeZone = "UTC", Currency = "USD" });

            return Task.CompletedTask;
        });
        await ExecuteAsync($"""
            INSERT INTO "Members" ("Number", "FullName", "Phone", "Email", "City", "RegisteredThrough", "RegisteredAt", "RegisteredOn", "Status", "SearchText", "BirthDateChanges", "BirthdayKey", "HomeStoreId", "Version")
            SELECT '9' || n.i, 'Member ' || n.i, '+1' || (2000000000 + n.i), 'member' || n.i || '@example.com', CASE n.i % 4 WHEN 0 THEN 'Berlin' ELSE 'Paris' END, 'Import', {Now}, {DaysAgo("(n.i % 900)")}, CASE n.i % 50 WHEN 0 THEN 'Frozen' ELSE 'Active' END, '9' || n.i || ' member ' || n.i || ' +1' || (2000000000 + n.i) || ' member' || n.i || '@example.com', 0,
                (1 + n.i % 12) * 100 + 1 + n.i % 28, {store.Id}, '00000000-0000-0000-0000-000000000000' FROM {Series("n", members)}
            """);
        await ExecuteAsync($"""
            INSERT INTO "Orders" ("Source", "Number", "Kind", "MemberId", "StoreId", "Channel", "Currency", "PlacedAt", "BusinessDay", "Total", "Discount", "Refunded", "Revenue", "GroupRevenue", "IsPurchase", "Status", "Payments", "SourceChangedAt", "ContentHash", "RecordedAt")
            SELECT 'bench', m."Id" || '-' || k.i, 'Bill', m."Id", {store.Id}, CASE (m."Id" + k.i) % 3 WHEN 0 THEN 'Online' ELSE 'Pos' END, 'USD', {Now}, {DaysAgo("((m.\"Id\" * 7919 + k.i * (104 + m.\"Id\" % 41)) % 730)")},
                {Money("(5 + m.\"Id\" % 90)")}, 0, 0, {Money("(5 + m.\"Id\" % 90)")}, {Money("(5 + m.\"Id\" % 90)")}, {(IsSqlite ? "1" : "true")}, 'Paid', '[]', {Now}, {(IsSqlite ? "x'01'" : "'\\x01'::bytea")}, {Now}
            FROM "Members" m CROSS JOIN {Series("k", OrdersEach)}
            """);
        await ExecuteAsync($"""
            INSERT INTO "MemberConsents" ("MemberId", "Channel", "Purpose", "Status", "Since")
            SELECT "Id", 'Email', 'LoyaltyNotification', CASE "Id" % 2 WHEN 0 THEN 'Granted' ELSE 'Withdrawn' END, {Now} FROM "Members" WHERE "Id" % 3 = 0
            """);
        await IssueCardsAsync();
        foreach (var ids in Enumerable.Range(1, members).Select(id => (long)id).Chunk(Chunk))
        {
            await database.WriteAsync(Actor.System, db => summaries.RewriteAsync(db, ids));
        }

        if (IsSqlite)
        {
            await ExecuteAsync("ANALYZE");

            return;
        }

        // As autovacuum leaves a database that was not made a minute ago; it may not run in a transaction.
        await using var db = await database.ReadAsync();
        db.Database.SetCommandTimeout(TimeSpan.FromMinutes(10));
        await db.Database.ExecuteSqlRawAsync("VACUUM ANALYZE");
    }

    private async Task IssueCardsAsync()
    {
        var (plan, tiers) = await database.WriteAsync(Actor.System, async db =>
        {
            var plan = db.CardPlans.Add(new CardPlan { Code = "MAIN", Name = "Main", Validity = ValidityPeriod.Unlimited, CreatedAt = TimeProvider.System.GetUtcNow() }).Entity;
            await db.SaveChangesAsync();
            var tiers = new[] { "Member", "Silver" }.Select((name, i) => new CardTier { PlanId = plan.Id, Rank = i + 1, Name = name, UpgradeAt = i * 500 }).ToList();
            db.CardTiers.AddRange(tiers);
            await db.SaveChangesAsync();

            return (plan.Id, tiers.ConvertAll(tier => tier.Id));
        });
        await ExecuteAsync($"""
            INSERT INTO "LoyaltyCards" ("MemberId", "PlanId", "Number", "TierId", "EarnedTierId", "TierSince", "PeriodStart", "PeriodEnd", "Status", "IssuedAt", "IssuedOn", "Version")
            SELECT "Id", {plan}, 'C-' || "Id", CASE "Id" % 10 WHEN 0 THEN {tiers[1]} ELSE {tiers[0]} END, {tiers[0]}, {Today}, {Today}, {Today}, 'Active', {Now}, {Today}, '00000000-0000-0000-0000-000000000000' FROM "Members"
            """);
    }

    /// <summary>The lapsing rule of the journey document, from the orders themselves.</summary>
    public string LapsingFromOrders => $"""
        SELECT count(*) FROM (SELECT "MemberId", MAX(d) AS l, MIN(d) AS f, COUNT(*) AS c FROM (SELECT DISTINCT "MemberId", "BusinessDay" AS d FROM "Orders" WHERE "MemberId" IS NOT NULL AND "Revenue" > 0) x GROUP BY "MemberId") y
        JOIN "Members" m ON m."Id" = y."MemberId" WHERE m."Status" = 'Active' AND c >= 2 AND ({Between("l", Today)} - 8) * (c - 1) >= {Between("f", "l")}
        """;

    public string SilentFromOrders => $"""
        SELECT count(*) FROM (SELECT "MemberId", MAX("BusinessDay") AS l FROM "Orders" WHERE "MemberId" IS NOT NULL AND "Revenue" > 0 GROUP BY "MemberId") y
        JOIN "Members" m ON m."Id" = y."MemberId" WHERE m."Status" = 'Active' AND {Between("l", Today)} >= 180
        """;

    public string PosFromOrders => $"""
        SELECT count(*) FROM (SELECT "MemberId", SUM(CASE WHEN "Revenue" > 0 THEN 1 ELSE 0 END) AS r FROM "Orders" WHERE "MemberId" IS NOT NULL AND "Channel" = 'Pos' AND "BusinessDay" >= {(IsSqlite ? $"'{today.AddMonths(-6):yyyy-MM-dd}'" : $"date '{today.AddMonths(-6):yyyy-MM-dd}'")} GROUP BY "MemberId") y
        JOIN "Members" m ON m."Id" = y."MemberId" WHERE m."Status" = 'Active' AND r > 0
        """;

    private string Between(string from, string to) => IsSqlite ? $"CAST(julianday({to}) - julianday({from}) AS INTEGER)" : $"({to} - {from})";

    private string DaysAgo(string days) => IsSqlite ? $"date({Today}, '-' || {days} || ' days')" : $"{Today} - ({days})::int";

    private string Money(string units) => IsSqlite ? $"{units} * 10000" : units;

    private string Series(string name, int count) => IsSqlite
        ? $"(WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < {count}) SELECT i FROM s) {name}"
        : $"generate_series(1, {count}) {name}(i)";

    private Task ExecuteAsync(string sql) => database.WriteAsync(Actor.System, async db =>
    {
        db.Database.SetCommandTimeout(TimeSpan.FromHours(1));
#pragma warning disable EF1002 // Statements are constants of this program.
        await db.Database.ExecuteSqlRawAsync(sql.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));
#pragma warning restore EF1002
    });
}
