using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Wallets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>
/// Many members with five orders, points and a wallet each, made inside the database; and one who has been there for years: 1,000 orders, 5,000 movements of points and wallet
/// with their lots, 300 coupons, 500 messages, 200 answers about consent.
/// </summary>
internal static class MemberWorld
{
    private const int Orders = 1_000;
    private const int Earned = 2_500;
    private const int Spent = 1_500;
    private const int ToppedUp = 300;
    private const int Paid = 700;
    private const int PerSave = 250;

    public static async Task<(long Id, string Number)> FillAsync(IServiceProvider services, string provider, int others)
    {
        var (database, summaries) = (services.GetRequiredService<LoyaltyDatabase>(), services.GetRequiredService<PurchaseSummaries>());
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        await new SegmentWorld(database, summaries, provider, today).FillAsync(others);
        await GiveEverybodyAccountsAsync(database, provider, today);
        var (member, store) = await FindAsync(database);
        await OrderAsync(database, provider, member.Id);
        await database.WriteAsync(Actor.System, db => summaries.RewriteAsync(db, [member.Id]));
        await MoveValueAsync(services, database, member, store);
        await TellAsync(services, database, member.Id);
        await using var analysing = await database.ReadAsync();
        await analysing.Database.ExecuteSqlRawAsync("ANALYZE");

        return (member.Id, member.Number);
    }

    private static async Task<(Member Member, Store Store)> FindAsync(LoyaltyDatabase database)
    {
        await using var db = await database.ReadAsync();

        return (await db.Members.Where(m => m.Status == MemberStatus.Active).OrderBy(m => m.Id).FirstAsync(), await db.Stores.SingleAsync());
    }

    private static async Task GiveEverybodyAccountsAsync(LoyaltyDatabase database, string provider, DateOnly today)
    {
        var isSqlite = provider == "Sqlite";
        var (now, day) = isSqlite ? (TimeProvider.System.GetUtcNow().UtcDateTime.Ticks.ToString(CultureInfo.InvariantCulture), $"'{today:yyyy-MM-dd}'") : ("now()", $"date '{today:yyyy-MM-dd}'");
        foreach (var (kind, currency, lot) in new[] { ("Points", "PTS", "Points"), ("Wallet", "USD", "Principal") })
        {
            await ExecuteAsync(database, $"""
                INSERT INTO "LedgerAccounts" ("Kind", "Currency", "StoreId", "MemberId", "Balance", "LastSequence", "Status") SELECT '{kind}', '{currency}', "HomeStoreId", "Id", 1000, 1, 'Open' FROM "Members"
                """);
            await ExecuteAsync(database, $"""
                INSERT INTO "LedgerTransactions" ("Type", "AccountKind", "AccountId", "Currency", "Amount", "HomeStoreId", "StoreId", "Channel", "BusinessDay", "At", "Source", "IdempotencyKey", "RequestHash", "ActorKey", "ActorName", "BalanceAfter", "Sequence")
                SELECT 'Adjustment', '{kind}', "Id", '{currency}', 1000, "StoreId", "StoreId", 'Pos', {day}, {now}, 'bench', '{kind}' || "Id", '', 'system', 'Bench', 1000, 1 FROM "LedgerAccounts" WHERE "Kind" = '{kind}'
                """);
            await ExecuteAsync(database, $"""
                INSERT INTO "LedgerLots" ("AccountId", "Kind", "Remaining") SELECT "Id", '{lot}', 1000 FROM "LedgerAccounts" WHERE "Kind" = '{kind}'
                """);
        }

        await ExecuteAsync(database, """INSERT INTO "LedgerEntries" ("TransactionId", "AccountId", "Amount") SELECT "Id", "AccountId", "Amount" FROM "LedgerTransactions" """);
        await ExecuteAsync(database, """
            INSERT INTO "LedgerLotMovements" ("TransactionId", "LotId", "Amount") SELECT t."Id", l."Id", 1000 FROM "LedgerTransactions" t JOIN "LedgerLots" l ON l."AccountId" = t."AccountId"
            """);
    }

    // Copies of the first order, a day apart.
    private static Task OrderAsync(LoyaltyDatabase database, string provider, long member)
    {
        const string columns = "\"Kind\", \"MemberId\", \"StoreId\", \"Channel\", \"Currency\", \"PlacedAt\", \"Total\", \"Discount\", \"Refunded\", \"Revenue\", \"GroupRevenue\", \"IsPurchase\", \"Status\", \"Payments\", \"SourceChangedAt\", \"ContentHash\", \"RecordedAt\"";
        var (series, day) = provider == "Sqlite"
            ? ($"(WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < {Orders}) SELECT i FROM s) n", "date('now', '-' || n.i || ' days')")
            : ($"generate_series(1, {Orders}) n(i)", "current_date - n.i");

        return ExecuteAsync(database, string.Create(CultureInfo.InvariantCulture, $"""
            INSERT INTO "Orders" ("Source", "Number", "BusinessDay", {columns}) SELECT 'bench', 'long-' || n.i, {day}, {columns} FROM "Orders" CROSS JOIN {series} WHERE "Orders"."Id" = (SELECT MIN("Id") FROM "Orders" WHERE "MemberId" = {member})
            """));
    }

