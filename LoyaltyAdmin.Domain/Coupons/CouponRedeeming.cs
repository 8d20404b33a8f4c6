using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>Using coupons: one guarded statement decides who redeems, and every answer stands for its key.</summary>
public sealed class CouponRedeeming(LoyaltyDatabase database, AccessControl access, CouponCatalog catalog, CouponLookup lookup, CouponIssuing issuing, CouponTill till, Receipts receipts, GroupCalendar calendar, TimeProvider clock)
{
    private const int Attempts = 5;

    /// <summary>What the coupon would do to the basket, without effect on it.</summary>
    /// <exception cref="NotFoundException">Nobody has the code.</exception>
    [Requires(Permission.CouponsRedeem, ApiScope.CouponsRedeem)]
    public async Task<CouponCheck> ValidateAsync(Actor actor, CouponUse use, Operation operation, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.CouponsRedeem, ApiScope.CouponsRedeem, cancel);

        return await GuardedAsync(actor, () => database.WriteAsync(actor, db => receipts.OnceAsync(db, operation, async () =>
        {
            var (found, facts, basket) = await PrepareAsync(db, grant, use, cancel);
            var verdict = await ClaimFaultAsync(db, found, cancel) is { } fault ? new CouponVerdict(fault.Code, fault.Message, 0, 0, []) : CouponEvaluator.Evaluate(facts, basket, clock.GetUtcNow());

            return new CouponCheck(found.Coupon.Code, found.Coupon.Name, found.Coupon.Type, verdict.Rule, verdict.Sentence, verdict.Discount, found.Coupon.Currency, verdict.Lines);
        }, cancel), cancel), cancel);
    }

    /// <summary>Redeems a coupon once; a code that is not a member's own yet is claimed with it. The same request gets the same answer, for ever.</summary>
    /// <exception cref="RuleViolationException">The rule that blocks, by its code; nothing was redeemed.</exception>
    [Requires(Permission.CouponsRedeem, ApiScope.CouponsRedeem)]
    public async Task<CouponRedeemed> RedeemAsync(Actor actor, CouponUse use, Operation operation, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.CouponsRedeem, ApiScope.CouponsRedeem, cancel);

        return await OnceAsync(operation, () => GuardedAsync(actor, async () => await till.RedeemAsync(grant, use, operation, cancel)
            ?? await EarlierAsync(operation, cancel) ?? await database.WriteAsync(actor, db => RedeemAsync(db, grant, use, operation, cancel), cancel), cancel), cancel, looksFirst: false);
    }

    /// <summary>Gives a redemption's coupon back: it can be used again while it is valid.</summary>
    /// <exception cref="RuleViolationException">It was given back before.</exception>
    [Requires(Permission.CouponsRedeem, ApiScope.CouponsRedeem)]
    public async Task<CouponRedeemed> ReverseAsync(Actor actor, long redemptionId, string? reason, Operation operation, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.CouponsRedeem, ApiScope.CouponsRedeem, cancel);
        new FieldErrors().Text(nameof(reason), "Reason", reason, 400).ThrowIfAny();

        return await OnceAsync(operation, () => database.WriteAsync(actor, db => ReverseAsync(db, grant, redemptionId, reason, operation, cancel), cancel), cancel);
    }

    private async Task<CouponRedeemed> RedeemAsync(LoyaltyDbContext db, Grant grant, CouponUse use, Operation operation, CancellationToken cancel)
    {
        await DemandNewAsync(db, operation, cancel);
        var (found, facts, basket) = await PrepareAsync(db, grant, use, cancel);
        var verdict = CouponEvaluator.Evaluate(facts, basket, clock.GetUtcNow());
        if (!verdict.Applies)
        {
            throw new RuleViolationException(verdict.Rule!, verdict.Sentence!);
        }

        var id = found.Held?.Id ?? await ClaimAsync(db, found, operation, cancel);
        var now = clock.GetUtcNow();
        if (await db.MemberCoupons.Where(c => c.Id == id && c.Status == MemberCouponStatus.Active && c.UsableFrom <= now && c.UsableUntil > now).ExecuteUpdateAsync(set => set.SetProperty(c => c.Status, MemberCouponStatus.Redeemed), cancel) != 1)
        {
            throw new RuleViolationException("coupon_redeemed", "This coupon was redeemed already.");
        }

        var store = await db.Stores.AsNoTracking().FirstAsync(s => s.Id == basket.StoreId, cancel);
        var redemption = CouponRedemption.Of(id, new NamedCoupon(found.Coupon.Id, found.Coupon.Code, found.Coupon.Name, found.Coupon.Type, found.Coupon.Currency), facts, basket, verdict, store, use, operation, now);
        db.CouponRedemptions.Add(redemption);
        await db.SaveChangesAsync(cancel);
        if (redemption.OrderNumber is { } order)
        {
            // Behind the last: one before it may have been given back.
            var last = await db.CouponOrderUses.Where(u => u.StoreId == store.Id && u.OrderNumber == order).MaxAsync(u => (int?)u.Place, cancel) ?? 0;
            db.CouponOrderUses.Add(new CouponOrderUse { StoreId = store.Id, OrderNumber = order, Place = last + 1, Stacking = facts.Rules.Stacking, RedemptionId = redemption.Id });
        }

        return redemption.Answered();
    }

    private async Task<CouponRedeemed> ReverseAsync(LoyaltyDbContext db, Grant grant, long redemptionId, string? reason, Operation operation, CancellationToken cancel)
    {
        await DemandNewAsync(db, operation, cancel);
        var redemption = await db.CouponRedemptions.AsNoTracking().FirstOrDefaultAsync(r => r.Id == redemptionId && r.ReversesId == null, cancel);
        if (redemption is null || !grant.Sees(redemption.StoreId))
        {
            throw new NotFoundException("The redemption");
        }

        if (await db.CouponRedemptions.AnyAsync(r => r.ReversesId == redemptionId, cancel)
            || await db.MemberCoupons.Where(c => c.Id == redemption.MemberCouponId && c.Status == MemberCouponStatus.Redeemed).ExecuteUpdateAsync(set => set.SetProperty(c => c.Status, MemberCouponStatus.Active), cancel) != 1)
        {
            throw new RuleViolationException("already_reversed", "This redemption was given back already.");
        }

        var store = await db.Stores.AsNoTracking().FirstAsync(s => s.Id == redemption.StoreId, cancel);
        var now = clock.GetUtcNow();
        var reversal = new CouponRedemption
        {
            MemberCouponId = redemption.MemberCouponId,
            CouponId = redemption.CouponId,
            ReversesId = redemption.Id,
            Sign = -1,
            Currency = redemption.Currency,
            BasketAmount = redemption.BasketAmount,
            Eligible = redemption.Eligible,
            Discount = redemption.Discount,
            Cost = redemption.Cost,
            StoreId = redemption.StoreId,
            Channel = redemption.Channel,
            OrderNumber = redemption.OrderNumber,
            At = now,
            BusinessDay = store.Zone.DayOf(now),
            Source = operation.Source,
            IdempotencyKey = operation.Key,
            RequestHash = operation.RequestHash,
            Answer = redemption.Answer,
            ActorName = operation.Actor.Name,
            Reason = Inputs.Clean(reason),
        };
        db.CouponRedemptions.Add(reversal);
        await db.CouponOrderUses.Where(u => u.RedemptionId == redemption.Id).ExecuteDeleteAsync(cancel);
        await db.SaveChangesAsync(cancel);

        return reversal.Answered();
    }

    private async Task<(FoundCoupon Found, CouponFacts Facts, CouponBasket Basket)> PrepareAsync(LoyaltyDbContext db, Grant grant, CouponUse use, CancellationToken cancel)
    {
        use.Check().ThrowIfAny();
        var store = await OpenStores.DemandAsync(db, use.StoreCode, cancel);
        grant.DemandStore(store.Id, "The store");
        var now = clock.GetUtcNow();
        var found = await lookup.FindAsync(db, grant, use.Code, use.MemberNumber, now, cancel);
        if (found.Member.Status != MemberStatus.Active)
        {
            throw CouponRules.MemberNotActive();
        }

        var rules = await catalog.RulesAsync(db, found.Held?.TermsId ?? found.Coupon.TermsId ?? throw new RuleViolationException("coupon_not_active", "This coupon is not active."), cancel);
        var usable = found.Held is { } held ? new Period(held.UsableFrom, held.UsableUntil) : rules.Validity.PeriodFor(now, (await calendar.TodayAsync(db, cancel)).Zone);
        var order = Inputs.Clean(use.OrderNumber);
        var others = order is null ? [] : await db.CouponOrderUses.Where(u => u.StoreId == store.Id && u.OrderNumber == order).Select(u => u.Stacking).ToListAsync(cancel);
        var lines = await CouponCatalog.LinesAsync(db, use.Lines, rules.Items, Currency.Of(use.Currency), cancel);

        return (found, new CouponFacts(found.Held?.Status ?? MemberCouponStatus.Active, usable, found.Coupon.Currency, rules, await StoreScopes.ResolveAsync(db, rules.Stores, cancel)), new CouponBasket(use.Currency, store.Id, use.Channel, lines, others));
    }

    // The claim hangs on the request, so that a repeat after a lost answer claims nothing again.
    private async Task<long> ClaimAsync(LoyaltyDbContext db, FoundCoupon found, Operation operation, CancellationToken cancel) =>
        (await issuing.IssueOneAsync(db, found.Member.Id, new CouponOrder { CouponId = found.Coupon.Id, Source = SourceOf(operation), Origin = CouponOrigin.Claim, CodeId = found.CodeId }, cancel))[0].Id;

    /// <summary>The source of what a request claims or is given.</summary>
    internal static string SourceOf(Operation operation) => $"request:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{operation.Source}\n{operation.Key}")))}";

    // Said without trying: a validation leaves nothing behind.
    private static async Task<RuleViolationException?> ClaimFaultAsync(LoyaltyDbContext db, FoundCoupon found, CancellationToken cancel)
    {
        if (found.Held is not null)
        {
            return null;
        }

        var (coupon, member) = (found.Coupon, found.Member.Id);
        var stock = await db.CouponStocks.AsNoTracking().FirstAsync(s => s.CouponId == coupon.Id, cancel);

        return coupon.Status != CouponStatus.Active ? new RuleViolationException("coupon_not_active", $"The coupon “{coupon.Name}” is not active.")
            : stock.Issued >= (stock.Limit ?? int.MaxValue) ? new RuleViolationException("out_of_stock", "No coupon of this kind is left.")
            : coupon.PerMemberLimit is { } limit && await db.MemberCoupons.CountAsync(c => c.CouponId == coupon.Id && c.MemberId == member && c.Status != MemberCouponStatus.Voided, cancel) >= limit
                ? new RuleViolationException("member_limit_reached", "The member already has as many of this coupon as one member may get.")
            : null;
    }

    // Two coupons for one order at the same moment want the same place: the second looks again at what the first one left.
    /// <param name="operation">The key.</param>
    /// <param name="work">Is told a repeat by the unique key, at the latest.</param>
    /// <param name="cancel">Stops it.</param>
    /// <param name="looksFirst">Whether to look for the first answer before trying; a till's request is hardly ever a repeat, and the key refuses the one that is.</param>
    private async Task<CouponRedeemed> OnceAsync(Operation operation, Func<Task<CouponRedeemed>> work, CancellationToken cancel, bool looksFirst = true)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return (looksFirst || attempt > 1 ? await EarlierAsync(operation, cancel) : null) ?? await work();
            }
            catch (Exception exception) when (database.Provider.IsUniqueViolation(exception) && attempt < Attempts)
            {
            }
            catch (Exception exception) when (exception is not DatabaseUnavailableException && database.Provider.IsTransient(exception) && attempt < Attempts)
            {
                // Also after an outcome nobody knows: the next attempt looks for it first.
                await Task.Delay(Random.Shared.Next(10, 200), cancel);
            }
            catch (RuleViolationException)
            {
                // The first request under this key may have redeemed the very coupon this one wanted.
                if (await EarlierAsync(operation, cancel) is { } first)
                {
                    return first;
                }

                throw;
            }
        }
    }

    private async Task<CouponRedeemed?> EarlierAsync(Operation operation, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        var earlier = await db.CouponRedemptions.FirstOrDefaultAsync(r => r.Source == operation.Source && r.IdempotencyKey == operation.Key, cancel);

        return earlier is null ? null : earlier.RequestHash == operation.RequestHash && earlier.IdempotencyKey == operation.Key
            ? earlier.Answered()
            : throw new RuleViolationException("idempotency_key_reused", "This idempotency key was already used for a different request. Use a new key for a new request.");
    }

    // A repeat that overtakes its first answer must not find the coupon gone and say so: it waits for the row and finds the answer.
    private static async Task DemandNewAsync(LoyaltyDbContext db, Operation operation, CancellationToken cancel)
    {
        if (await db.CouponRedemptions.AnyAsync(r => r.Source == operation.Source && r.IdempotencyKey == operation.Key, cancel))
        {
            throw new RuleViolationException("repeated", "This request was done already.");
        }
    }

    private async Task<T> GuardedAsync<T>(Actor actor, Func<Task<T>> work, CancellationToken cancel)
    {
        await lookup.DemandUnlockedAsync(actor, cancel);
        try
        {
            return await work();
        }
        catch (NotFoundException)
        {
            await lookup.FailedAsync(actor, cancel);
            throw;
        }
    }
}
