using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Ledger;

/// <summary>Each check must see what it is for: the guards are taken away and the damage is done by hand.</summary>
public abstract class LedgerInvariantsTests : LedgerTest
{
    protected LedgerInvariantsTests(DatabaseKind kind) : base(kind) => LedgerMustTieOut = false;

    public sealed class OnSqlite() : LedgerInvariantsTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : LedgerInvariantsTests(DatabaseKind.PostgreSql);

    [Theory]
    [InlineData("A transaction's legs sum to zero", """UPDATE "LedgerEntries" SET "Amount" = "Amount" + 1 WHERE "AccountId" < 0 AND "TransactionId" = {spent}""")]
    [InlineData("A transaction's legs sum to zero", """DELETE FROM "LedgerEntries" WHERE "AccountId" < 0 AND "TransactionId" = {spent}""")]
    [InlineData("A transaction's amount is its account's leg", """DELETE FROM "LedgerEntries" WHERE "TransactionId" = {spent}""")]
    [InlineData("A transaction's amount is its account's leg", """UPDATE "LedgerTransactions" SET "Amount" = "Amount" - 1 WHERE "Id" = {spent}""")]
    [InlineData("Every entry belongs to a transaction of its account", """UPDATE "LedgerEntries" SET "TransactionId" = 999999 WHERE "TransactionId" = {spent}""")]
    [InlineData("Every entry belongs to a transaction of its account", """UPDATE "LedgerEntries" SET "AccountId" = {other} WHERE "AccountId" > 0 AND "TransactionId" = {spent}""")]
    [InlineData("The balance is the sum of all movements and their count is the last number", """UPDATE "LedgerAccounts" SET "Balance" = "Balance" + 1 WHERE "Id" = {account}""")]
    [InlineData("The balance is the sum of all movements and their count is the last number", """UPDATE "LedgerAccounts" SET "LastSequence" = "LastSequence" + 1 WHERE "Id" = {account}""")]
    [InlineData("The balance is the sum of all movements and their count is the last number", """DELETE FROM "LedgerTransactions" WHERE "Id" = {reversal}""")]
    [InlineData("Running balances continue without a gap, and never below zero but for points", """UPDATE "LedgerTransactions" SET "BalanceAfter" = "BalanceAfter" + 1 WHERE "Id" = {spent}""")]
    [InlineData("Running balances continue without a gap, and never below zero but for points", """UPDATE "LedgerTransactions" SET "Sequence" = "Sequence" + 1 WHERE "Id" = {reversal}""")]
    [InlineData("Nothing is given back beyond what was taken", """UPDATE "LedgerCaptures" SET "Remaining" = "Remaining" + 1""")]
    [InlineData("Nothing is given back beyond what was taken", """DELETE FROM "LedgerCaptures" """)]
    [InlineData("Nothing is given back beyond what was taken", """UPDATE "LedgerTransactions" SET "ReversesId" = NULL WHERE "Id" = {reversal}""")]
    [InlineData("A reversal names a movement of its own account", """DELETE FROM "LedgerCaptures"; UPDATE "LedgerTransactions" SET "ReversesId" = NULL WHERE "Id" = {reversal}""")]
    [InlineData("Nothing is given back beyond what was taken", """UPDATE "LedgerTransactions" SET "Amount" = 6000 WHERE "Id" = {reversal}""")]
    [InlineData("A reversal names a movement of its own account", """UPDATE "LedgerTransactions" SET "ReversesId" = 999999 WHERE "Id" = {reversal}""")]
    [InlineData("A reversal names a movement of its own account", """UPDATE "LedgerTransactions" SET "AccountId" = {other}, "Sequence" = 77 WHERE "Id" = {reversal}""")]
    [InlineData("A refused attempt moved nothing", """UPDATE "LedgerTransactions" SET "Amount" = -1 WHERE "Refusal" IS NOT NULL""")]
    [InlineData("A refused attempt moved nothing", """UPDATE "LedgerTransactions" SET "Refusal" = 'card_frozen' WHERE "Id" = {spent}""")]
    [InlineData("Every card has its account and every account its card", """UPDATE "LedgerAccounts" SET "Currency" = 'EUR' WHERE "Id" = {account}""")]
    [InlineData("Every card has its account and every account its card", """UPDATE "LedgerAccounts" SET "StoreId" = "StoreId" + 1 WHERE "Id" = {account}""")]
    [InlineData("Every card has its account and every account its card", """DELETE FROM "GiftCards" WHERE "AccountId" = {other}""")]
    [InlineData("A transaction is in its account's currency and of its home store", """UPDATE "LedgerTransactions" SET "Currency" = 'EUR' WHERE "Id" = {spent}""")]
    [InlineData("A transaction is in its account's currency and of its home store", """UPDATE "LedgerTransactions" SET "HomeStoreId" = "HomeStoreId" + 1 WHERE "Id" = {spent}""")]
    [InlineData("What is owed equals what was taken in, per currency", """UPDATE "LedgerAccounts" SET "Balance" = 0""")]
    public async Task A_damaged_ledger_is_found_by_the_check_for_it(string rule, string damage)
    {
        var cards = await A.GiftCard().Holding(100m).SaveToAsync(Db, 2);
        var spent = (await Ledger.PostAsync(Spending(cards[0], 50_00))).Transaction;
        var reversal = (await Ledger.PostAsync(Reversing(cards[0], spent, 20_00))).Transaction;
        await Ledger.PostAsync(Spending(cards[0], 500_00));
        var invariants = Db.Get<LedgerInvariants>();
        (await invariants.CheckAsync()).ShouldBeEmpty();

        await DamageAsync(damage
            .Replace("{spent}", $"{spent.Id}", StringComparison.Ordinal)
            .Replace("{reversal}", $"{reversal.Id}", StringComparison.Ordinal)
            .Replace("{account}", $"{cards[0].AccountId}", StringComparison.Ordinal)
            .Replace("{other}", $"{cards[1].AccountId}", StringComparison.Ordinal));

        (await invariants.CheckAsync()).ShouldContain(finding => finding.StartsWith(rule + ":", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_finding_is_listed_up_to_a_hundred()
    {
        await A.GiftCard().Holding(100m).SaveToAsync(Db, 150);
        await DamageAsync("""UPDATE "LedgerAccounts" SET "Balance" = "Balance" + 1""");

        var run = await Db.Get<LedgerInvariants>().RunAsync(Domain.Access.Actor.System);

        run.Violations.ShouldBeGreaterThanOrEqualTo(100);
        run.Findings.Split('\n').Length.ShouldBe(100);
    }

    private async Task DamageAsync(string damage)
    {
        var takeGuardsAway = Db.Kind == DatabaseKind.PostgreSql
            ? "SET session_replication_role = replica; "
            : "DROP TRIGGER \"LedgerTransactions_NoUPDATE\"; DROP TRIGGER \"LedgerTransactions_NoDELETE\"; DROP TRIGGER \"LedgerEntries_NoUPDATE\"; DROP TRIGGER \"LedgerEntries_NoDELETE\"; ";
        await using var db = await Db.ReadAsync();
        await db.Database.ExecuteSqlRawAsync(takeGuardsAway + damage);
    }
}
