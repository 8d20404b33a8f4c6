using System.Diagnostics;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Ledger;

/// <summary>What must always be true of the ledger. Run after every test, nightly, by the health check and from the Ledger check page.</summary>
public sealed class LedgerInvariants(LoyaltyDatabase database, AccessControl access, TimeProvider clock)
{
    private const int MostFindings = 100;

    // Each query returns one line per violation; plain SQL that all three databases read alike.
    private static readonly (string Rule, string Sql)[] checks =
    [
        ("A transaction's legs sum to zero",
            """SELECT "TransactionId" AS "Value" FROM "LedgerEntries" GROUP BY "TransactionId" HAVING SUM("Amount") <> 0"""),
        ("A transaction's amount is its account's leg",
            """
            SELECT t."Id" AS "Value" FROM "LedgerTransactions" t
            LEFT JOIN (SELECT "TransactionId", "AccountId", SUM("Amount") AS "Amount" FROM "LedgerEntries" WHERE "AccountId" > 0 GROUP BY "TransactionId", "AccountId") e
                ON e."TransactionId" = t."Id" AND e."AccountId" = t."AccountId"
            WHERE t."Amount" <> COALESCE(e."Amount", 0)
            """),
        ("Every entry belongs to a transaction of its account",
            """
            SELECT e."Id" AS "Value" FROM "LedgerEntries" e LEFT JOIN "LedgerTransactions" t ON t."Id" = e."TransactionId"
            WHERE t."Id" IS NULL OR (e."AccountId" > 0 AND e."AccountId" <> t."AccountId")
            """),
        ("The balance is the sum of all movements and their count is the last number",
            """
            SELECT a."Id" AS "Value" FROM "LedgerAccounts" a
            LEFT JOIN (SELECT "AccountId", SUM("Amount") AS "Amount", COUNT("Sequence") AS "Count" FROM "LedgerTransactions" GROUP BY "AccountId") t ON t."AccountId" = a."Id"
            WHERE a."Balance" <> COALESCE(t."Amount", 0) OR a."LastSequence" <> COALESCE(t."Count", 0)
            """),
        ("Running balances continue without a gap, and never below zero but for points",
            """
            SELECT c."Id" AS "Value" FROM (
                SELECT "Id", "Amount", "BalanceAfter", "Sequence", "AccountKind",
                    LAG("BalanceAfter") OVER (PARTITION BY "AccountId" ORDER BY "Sequence") AS "Before",
                    LAG("Sequence") OVER (PARTITION BY "AccountId" ORDER BY "Sequence") AS "Previous"
                FROM "LedgerTransactions" WHERE "Sequence" IS NOT NULL) c
            WHERE c."BalanceAfter" <> COALESCE(c."Before", 0) + c."Amount" OR c."Sequence" <> COALESCE(c."Previous", 0) + 1 OR (c."BalanceAfter" < 0 AND c."AccountKind" <> 'Points')
            """),
        ("No account but one of points is below zero", """SELECT "Id" AS "Value" FROM "LedgerAccounts" WHERE "Balance" < 0 AND "Kind" <> 'Points'"""),
        ("Nothing is given back beyond what was taken",
            """
            SELECT o."Id" AS "Value" FROM "LedgerTransactions" o
            JOIN (SELECT "ReversesId", SUM("Amount") AS "Amount" FROM "LedgerTransactions" WHERE "ReversesId" IS NOT NULL AND "Refusal" IS NULL GROUP BY "ReversesId") r ON r."ReversesId" = o."Id"
            LEFT JOIN "LedgerCaptures" c ON c."TransactionId" = o."Id"
            WHERE ABS(r."Amount") > ABS(o."Amount") OR c."Remaining" IS NULL OR c."Remaining" <> ABS(o."Amount") - ABS(r."Amount")
            UNION ALL SELECT c."TransactionId" FROM "LedgerCaptures" c LEFT JOIN "LedgerTransactions" o ON o."ReversesId" = c."TransactionId" AND o."Refusal" IS NULL WHERE o."Id" IS NULL
            """),
        ("A reversal names a movement of its own account",
            """
            SELECT r."Id" AS "Value" FROM "LedgerTransactions" r LEFT JOIN "LedgerTransactions" o ON o."Id" = r."ReversesId"
            WHERE r."Refusal" IS NULL AND (r."ReversesId" IS NOT NULL OR r."Type" = 'ConsumptionReversal') AND (o."Id" IS NULL OR o."AccountId" <> r."AccountId" OR o."Refusal" IS NOT NULL)
            """),
        ("A transaction is in its account's currency and of its home store",
            """
            SELECT t."Id" AS "Value" FROM "LedgerTransactions" t LEFT JOIN "LedgerAccounts" a ON a."Id" = t."AccountId"
            WHERE t."Refusal" IS NULL AND (a."Id" IS NULL OR a."Currency" <> t."Currency" OR a."StoreId" <> t."HomeStoreId" OR a."Kind" <> t."AccountKind")
            """),
        ("A refused attempt moved nothing", """SELECT "Id" AS "Value" FROM "LedgerTransactions" WHERE "Refusal" IS NOT NULL AND ("Amount" <> 0 OR "Sequence" IS NOT NULL)"""),
        ("Every card has its account and every account its card",
            """
            SELECT a."Id" AS "Value" FROM "LedgerAccounts" a LEFT JOIN "GiftCards" g ON g."AccountId" = a."Id" WHERE a."Kind" = 'GiftCard' AND g."Id" IS NULL
            UNION ALL SELECT g."Id" FROM "GiftCards" g LEFT JOIN "LedgerAccounts" a ON a."Id" = g."AccountId"
            WHERE a."Id" IS NULL OR a."Currency" <> g."Currency" OR a."StoreId" <> g."StoreId"
            """),
        ("Every account of points or a wallet has its member",
            """
            SELECT a."Id" AS "Value" FROM "LedgerAccounts" a LEFT JOIN "Members" m ON m."Id" = a."MemberId"
            WHERE (a."Kind" IN ('Points', 'Wallet') AND m."Id" IS NULL) OR (a."Kind" = 'GiftCard' AND a."MemberId" IS NOT NULL) OR (a."Kind" = 'Points' AND a."Currency" <> 'PTS')
            """),
        ("The lots of an account sum to its balance",
            """
            SELECT a."Id" AS "Value" FROM "LedgerAccounts" a
            LEFT JOIN (SELECT "AccountId", SUM("Remaining") AS "Remaining" FROM "LedgerLots" GROUP BY "AccountId") l ON l."AccountId" = a."Id"
            WHERE a."Kind" IN ('Points', 'Wallet') AND COALESCE(l."Remaining", 0) <> CASE WHEN a."Balance" < 0 THEN 0 ELSE a."Balance" END
            """),
        ("What is left of a lot is the sum of its movements",
            """
            SELECT l."Id" AS "Value" FROM "LedgerLots" l LEFT JOIN (SELECT "LotId", SUM("Amount") AS "Amount" FROM "LedgerLotMovements" GROUP BY "LotId") m ON m."LotId" = l."Id"
            WHERE l."Remaining" <> COALESCE(m."Amount", 0) OR l."Remaining" < 0
            """),
        ("Lots move as their transaction says",
            """
            SELECT t."Id" AS "Value" FROM "LedgerTransactions" t
            LEFT JOIN (SELECT "TransactionId", SUM("Amount") AS "Amount" FROM "LedgerLotMovements" GROUP BY "TransactionId") m ON m."TransactionId" = t."Id"
            WHERE (t."AccountKind" = 'Wallet' AND t."Amount" <> COALESCE(m."Amount", 0)) OR (t."AccountKind" = 'GiftCard' AND m."Amount" IS NOT NULL)
            """),
        ("What is set aside is what open holds hold",
            """
            SELECT t."Id" AS "Value" FROM "LedgerTransactions" t LEFT JOIN "WalletHolds" h ON h."Id" = t."Id" LEFT JOIN "LedgerCaptures" c ON c."TransactionId" = t."Id"
            WHERE t."Type" = 'Hold' AND t."Refusal" IS NULL
            AND (h."Id" IS NULL OR h."Amount" <> -t."Amount" OR (h."Status" = 'Open' AND c."TransactionId" IS NOT NULL) OR (h."Status" <> 'Open' AND COALESCE(c."Remaining", 1) <> 0))
            """),
        ("What is owed equals what was taken in, per currency",
            """
            SELECT CAST(COUNT(*) AS bigint) AS "Value" FROM (
                SELECT "Currency", SUM("Amount") AS "Amount" FROM "LedgerTransactions" GROUP BY "Currency") m
            LEFT JOIN (SELECT "Currency", SUM("Balance") AS "Balance" FROM "LedgerAccounts" GROUP BY "Currency") b ON b."Currency" = m."Currency"
            WHERE m."Amount" <> COALESCE(b."Balance", 0) HAVING COUNT(*) > 0
            """),
    ];

