using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Data;

/// <summary>The back-up README names, taken while tills pay (reliability C11): every copy ties out and goes on.</summary>
public sealed class SqliteBackupTests : IAsyncLifetime
{
    private TestDatabase database = null!;
    private Actor till = Actor.System;
    private Store store = null!;
    private string number = "";

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        store = await A.Store().SaveToAsync(database);
        till = await A.ApiClient().With(ApiScope.GiftCardsRedeem).SaveToAsync(database);
        var card = await A.GiftCard().Holding(1_000).In(store).SaveToAsync(database);
        number = database.Get<CardNumbers>().Open(card.SealedNumber);
    }

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task A_copy_made_while_tills_pay_ties_out_and_pays_on()
    {
        using var stop = new CancellationTokenSource();
        var tills = Enumerable.Range(0, 4).Select(_ => Task.Run(() => PayUntilAsync(stop.Token))).ToList();
        var folder = Directory.CreateTempSubdirectory("loyalty-backup-").FullName;
        try
        {
            var seen = new List<int>();
            for (var i = 0; i < 5; i++)
            {
                while (await PaymentsAsync(database) < (i + 1) * 5)
                {
                    await Task.Delay(1);
                }

                var file = Path.Combine(folder, $"{i}.db");
                await using (var db = await database.ReadAsync())
                {
                    await db.Database.ExecuteSqlAsync($"VACUUM INTO {file}");
                }

                seen.Add(await RestoredAsync(file));
            }

            seen.ShouldBe(seen.Order());
            seen[^1].ShouldBeGreaterThan(seen[0]);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(tills);
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>How many payments a copy knows; it ties out and takes another one.</summary>
    private async Task<int> RestoredAsync(string file)
    {
        await using var copy = TestDatabase.At(DatabaseKind.Sqlite, $"Data Source={file}", database.Keys);
        var payments = await PaymentsAsync(copy);
        (await copy.ReadAsync(db => db.LedgerAccounts.Where(a => db.GiftCards.Any(c => c.AccountId == a.Id)).Select(a => a.Balance).SingleAsync())).ShouldBe(100_000 - payments);
        await PayAsync(copy);
        (await copy.Get<LedgerInvariants>().CheckAsync()).ShouldBeEmpty();
        (await PaymentsAsync(copy)).ShouldBe(payments + 1);

        return payments;
    }

    private async Task PayUntilAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await PayAsync(database);
        }
    }

    private Task PayAsync(TestDatabase at) => at.Get<GiftCardPayments>().RedeemAsync(till, new GiftCardMovement { CardNumber = number, Amount = 0.01m, Currency = "USD", StoreCode = store.Code, Channel = Channel.Pos }, Guid.NewGuid().ToString("N"));

    private static Task<int> PaymentsAsync(TestDatabase at) => at.ReadAsync(db => db.LedgerTransactions.CountAsync(t => t.Type == TransactionType.Consumption));
}
