using ClosedXML.Excel;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Wallets;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Wallets;

public abstract class WalletReconciliationTests(DatabaseKind kind) : WalletTest(kind)
{
    public sealed class OnSqlite() : WalletReconciliationTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : WalletReconciliationTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task The_sheet_of_random_movements_continues_day_by_day_and_closes_at_what_the_ledger_holds()
    {
        await Db.AddAsync(new Domain.Stores.CompanySettings { Name = "Harbour Coffee", TimeZone = "America/New_York", Currency = "USD" });
        await MoveAtRandomAsync(80);
        var finance = await A.StaffUser().With(Permission.TransactionsExport, Permission.WalletsRead).SaveToAsync(Db);

        using var workbook = await ExportAsync(finance, new ExportRequest { Kind = ExportKind.WalletTransactions });

        var all = await Db.ReadAsync(db => db.LedgerTransactions.Where(t => t.AccountKind == AccountKind.Wallet).OrderBy(t => t.Id).ToListAsync());
        var bonus = await Db.ReadAsync(db => db.WalletTopUps.Join(db.LedgerTransactions, u => u.TransactionId, t => t.Id, (u, t) => new { u.Bonus, t.BusinessDay }).ToListAsync());
        var balances = await Db.ReadAsync(db => db.LedgerAccounts.Where(a => a.Kind == AccountKind.Wallet).SumAsync(a => a.Balance)) / 100m;
        Rows(workbook, "Wallet Transactions", "Transaction ID").Select(row => row["Transaction ID"].GetValue<long>()).ShouldBe(all.Select(t => t.Id).Reverse());
        var days = Rows(workbook, "Reconciliation", "Opening");
        days.Count.ShouldBe(all.Where(t => t.Amount != 0).Select(t => t.BusinessDay).Distinct().Count());
        var before = 0m;
        foreach (var day in days)
        {
            decimal Cell(string column) => day[column].GetValue<decimal>();
            var on = DateOnly.FromDateTime(day["Business Day"].GetDateTime());
            var own = all.Where(t => t.BusinessDay == on).ToLookup(t => t.Type, t => t.Amount / 100m);
            Cell("Opening").ShouldBe(before);
            Cell("Bonus").ShouldBe(bonus.Where(b => b.BusinessDay == on).Sum(b => b.Bonus) / 100m);
            (Cell("Topped Up Principal") + Cell("Bonus")).ShouldBe(own[TransactionType.Recharge].Sum());
            Cell("Paid").ShouldBe(own[TransactionType.Consumption].Sum());
            Cell("Refunded").ShouldBe(own[TransactionType.ConsumptionReversal].Sum());
            (Cell("Set Aside"), Cell("Released")).ShouldBe((own[TransactionType.Hold].Sum(), own[TransactionType.HoldRelease].Sum()));
            Cell("Withdrawn").ShouldBe(own[TransactionType.Withdrawal].Sum());
            before += own.Sum(type => type.Sum());
            Cell("Closing").ShouldBe(before);
        }

        before.ShouldBe(balances);
        workbook.Worksheet("Reconciliation").Column(1).CellsUsed().Select(cell => cell.GetString()).ShouldContain("Every closing equals the wallets' balances in the ledger.");
    }

    [Fact]
    public async Task A_wallet_whose_balance_differs_from_its_movements_is_told_on_the_sheet()
    {
        LedgerMustTieOut = false;
        await TopUpAsync(100);
        await Db.Database.WriteAsync(Actor.System, db => db.Database.ExecuteSqlAsync($"""UPDATE "LedgerAccounts" SET "Balance" = "Balance" + 1 WHERE "Kind" = 'Wallet'"""));
        var finance = await A.StaffUser().With(Permission.TransactionsExport, Permission.WalletsRead).SaveToAsync(Db);

        using var workbook = await ExportAsync(finance, new ExportRequest { Kind = ExportKind.WalletTransactions });

        workbook.Worksheet("Reconciliation").Column(1).CellsUsed().Select(cell => cell.GetString()).ShouldContain($"Held against the wallets' balances in the ledger: USD {Store.Code} DOES NOT TIE OUT");
    }

