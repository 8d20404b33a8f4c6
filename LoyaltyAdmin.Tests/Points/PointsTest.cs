using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Points;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Tests.Orders;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Points;

/// <summary>A store, a shop that may do everything, and points switched on at 10 %.</summary>
public abstract class PointsTest(DatabaseKind kind) : DatabaseTest(kind)
{
    protected Actor Shop { get; private set; } = null!;

    protected Store Store { get; private set; } = null!;

    protected PointsSpending Spending => Db.Get<PointsSpending>();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Store = await A.Store().SaveToAsync(Db);
        Shop = await A.ApiClient().With(ApiScope.OrdersWrite, ApiScope.PointsRead, ApiScope.PointsWrite).SaveToAsync(Db);
    }

    protected Task SwitchOnAsync(Action<PointSettings>? change = null)
    {
        var settings = new PointSettings { IsActive = true, ActiveSince = Clock.Now.AddDays(-30), DefaultRate = 0.1m, AllowsDebt = true };
        change?.Invoke(settings);

        return Db.AddAsync(settings);
    }

    protected Task PutAsync(OrderDelivery order) => Db.Get<OrderIngest>().PutAsync(Shop, order);

    protected OrderDelivery Order(Member member, decimal total, string number) => Purchases.Of(Store, total, number, member.Number);

    protected Task RefundAsync(string number, decimal amount, string refund = "R1") => Db.Get<OrderRefunds>().RefundAsync(Shop, "pos", number, Purchases.Refund(amount, refund));

    protected async Task<decimal> SettledAsync(Member member)
    {
        await Db.Get<PointsEarning>().RunOnceAsync();

        return await BalanceAsync(member);
    }

    protected async Task<decimal> BalanceAsync(Member member) => (await Db.Get<PointsAccounts>().SummaryAsync(Actor.System, member.Id)).Balance;

    protected Task<PointsSummary> SummaryAsync(Member member) => Db.Get<PointsAccounts>().SummaryAsync(Actor.System, member.Id);

    protected Task GiveAsync(Member member, decimal points) => Spending.GrantAsync(Shop, new PointsGift(member.Number, points, "Gift"), Guid.NewGuid().ToString("N"));

    protected Task<PointsMoved> SpendAsync(Member member, decimal points, string? key = null) =>
        Spending.SpendAsync(Shop, new PointsMovement { MemberNumber = member.Number, Points = points, StoreCode = Store.Code, Channel = Domain.Values.Channel.Pos }, key ?? Guid.NewGuid().ToString("N"));

    protected Task<List<string>> MovementsAsync() => Db.ReadAsync(db => db.LedgerTransactions.OrderBy(t => t.Id).Select(t => t.Type.ToString() + " " + t.Amount).ToListAsync());
}
