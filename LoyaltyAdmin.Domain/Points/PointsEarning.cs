using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Points;

/// <summary>
/// Rewards orders: what an order is worth by the rules, less what already stands in the ledger for it. Orders mark themselves as due in the save that
/// changes them; here the difference is posted, once per change, so that delivery twice, refunds, corrections and restarts end at the same points.
/// </summary>
public sealed class PointsEarning(LoyaltyDatabase database, Ledger.Ledger ledger, PointsPostings postings, StoreScopes scopes, TierCalculation tiers, MessageOutbox messages) : BackgroundWork
{
    private const int Batch = 100;

    /// <summary>An order paid longer ago is history that was brought in: nobody is told of it.</summary>
    private static readonly TimeSpan news = TimeSpan.FromDays(3);

    public override string Name => "Points of orders";

    public override string Purpose => "Posts the points of new, changed and refunded orders.";

    public override TimeSpan PollEvery => TimeSpan.FromSeconds(5);

    public override async Task<JobResult?> RunOnceAsync(CancellationToken cancel = default)
    {
        var posted = 0;
        List<long> due;
        do
        {
            due = await DueAsync(cancel);
            if (due.Count > 0)
            {
                posted += await database.WriteAsync(Actor.System, db => RewardAsync(db, due, cancel), cancel);
            }
        }
        while (due.Count == Batch);

        return posted == 0 ? null : new JobResult($"Posted the points of {posted} orders.", posted);
    }

    private async Task<List<long>> DueAsync(CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);