    [Fact]
    public async Task Only_who_may_read_wallets_exports_them()
    {
        var clerk = await A.StaffUser().With(Permission.TransactionsExport).SaveToAsync(Db);

        await Should.ThrowAsync<AccessDeniedException>(() => Db.Get<Exports>().RequestAsync(clerk, new ExportRequest { Kind = ExportKind.WalletTransactions }));
    }

    // Seeded: the same movements every time, over some weeks.
    private async Task MoveAtRandomAsync(int movements)
    {
        var (random, paid, held) = (new Random(11), new List<WalletMoved>(), new List<long>());
        var finance = await A.StaffUser().With(Permission.WalletsWithdraw, Permission.WalletsRead).SaveToAsync(Db);
        await TopUpAsync(100, bonus: 20);
        for (var i = 0; i < movements; i++)
        {
            Db.Clock.Advance(TimeSpan.FromHours(random.Next(1, 14)));
            try
            {
                switch (random.Next(10))
                {
                    case < 2:
                        await TopUpAsync(random.Next(10, 100), random.Next(0, 20));
                        break;
                    case < 6:
                        paid.Add(await PayAsync(random.Next(1, 40) + 0.25m));
                        break;
                    case 6 when paid.Count > 0:
                        await Payments.RefundAsync(Till, paid[random.Next(paid.Count)].TransactionId, amount: 0.5m, A.Unique("back"));
                        break;
                    case 7:
                        held.Add((await Holds.HoldAsync(Till, Movement(random.Next(1, 20)), 43_200, A.Unique("hold"))).HoldId);
                        break;
                    case 8 when held.Count > 0:
                        await Holds.ReleaseAsync(Till, held[0], reason: null, A.Unique("release"));
                        held.RemoveAt(0);
                        break;
                    default:
                        await PayOutAsync(finance, random);
                        break;
                }
            }
            catch (RuleViolationException refusal) when (refusal.Code is "insufficient_balance" or "hold_closed" or "exceeds_capture" or "not_refundable")
            {
                // Refused as a till would be; nothing moved.
            }
        }
    }

    private async Task PayOutAsync(Actor finance, Random random)
    {
        var topUps = await Db.Get<WalletDirectory>().TopUpsAsync(finance, Member.Id);
        var sheet = await Db.Get<WalletWithdrawals>().WorksheetAsync(finance, topUps[random.Next(topUps.Count)].Id);
        await Db.Get<WalletWithdrawals>().WithdrawAsync(finance, sheet.TopUpId, sheet.Amount, "Moves away", A.Unique("out"));
    }

    private async Task<XLWorkbook> ExportAsync(Actor actor, ExportRequest request)
    {
        var exports = Db.Get<Exports>();
        var ticket = await exports.RequestAsync(actor, request);
        while (await Db.Get<ExportWork>().RunOnceAsync() is not null)
        {
            // Until nothing waits.
        }

        await using var content = (await exports.OpenAsync(actor, ticket.ExportId!.Value)).Content;
        var copy = new MemoryStream();
        await content.CopyToAsync(copy);

        return new XLWorkbook(copy);
    }

    private static List<Dictionary<string, IXLCell>> Rows(XLWorkbook workbook, string sheet, string column)
    {
        var used = workbook.Worksheet(sheet);
        var header = used.RowsUsed().First(row => row.CellsUsed().Any(cell => cell.GetString() == column));
        var columns = header.CellsUsed().ToDictionary(cell => cell.Address.ColumnNumber, cell => cell.GetString());

        return [.. used.Rows(header.RowNumber() + 1, used.LastRowUsed()!.RowNumber()).Select(row => columns.ToDictionary(pair => pair.Value, pair => row.Cell(pair.Key)))];
    }
}