    /// <summary>Runs all checks on one snapshot per check; an empty list means the ledger ties out.</summary>
    public async Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancel = default)
    {
        await using var db = await database.ReadAsync(cancel);
        db.Database.SetCommandTimeout(TimeSpan.FromMinutes(10));
        var findings = new List<string>();
        foreach (var (rule, sql) in checks)
        {
            var found = await db.Database.SqlQueryRaw<long>(sql).Take(MostFindings - findings.Count + 1).ToListAsync(cancel);
            findings.AddRange(found.Select(id => $"{rule}: violated at {id}"));
            if (findings.Count > MostFindings)
            {
                break;
            }
        }

        return findings;
    }

    /// <summary>Runs all checks and keeps the result as evidence.</summary>
    [Requires(Permission.LedgerRead)]
    public async Task<LedgerCheckRun> RunAsync(Actor actor, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.LedgerRead, cancel: cancel);
        var started = Stopwatch.GetTimestamp();
        var findings = await CheckAsync(cancel);

        return await database.WriteAsync(actor, async db =>
        {
            var run = new LedgerCheckRun
            {
                At = clock.GetUtcNow(),
                ActorName = actor.Name,
                Transactions = await db.LedgerTransactions.LongCountAsync(cancel),
                Violations = findings.Count,
                Findings = string.Join('\n', findings.Take(MostFindings)),
                Milliseconds = (int)Stopwatch.GetElapsedTime(started).TotalMilliseconds,
            };
            db.LedgerCheckRuns.Add(run);

            return run;
        }, cancel);
    }

    /// <summary>The latest runs, newest first.</summary>
    [Requires(Permission.LedgerRead)]
    public async Task<IReadOnlyList<LedgerCheckRun>> HistoryAsync(Actor actor, int count = 20, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.LedgerRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await db.LedgerCheckRuns.OrderByDescending(run => run.Id).Take(count).ToListAsync(cancel);
    }
}
