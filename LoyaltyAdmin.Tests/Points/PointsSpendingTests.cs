using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Points;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Points;

/// <summary>Spending, giving back, adjusting by hand, and who sees what.</summary>
public abstract class PointsSpendingTests(DatabaseKind kind) : PointsTest(kind)
{
    public sealed class OnSqlite() : PointsSpendingTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : PointsSpendingTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task Sixty_four_tills_spend_what_is_there_and_no_more()
    {
        var member = await A.Member().SaveToAsync(Db);
        await GiveAsync(member, 100);

        var spent = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(async () =>
        {
            try
            {
                await SpendAsync(member, 5);

                return 1;
            }
            catch (InsufficientBalanceException)
            {
                return 0;
            }
        })));

        spent.Sum().ShouldBe(20);
        (await BalanceAsync(member)).ShouldBe(0);
    }

    [Fact]
    public async Task One_key_spends_once_however_often_and_wherever_it_arrives()
    {
        var member = await A.Member().SaveToAsync(Db);
        await GiveAsync(member, 100);

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => SpendAsync(member, 30, "K"))));

        answers.Distinct().ShouldHaveSingleItem().Balance.ShouldBe(70);
        (await Should.ThrowAsync<RuleViolationException>(() => SpendAsync(member, 31, "K"))).Code.ShouldBe("idempotency_key_reused");
    }

    [Fact]
    public async Task Points_given_back_return_to_their_lots_and_never_more_than_were_spent()
    {
        await SwitchOnAsync(s => (s.Expiry, s.Months) = (PointExpiry.EndOfMonth, 1));
        var member = await A.Member().SaveToAsync(Db);
        await GiveAsync(member, 50);
        var spent = await SpendAsync(member, 40);

        (await Spending.GiveBackAsync(Shop, spent.TransactionId, 15, "B1")).ShouldBe(await Spending.GiveBackAsync(Shop, spent.TransactionId, 15, "B1"));
        (await Should.ThrowAsync<RuleViolationException>(() => Spending.GiveBackAsync(Shop, spent.TransactionId, 26, "B2"))).Code.ShouldBe(Refusals.ExceedsCapture);
        (await Spending.GiveBackAsync(Shop, spent.TransactionId, null, "B3")).ShouldSatisfyAllConditions(moved => moved.Points.ShouldBe(25), moved => moved.Balance.ShouldBe(50));

        (await SummaryAsync(member)).Lots.ShouldHaveSingleItem().ShouldBe(new PointsLot(50, null, new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero)));
    }

    [Fact]
    public async Task An_adjustment_above_the_limit_waits_for_a_second_person_and_is_done_once()
    {
        var member = await A.Member().SaveToAsync(Db);
        var role = await A.Role().With(Permission.PointsAdjust, Permission.DashboardRead).Where(r => r.PointsLimit = 100).SaveToAsync(Db);
        var clerk = await A.StaffUser().As(role).SaveToAsync(Db);
        var boss = await A.StaffUser().With(Permission.PointsAdjustApprove, Permission.DashboardRead).SaveToAsync(Db);
        var adjustments = Db.Get<PointsAdjustments>();

        (await adjustments.AdjustAsync(clerk, member.Id, 100, "Forgotten receipt", "A")).IsWaiting.ShouldBeFalse();
        (await adjustments.AdjustAsync(clerk, member.Id, 100, "Forgotten receipt", "A")).IsWaiting.ShouldBeFalse();
        var waiting = await adjustments.AdjustAsync(clerk, member.Id, 100.01m, "Goodwill", "B");
        (await adjustments.AdjustAsync(clerk, member.Id, 100.01m, "Goodwill", "B")).ShouldBe(waiting);
        (await BalanceAsync(member)).ShouldBe(100);
        await Db.Get<Approvals>().DecideAsync(boss, waiting.ApprovalId!.Value, approve: true, null);

        (await BalanceAsync(member)).ShouldBe(200.01m);
        await adjustments.AdjustAsync(clerk, member.Id, -0.01m, "Typing error", "C");
        (await Should.ThrowAsync<InsufficientBalanceException>(() => adjustments.AdjustAsync(Actor.System, member.Id, -201, "Too much", "D"))).Balance.ShouldBe(200);
    }

    [Fact]
    public async Task A_merge_moves_points_with_their_dates_and_erasing_keeps_the_ledger()
    {
        await SwitchOnAsync(s => (s.Expiry, s.Months) = (PointExpiry.RollingMonths, 2));
        var (into, from) = (await A.Member().SaveToAsync(Db), await A.Member().SaveToAsync(Db));
        await GiveAsync(into, 10);
        await GiveAsync(from, 30);
        Clock.Advance(TimeSpan.FromDays(3));
        await GiveAsync(from, 5);
        var admin = await A.StaffUser().With(Permission.MembersErase).SaveToAsync(Db);

        await Db.Get<MemberMerges>().MergeAsync(admin, into.Id, from.Id, "Registered twice");

        (await SummaryAsync(into)).Lots.Select(lot => lot.Points).ShouldBe([40m, 5m]);
        (await SpendAsync(from, 44)).Balance.ShouldBe(1);
        (await Db.ReadAsync(db => db.LedgerAccounts.Where(a => a.MemberId == from.Id).Select(a => a.Balance).SingleAsync())).ShouldBe(0);
        await Db.Get<MemberErasure>().EraseAsync(admin, into.Id, into.Number, "Asked for it");
        (await Should.ThrowAsync<NotFoundException>(() => SpendAsync(into, 1))).Code.ShouldBe("not_found");
        Clock.Advance(TimeSpan.FromDays(90));
        (await Db.Get<LotExpiry>().RunAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Staff_see_the_movements_and_members_of_their_stores()
    {
        var other = await A.Store().SaveToAsync(Db);
        var member = await A.Member().In(Store).SaveToAsync(Db);
        await GiveAsync(member, 100);
        var spent = await SpendAsync(member, 7.5m);
        await Spending.SpendAsync(Shop, new PointsMovement { MemberNumber = member.Number, Points = 2, StoreCode = other.Code, Channel = Channel.Online, OrderNumber = "W-1" }, "W");
        var here = await A.StaffUser().With(Permission.PointsRead).In(Store).SaveToAsync(Db);
        var there = await A.StaffUser().With(Permission.PointsRead).In(other).SaveToAsync(Db);
        var points = Db.Get<PointsAccounts>();

        (await points.ListAsync(here, new PointsTransactionFilter(), new PageRequest())).Rows.Select(row => (row.Type, row.Points, row.BalanceAfter, row.MemberNumber)).ShouldBe([(TransactionType.Consumption, -7.5m, 92.5m, member.Number), (TransactionType.Grant, 100m, 100m, member.Number)]);
        (await points.ListAsync(there, new PointsTransactionFilter { Member = member.Number }, new PageRequest())).Rows.ShouldHaveSingleItem().OrderNumber.ShouldBe("W-1");
        (await points.CountAsync(here, new PointsTransactionFilter { Type = TransactionType.Grant, From = new DateOnly(2026, 3, 2), To = new DateOnly(2026, 3, 2), Member = member.Number })).Count.ShouldBe(1);
        (await points.CountAsync(here, new PointsTransactionFilter { Member = "nobody" })).Count.ShouldBe(0);
        await Should.ThrowAsync<NotFoundException>(() => points.SummaryAsync(there, member.Id));
        var till = await A.ApiClient().With(ApiScope.PointsWrite).In(other).SaveToAsync(Db);
        await Should.ThrowAsync<NotFoundException>(() => Spending.GiveBackAsync(till, spent.TransactionId, null, "X"));
    }
}