        return await db.Orders.Where(o => o.PointsDueAt != null).OrderBy(o => o.PointsDueAt).Select(o => o.Id).Take(Batch).ToListAsync(cancel);
    }

    private async Task<int> RewardAsync(LoyaltyDbContext db, List<long> ids, CancellationToken cancel)
    {
        // Held until the end: a refund that comes meanwhile makes the order due again afterwards.
        await database.Provider.LockRowsAsync(db, "Orders", ids, cancel);
        var settings = await PointsPostings.SettingsAsync(db, cancel);
        var orders = await db.Orders.AsNoTracking().Where(o => ids.Contains(o.Id) && o.PointsDueAt != null).OrderBy(o => o.Id).ToListAsync(cancel);
        var known = await db.OrderPoints.Where(p => ids.Contains(p.OrderId)).ToDictionaryAsync(p => p.OrderId, cancel);
        var stores = await scopes.ResolveAsync(settings.Stores, cancel);
        var worth = settings.IsActive || known.Count > 0 ? await EligibleGoods.ReadAsync(db, settings, ids, cancel) : new EligibleGoods();
        var (posted, members, told) = (0, new HashSet<long>(), new List<MessageRequest>());
        foreach (var order in orders)
        {
            var earns = settings.IsActive && order.PlacedAt >= settings.ActiveSince && stores.Allows(order.StoreId);
            var before = known.GetValueOrDefault(order.Id);
            if (before is not null)
            {
                members.Add(before.MemberId);
            }

            if (await SettleAsync(db, settings, order, before, worth.Of(order, settings), earns, told, cancel))
            {
                posted++;
                members.Add(order.MemberId ?? 0);
            }
        }

        if (posted > 0 && await db.CardPlans.AnyAsync(plan => plan.Basis == TierBasis.Points, cancel))
        {
            await tiers.RecalculateAsync(db, members, TierChangeReason.Purchase, cancel);
        }

        await messages.AddAsync(db, told, cancel);
        await db.Orders.Where(o => ids.Contains(o.Id)).ExecuteUpdateAsync(set => set.SetProperty(o => o.PointsDueAt, (DateTimeOffset?)null), cancel);

        return posted;
    }

    private async Task<bool> SettleAsync(LoyaltyDbContext db, PointSettings settings, Order order, OrderPoints? known, decimal worth, bool earns, List<MessageRequest> told, CancellationToken cancel)
    {
        var stood = known?.Earned ?? 0;
        // Also of an order that came while its member was being merged.
        long? holder = order.MemberId is { } named ? await OwnerAsync(db, named, cancel) : null;
        var moved = known is not null && await OwnerAsync(db, known.MemberId, cancel) is var owner && owner != holder;
        if (moved && known!.Earned != 0)
        {
            await TakeBackAsync(db, settings, order, known, await OwnerAsync(db, known.MemberId, cancel), known.Earned, cancel);
        }

        if (holder is not { } memberId)
        {
            return moved;
        }

        if (known is null && (!earns || worth == 0 || !await db.Members.AnyAsync(m => m.Id == memberId && m.Status == MemberStatus.Active, cancel)))
        {
            return false;
        }

        if (known is null || moved)
        {
            var rate = await RateAsync(db, settings, memberId, cancel);
            known ??= db.OrderPoints.Add(new OrderPoints { OrderId = order.Id, MemberId = memberId, Rate = rate, Earned = 0, Revision = 0 }).Entity;
            known.Rate = rate;
        }

        known.MemberId = memberId;
        var target = Currency.Points.ToMinor(PointsPostings.Rounded(worth * known.Rate));
        // Points were switched off or the store left them: what was given before stays, more is not given.
        target = earns ? target : Math.Min(target, stood);
        if (target < known.Earned)
        {
            await TakeBackAsync(db, settings, order, known, memberId, known.Earned - target, cancel);
        }
        else if (target > known.Earned)
        {
            await GiveAsync(db, settings, order, known, target - known.Earned, told, cancel);
        }
        else if (!moved)
        {
            return false;
        }

        return true;
    }

    private async Task GiveAsync(LoyaltyDbContext db, PointSettings settings, Order order, OrderPoints known, long minor, List<MessageRequest> told, CancellationToken cancel)
    {
        var account = await postings.AccountAsync(db, known.MemberId, order.StoreId, cancel);
        var earnedAt = order.PaidAt is { } paid && paid < account.Group.Now ? paid : account.Group.Now;
        var posting = Posting(account, order, known, TransactionType.Earning);
        var earned = await ledger.PostAsync(db, PointsPostings.Given(account, settings, posting, minor, settings.UsableFrom(earnedAt, account.Group.Zone), earnedAt) with { From = [AccountStatus.Open, AccountStatus.Blocked] }, cancel);
        (known.Earned, known.EarningId) = (known.Earned + minor, earned.Id);
        if (account.Group.Now - earnedAt <= news)
        {
            told.Add(PointsNews.Earned(earned, known.MemberId, $"Order {order.Number}"));
        }
    }

    private async Task TakeBackAsync(LoyaltyDbContext db, PointSettings settings, Order order, OrderPoints known, long memberId, long minor, CancellationToken cancel)
    {
        var account = await postings.AccountAsync(db, memberId, order.StoreId, cancel);
        await database.Provider.LockRowsAsync(db, "LedgerAccounts", [account.Account.Id], cancel);
        var balance = await db.LedgerAccounts.Where(a => a.Id == account.Account.Id).Select(a => a.Balance).SingleAsync(cancel);
        var taken = settings.AllowsDebt ? minor : Math.Min(minor, Math.Max(0, balance));
        if (taken > 0)
        {
            await ledger.PostAsync(db, Posting(account, order, known, TransactionType.EarningReversal) with
            {
                Amount = -taken,
                House = [new HouseLeg(House.PromotionCost, taken)],
                Lots = new LotChange.Take { FirstOf = known.EarningId, WhateverDates = true },
                AllowsDebt = settings.AllowsDebt,
                From = [AccountStatus.Open, AccountStatus.Blocked],
            }, cancel);
        }

        // What was spent already and may not become a debt is forgiven, once.
        known.Earned -= minor;
    }

    private static Posting Posting(PointsAccount account, Order order, OrderPoints known, TransactionType type)
    {
        known.Revision++;
        var key = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{order.Id}:{known.Revision}");

        return account.Posting(Operation.For(Actor.System, key, "points of order", order.Id) with { Source = "orders:points" }, type) with
        {
            StoreId = order.StoreId,
            Channel = order.Channel,
            OrderNumber = order.Number,
        };
    }

    // The best rate of the member's active cards; a member without one earns at the default.
    private static async Task<decimal> RateAsync(LoyaltyDbContext db, PointSettings settings, long memberId, CancellationToken cancel)
    {
        var rates = await db.LoyaltyCards.Where(c => c.MemberId == memberId && c.Status == LoyaltyCardStatus.Active)
            .Join(db.CardTiers, c => c.TierId, t => t.Id, (c, t) => t.EarningRate).ToListAsync(cancel);

        return rates.Count == 0 ? settings.DefaultRate : rates.Max();
    }

    /// <summary>Who holds today what was given to that member: a duplicate's points went to the member it was merged into.</summary>
    private static async Task<long> OwnerAsync(LoyaltyDbContext db, long memberId, CancellationToken cancel) =>
        await db.Members.Where(m => m.Id == memberId).Select(m => m.MergedIntoId).FirstOrDefaultAsync(cancel) ?? memberId;
}
