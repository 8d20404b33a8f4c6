using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Points;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Wallets;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Tests.Ledger;

/// <summary>The lists of points and wallets beside very many movements of gift cards: the first page and a far one are read in the order of an index.</summary>
public abstract class LedgerListPlanTests(DatabaseKind kind) : DatabaseTest(kind)
{
    public sealed class OnSqlite() : LedgerListPlanTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : LedgerListPlanTests(DatabaseKind.PostgreSql);

    private const int Movements = 20_000;

    private const string ByNumber = "IX_LedgerTransactions_AccountKind_Id";
    private const string ByDay = "IX_LedgerTransactions_AccountKind_BusinessDay_Id";

    private readonly LastQuery last = new();

    protected override void Configure(IServiceCollection services) => services
        .ConfigureDbContext<SqliteLoyaltyDbContext>(options => options.AddInterceptors(last))
        .ConfigureDbContext<PostgreSqlLoyaltyDbContext>(options => options.AddInterceptors(last));

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        // Movements without entries: only the plans are looked at.
        LedgerMustTieOut = false;
        var store = await A.Store().SaveToAsync(Db);
        var member = await A.Member().In(store).SaveToAsync(Db);
        await Db.Database.WriteAsync(Actor.System, async db =>
        {
            var accounts = Db.Get<MemberAccounts>();
            var points = await accounts.OpenAsync(db, member.Id, AccountKind.Points, Currency.Points.Code, store.Id);
            var wallet = await accounts.OpenAsync(db, member.Id, AccountKind.Wallet, "USD", store.Id);
            await FillAsync(db, points, wallet);
        });
    }

    [Theory]
    [InlineData(null, ByNumber)]
    [InlineData("BusinessDay", ByDay)]
    public async Task Points_are_read_in_the_order_of_an_index_on_the_first_page_and_on_a_far_one(string? sort, string index)
    {
        var list = Db.Get<PointsAccounts>();

        await WalkAsync(page => list.ListAsync(Actor.System, new(), page), sort, index);
    }

    [Theory]
    [InlineData(null, ByNumber)]
    [InlineData("BusinessDay", ByDay)]
    public async Task Wallets_are_read_in_the_order_of_an_index_on_the_first_page_and_on_a_far_one(string? sort, string index)
    {
        var list = Db.Get<WalletTransactions>();

        await WalkAsync(page => list.ListAsync(Actor.System, new(), page), sort, index);
    }

    private async Task WalkAsync<T>(Func<PageRequest, Task<Page<T>>> list, string? sort, string index)
    {
        string? cursor = null;
        for (var number = 0; number < 12; number++)
        {
            cursor = (await list(new PageRequest { Size = 10, Sort = sort, Cursor = cursor })).Next.ShouldNotBeNull();
            if (number is 0 or 11)
            {
                var plan = await last.PlanAsync(Db);
                plan.ShouldContain(index);
                plan.ShouldNotContain("TEMP B-TREE");
                plan.ShouldNotContain("Sort");
            }
        }
    }

    // Of fifty movements forty-eight are of gift cards, one is of points, one of a wallet.
    private async Task FillAsync(LoyaltyDbContext db, LedgerAccount points, LedgerAccount wallet)
    {
        var isSqlite = Db.Kind == DatabaseKind.Sqlite;
        var numbers = isSqlite ? $"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Movements}) SELECT i FROM n) n" : $"generate_series(1, {Movements}) AS n(i)";
        var (day, at) = isSqlite ? ($"date('2024-01-01', '+' || (i * 300 / {Movements}) || ' days')", "0") : ($"DATE '2024-01-01' + (i * 300 / {Movements})", "now()");
        var fill =
            $"""
            INSERT INTO "LedgerTransactions" ("Type", "AccountKind", "AccountId", "Currency", "Amount", "BalanceAfter", "Sequence", "HomeStoreId", "StoreId", "Channel", "BusinessDay", "At", "Source", "IdempotencyKey", "RequestHash", "ActorKey", "ActorName")
            SELECT 'Adjustment', CASE i % 50 WHEN 0 THEN 'Points' WHEN 1 THEN 'Wallet' ELSE 'GiftCard' END, CASE i % 50 WHEN 0 THEN {points.Id} WHEN 1 THEN {wallet.Id} ELSE 1000000 + i END,
                'USD', 0, 0, i, {points.StoreId}, {points.StoreId}, 'Pos', {day}, {at}, 'test', CAST(i AS VARCHAR(20)), '', '', '' FROM {numbers}
            """;
        await db.Database.ExecuteSqlRawAsync(fill);
        await db.Database.ExecuteSqlRawAsync("ANALYZE");
    }
}