    private static async Task MoveValueAsync(IServiceProvider services, LoyaltyDatabase database, Member member, Store store)
    {
        var (ledger, accounts, topUps) = (services.GetRequiredService<Ledger>(), services.GetRequiredService<MemberAccounts>(), services.GetRequiredService<WalletTopUps>());
        var grant = (await services.GetRequiredService<AccessControl>().FindAsync(Actor.System))!;
        var (now, expiry) = (TimeProvider.System.GetUtcNow(), TimeProvider.System.GetUtcNow().Date.AddYears(1));
        Posting Move(LedgerAccount account, TransactionType type, int number, long amount, LotChange lots) => new()
        {
            Operation = Operation.For(Actor.System, $"long-{account.Id}-{type}-{number}", amount),
            Type = type,
            AccountKind = account.Kind,
            AccountId = account.Id,
            Currency = account.Currency,
            Amount = amount,
            House = [new HouseLeg(amount > 0 ? House.PromotionCost : House.Redemptions, -amount)],
            HomeStoreId = store.Id,
            StoreId = store.Id,
            Channel = Channel.Pos,
            BusinessDay = store.Zone.DayOf(now).AddDays(-number % 700),
            At = now.AddDays(-number % 700),
            OnlyWhileUsable = false,
            Lots = lots,
        };

        foreach (var chunk in Enumerable.Range(0, Math.Max(Earned, Spent)).Chunk(PerSave))
        {
            await database.WriteAsync(Actor.System, async db =>
            {
                var points = await accounts.OpenAsync(db, member.Id, AccountKind.Points, Currency.Points.Code, store.Id);
                var wallet = await accounts.OpenAsync(db, member.Id, AccountKind.Wallet, "USD", store.Id);
                foreach (var i in chunk)
                {
                    // As of a daily buyer: points of one month end together.
                    await ledger.PostAsync(db, Move(points, TransactionType.Earning, i, 1_000, new LotChange.Open([new NewLot(LotKind.Points, 1_000, null, new DateTimeOffset(expiry.AddMonths(i % 36), TimeSpan.Zero))])));
                    if (i < Spent)
                    {
                        await ledger.PostAsync(db, Move(points, TransactionType.Consumption, i, -900, new LotChange.Take()));
                    }

                    if (i < ToppedUp)
                    {
                        var credit = new WalletCredit { MemberNumber = member.Number, Principal = 20, Bonus = i % 3 == 0 ? 2 : 0, Currency = "USD", StoreCode = store.Code, Channel = Channel.Pos };
                        await topUps.CreditAsync(db, grant, Operation.For(Actor.System, $"long-top-up-{i}", i), credit);
                        await db.SaveChangesAsync();
                    }

                    if (i < Paid)
                    {
                        await ledger.PostAsync(db, Move(wallet, TransactionType.Consumption, i, -100, new LotChange.Take()));
                    }
                }
            });
        }
    }

    private static async Task TellAsync(IServiceProvider services, LoyaltyDatabase database, long member)
    {
        var coupon = await services.GetRequiredService<CouponDefinitions>().SaveAsync(Actor.System, new CouponForm { Name = "Bench", Currency = "USD", Amount = 5 });
        var (issuing, outbox, now) = (services.GetRequiredService<CouponIssuing>(), services.GetRequiredService<MessageOutbox>(), TimeProvider.System.GetUtcNow());
        await database.WriteAsync(Actor.System, async db =>
        {
            for (var i = 0; i < 30; i++)
            {
                await issuing.IssueAsync(db, [member], new CouponOrder { CouponId = coupon, Source = $"long-{i}", Quantity = 10, Origin = CouponOrigin.Api });
            }

            await outbox.AddAsync(db, [.. Enumerable.Range(0, 500).Select(i => new MessageRequest(MessageScenario.CouponArrival, member, $"long:{i}") { Variables = new Dictionary<string, string?> { ["coupon"] = "10 off" } })]);
            db.AddRange(Enumerable.Range(0, 200).Select(i => new ConsentEvent
            {
                MemberId = member,
                Channel = ConsentChannel.Email,
                Purpose = ConsentPurpose.Marketing,
                Status = i % 2 == 0 ? ConsentStatus.Granted : ConsentStatus.Withdrawn,
                At = now.AddDays(-i),
                RecordedAt = now.AddDays(-i),
                Source = ConsentSource.Staff,
                ActorKey = "system",
                ActorName = "Bench",
            }));
        });
    }

    private static Task ExecuteAsync(LoyaltyDatabase database, string sql) => database.WriteAsync(Actor.System, async db =>
    {
        db.Database.SetCommandTimeout(TimeSpan.FromMinutes(10));
#pragma warning disable EF1002 // Statements are constants of this program.
        await db.Database.ExecuteSqlRawAsync(sql);
#pragma warning restore EF1002
    });
}
