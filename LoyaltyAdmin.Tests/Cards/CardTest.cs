using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Cards;

/// <summary>Tests about cards: a store, a member and the standard plan Member / Silver from 500 / Gold from 1,000 in 12 months. Today is 2 March 2026.</summary>
public abstract class CardTest(DatabaseKind kind) : DatabaseTest(kind)
{
    protected Store Store { get; private set; } = null!;
    protected Member Member { get; private set; } = null!;
    protected CardPlan Plan { get; private set; } = null!;
    protected IReadOnlyList<CardTier> Tiers { get; private set; } = [];
    protected Actor Staff { get; private set; } = null!;

    protected TierCalculation Calculation => Db.Get<TierCalculation>();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Store = await A.Store().SaveToAsync(Db);
        Member = await A.Member().SaveToAsync(Db);
        (Plan, Tiers) = await A.CardPlan("MAIN").SaveToAsync(Db);
        Staff = await A.StaffUser().With(Permission.MembersRead, Permission.MembersEdit, Permission.PlansRead, Permission.PlansEdit).SaveToAsync(Db);
    }

    protected Task<IssuedCard> IssueAsync(Member? member = null, CardPlan? plan = null) => Db.Get<LoyaltyCards>().IssueAsync(Staff, (member ?? Member).Number, (plan ?? Plan).Code);

    /// <summary>A purchase as the order intake leaves it, and what follows from it.</summary>
    protected async Task<Order> BuyAsync(decimal amount, Member? member = null, DateOnly? on = null)
    {
        var order = NewOrder(amount, member ?? Member, on ?? DateOnly.FromDateTime(Clock.Now.UtcDateTime));
        await Db.Database.WriteAsync(Actor.System, async db =>
        {
            db.Orders.Add(order);
            await Calculation.RecalculateAsync(db, [order.MemberId!.Value], TierChangeReason.Purchase);
        });

        return order;
    }

    protected Task RefundAsync(Order order) => Db.Database.WriteAsync(Actor.System, async db =>
    {
        var stored = await db.Orders.SingleAsync(o => o.Id == order.Id);
        (stored.Refunded, stored.Revenue, stored.GroupRevenue, stored.IsPurchase, stored.Status) = (order.Total, 0, 0, false, OrderStatus.Refunded);
    });

    protected Order NewOrder(decimal amount, Member member, DateOnly on) => new()
    {
        Source = "pos",
        Number = A.Unique("R-"),
        Kind = OrderKind.Bill,
        MemberId = member.Id,
        StoreId = Store.Id,
        Channel = Channel.Pos,
        Currency = "USD",
        PlacedAt = Clock.Now,
        PaidAt = Clock.Now,
        BusinessDay = on,
        Total = amount,
        Revenue = amount,
        GroupRevenue = amount,
        IsPurchase = true,
        Status = OrderStatus.Paid,
        SourceChangedAt = Clock.Now,
        ContentHash = new byte[32],
        RecordedAt = Clock.Now,
    };

    protected Task<LoyaltyCard> CardAsync(Member? member = null) => Db.ReadAsync(db => db.LoyaltyCards.SingleAsync(card => card.MemberId == (member ?? Member).Id && card.PlanId == Plan.Id));

    protected async Task<string> TierAsync(Member? member = null)
    {
        var card = await CardAsync(member);

        return await Db.ReadAsync(db => db.CardTiers.Where(tier => tier.Id == card.TierId).Select(tier => tier.Name).SingleAsync());
    }

    protected async Task<IReadOnlyList<string>> HistoryAsync()
    {
        var page = await Db.Get<MemberCardReader>().HistoryAsync(Staff, Member.Number, new PageRequest { Descending = false });

        return [.. page.Rows.Select(row => $"{row.From ?? "-"} > {row.To}: {row.Reason} {row.Detail}".Trim())];
    }

    /// <summary>Nights pass until the day.</summary>
    protected async Task NightAsync(DateOnly day)
    {
        Clock.Now = new DateTimeOffset(day, new TimeOnly(3, 30), TimeSpan.Zero);
        await Calculation.RunAsync();
    }
}
