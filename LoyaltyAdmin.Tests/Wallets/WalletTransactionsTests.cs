using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Wallets;
using LoyaltyAdmin.Tests.Support;

namespace LoyaltyAdmin.Tests.Wallets;

public abstract class WalletTransactionsTests(DatabaseKind kind) : WalletTest(kind)
{
    public sealed class OnSqlite() : WalletTransactionsTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : WalletTransactionsTests(DatabaseKind.PostgreSql);

    private WalletTransactions Transactions => Db.Get<WalletTransactions>();

    [Fact]
    public async Task The_list_tells_principal_and_bonus_of_every_movement_apart_newest_first()
    {
        await TopUpAsync(100, bonus: 20);
        var paid = await Payments.PayAsync(Till, Movement(110, order: "R-7"), A.Unique("pay"));
        await Payments.RefundAsync(Till, paid.TransactionId, 15, A.Unique("back"));
        var reader = await A.StaffUser().With(Permission.WalletsRead).SaveToAsync(Db);

        var rows = (await Transactions.ListAsync(reader, new(), new PageRequest())).Rows;

        rows.Select(row => (row.Type, row.Principal, row.Bonus, row.Amount, row.BalanceAfter)).ShouldBe(
        [
            (TransactionType.ConsumptionReversal, 5m, 10m, 15m, 25m),
            (TransactionType.Consumption, -100m, -10m, -110m, 10m),
            (TransactionType.Recharge, 100m, 20m, 120m, 120m),
        ]);
        rows[0].ReversesId.ShouldBe(paid.TransactionId);
        rows[1].ShouldSatisfyAllConditions(row => row.OrderNumber.ShouldBe("R-7"), row => row.MemberNumber.ShouldBe(Member.Number), row => row.StoreCode.ShouldBe(Store.Code), row => row.Channel.ShouldBe(Channel.Pos));
    }

    [Fact]
    public async Task Each_filter_finds_its_own_and_pages_follow_one_another()
    {
        await TopUpAsync(500);
        for (var i = 0; i < 5; i++)
        {
            await Payments.PayAsync(Till, Movement(10 + i, order: $"R-{i}"), A.Unique("pay"));
        }

        var reader = await A.StaffUser().With(Permission.WalletsRead).SaveToAsync(Db);
        var day = (await Transactions.ListAsync(reader, new(), new PageRequest())).Rows[0].BusinessDay;

        async Task<long> CountAsync(WalletTransactionFilter filter) => (await Transactions.CountAsync(reader, filter)).Count;
        (await CountAsync(new())).ShouldBe(6);
        (await CountAsync(new() { Type = TransactionType.Recharge })).ShouldBe(1);
        (await CountAsync(new() { OrderNumber = "R-3" })).ShouldBe(1);
        (await CountAsync(new() { MemberNumber = Member.Number })).ShouldBe(6);
        (await CountAsync(new() { MemberNumber = "nobody" })).ShouldBe(0);
        (await CountAsync(new() { StoreId = Store.Id, Channel = Channel.Pos, Currency = "USD" })).ShouldBe(6);
        (await CountAsync(new() { Channel = Channel.Online })).ShouldBe(0);
        (await CountAsync(new() { Currency = "EUR" })).ShouldBe(0);
        (await CountAsync(new() { From = day, To = day })).ShouldBe(6);
        (await CountAsync(new() { From = day.AddDays(1) })).ShouldBe(0);
        (await CountAsync(new() { To = day.AddDays(-1) })).ShouldBe(0);

        var first = await Transactions.ListAsync(reader, new(), new PageRequest { Size = 4, Sort = "BusinessDay" });
        var second = await Transactions.ListAsync(reader, new(), new PageRequest { Size = 4, Sort = "BusinessDay", Cursor = first.Next });
        first.Rows.Concat(second.Rows).Select(row => row.Amount).ShouldBe([-14m, -13m, -12m, -11m, -10m, 500m]);
        second.Next.ShouldBeNull();
    }

    [Fact]
    public async Task Staff_see_their_own_members_and_what_concerns_their_stores()
    {
        var elsewhere = await A.Store().SaveToAsync(Db);
        await TopUpAsync(100);
        await Payments.PayAsync(Till, Movement(10) with { StoreCode = elsewhere.Code }, A.Unique("pay"));
        var stranger = await A.Member().In(elsewhere).SaveToAsync(Db);
        await Payments.PayAsync(Till, Movement(5), A.Unique("pay"));
        var (here, there) = (await A.StaffUser().With(Permission.WalletsRead).In(Store).SaveToAsync(Db), await A.StaffUser().With(Permission.WalletsRead).In(elsewhere).SaveToAsync(Db));

        (await Transactions.CountAsync(here, new())).Count.ShouldBe(3);
        (await Transactions.CountAsync(there, new())).Count.ShouldBe(0);
        (await Transactions.CountAsync(here, new(), storeView: elsewhere.Id)).Count.ShouldBe(1);
        (await Db.Get<WalletDirectory>().OfAsync(there, stranger.Id)).ShouldBeEmpty();
        await Should.ThrowAsync<AccessDeniedException>(async () => await Transactions.ListAsync(await A.StaffUser().With(Permission.MembersRead).SaveToAsync(Db), new(), new PageRequest()));
    }

    [Fact]
    public async Task The_members_timeline_tells_top_ups_and_payouts_to_who_may_read_wallets()
    {
        await TopUpAsync(100, bonus: 10);
        await PayAsync(30);
        var finance = await A.StaffUser().With(Permission.WalletsWithdraw, Permission.WalletsRead, Permission.MembersRead).SaveToAsync(Db);
        var topUp = (await Db.Get<WalletDirectory>().TopUpsAsync(finance, Member.Id)).Single();
        await Db.Get<WalletWithdrawals>().WithdrawAsync(finance, topUp.Id, 70, "Moves away", "op");

        var told = (await Db.Get<MemberTimeline>().ListAsync(finance, Member.Id)).Rows.Where(happened => happened.Kind == TimelineKind.Wallet);
        told.Select(happened => (happened.Text, happened.Amount)).ShouldBe([($"Payout at {Store.Name}", -80m), ($"Top-up at {Store.Name}", 110m)]);
        var clerk = await A.StaffUser().With(Permission.MembersRead).SaveToAsync(Db);
        (await Db.Get<MemberTimeline>().ListAsync(clerk, Member.Id)).Rows.ShouldNotContain(happened => happened.Kind == TimelineKind.Wallet);
    }
}
