using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Points;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Points;

public abstract class PointsMergeTests(DatabaseKind kind) : PointsTest(kind)
{
    public sealed class OnSqlite() : PointsMergeTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : PointsMergeTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task What_a_duplicate_spent_comes_back_to_the_last_survivor_each_time()
    {
        await SwitchOnAsync();
        var (first, second, last) = (await WithPointsAsync(100), await WithPointsAsync(10), await WithPointsAsync(1));
        var spent = await SpendAsync(first, 60);
        await MergeAsync(first, second);
        (await Spending.GiveBackAsync(Shop, spent.TransactionId, 20, "a")).Balance.ShouldBe(70);
        await MergeAsync(second, last);

        var back = await Spending.GiveBackAsync(Shop, spent.TransactionId, points: null, "b");

        (back.Points, back.Balance).ShouldBe((40m, 111m));
        (await Spending.GiveBackAsync(Shop, spent.TransactionId, points: null, "b")).ShouldBe(back);
        (await BalanceAsync(last)).ShouldBe(111);
        (await StrandedAsync()).ShouldBe(0);
        (await SpendAsync(first, 111)).Balance.ShouldBe(0);
    }

    [Fact]
    public async Task A_duplicates_orders_are_settled_with_the_survivor_whenever_they_come_or_are_refunded()
    {
        await SwitchOnAsync();
        var (from, into) = (await A.Member().SaveToAsync(Db), await WithPointsAsync(5));
        await PutAsync(Order(from, 100, "O-1"));
        await SettledAsync(from);
        await MergeAsync(from, into);

        await PutAsync(Order(from, 200, "O-2"));
        (await SettledAsync(into)).ShouldBe(5 + 10 + 20);
        await RefundAsync("O-1", 100);
        await RefundAsync("O-2", 50);

        (await SettledAsync(into)).ShouldBe(5 + 15);
        (await StrandedAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task An_order_that_was_put_down_to_a_member_while_it_was_merged_earns_for_the_survivor()
    {
        await SwitchOnAsync();
        var (from, into) = (await A.Member().SaveToAsync(Db), await WithPointsAsync(5));
        await MergeAsync(from, into);
        await PutAsync(Order(into, 100, "O-1"));
        await Db.Database.WriteAsync(Actor.System, db => db.Orders.ExecuteUpdateAsync(set => set.SetProperty(o => o.MemberId, from.Id)));

        (await SettledAsync(into)).ShouldBe(15);
        (await StrandedAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task The_survivors_list_tells_what_the_duplicate_did()
    {
        await SwitchOnAsync();
        var (from, into) = (await WithPointsAsync(100), await WithPointsAsync(5));
        await SpendAsync(from, 30);
        await MergeAsync(from, into);

        var rows = (await Db.Get<PointsAccounts>().ListAsync(Actor.System, new PointsTransactionFilter { MemberId = into.Id }, new PageRequest())).Rows;

        rows.Select(row => row.Points).ShouldBe([70m, -70m, -30m, 5m, 100m]);
        rows.ShouldAllBe(row => row.MemberId == into.Id);
    }

    private async Task<Member> WithPointsAsync(decimal points)
    {
        var member = await A.Member().SaveToAsync(Db);
        await GiveAsync(member, points);

        return member;
    }

    private async Task MergeAsync(Member from, Member into) =>
        await Db.Get<MemberMerges>().MergeAsync(await A.StaffUser().With(Permission.MembersErase).SaveToAsync(Db), into.Id, from.Id, "Same person");

    private Task<long> StrandedAsync() => Db.ReadAsync(db => db.LedgerAccounts.Where(a => db.Members.Any(m => m.Id == a.MemberId && m.Status == MemberStatus.Merged)).SumAsync(a => a.Balance));
}
