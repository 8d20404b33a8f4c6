using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>What is to be issued, and why.</summary>
public sealed record CouponOrder
{
    public required long CouponId { get; init; }

    /// <summary>To each member.</summary>
    public int Quantity { get; init; } = 1;

    /// <summary>The reason as a key, e.g. <c>gift:17</c>: a member gets the coupon once for it, however often it is asked. At most 100 characters.</summary>
    public required string Source { get; init; }

    public required CouponOrigin Origin { get; init; }

    /// <summary>Instead of the coupon's own validity.</summary>
    public ValidityRule? Validity { get; init; }

    public long? PackageId { get; init; }

    /// <summary>For people.</summary>
    public string? Reason { get; init; }

    /// <summary>A free imported code the member brought; null: any.</summary>
    internal long? CodeId { get; init; }

    /// <summary>The reason of each member, where one issue has several; instead of <see cref="Source"/>.</summary>
    internal IReadOnlyDictionary<long, string>? Sources { get; init; }

    internal string SourceOf(long member) => Sources is null ? Source : Sources[member];
}

/// <summary>One coupon and who got it.</summary>
public sealed record IssuedCoupon(long Id, long MemberId);

/// <summary>What an issue came to.</summary>
/// <param name="Coupons">Those of the asked members for this source, also from an earlier call.</param>
/// <param name="New">How many of them are new.</param>
/// <param name="AtLimit">Members who have as many as the coupon allows; they got nothing.</param>
/// <param name="OutOfStock">Members for whom nothing was left.</param>
public sealed record CouponsIssued(IReadOnlyList<IssuedCoupon> Coupons, int New, IReadOnlyList<long> AtLimit, IReadOnlyList<long> OutOfStock);

/// <summary>
/// The one way a coupon comes to a member, within the caller's write. Whoever issues a coupon holds its <see cref="CouponStock"/> until the transaction
/// ends; what that lets through by mistake, unique indexes refuse. Issue several coupons of one transaction in the order of their identifiers.
/// </summary>
public sealed class CouponIssuing(LoyaltyDatabase database, GroupCalendar calendar, CouponCodes codes)
{
    private const int Batch = 1000;

    private static readonly BulkColumn[] columns =
    [
        new("CouponId", BulkType.Long), new("TermsId", BulkType.Long), new("MemberId", BulkType.Long), new("Ordinal", BulkType.Int), new("Source", BulkType.Text), new("SourceItem", BulkType.Int),
        new("Origin", BulkType.Text), new("PackageId", BulkType.Long), new("Status", BulkType.Text), new("UsableFrom", BulkType.Instant), new("UsableUntil", BulkType.Instant),
        new("IssuedAt", BulkType.Instant), new("IssuedOn", BulkType.Day), new("IssuedBy", BulkType.Text), new("Reason", BulkType.Text),
        new("CodeHash", BulkType.Bytes), new("SealedCode", BulkType.Bytes), new("LastFour", BulkType.Text),
    ];

    /// <summary>Issues to one member.</summary>
    /// <exception cref="RuleViolationException">The coupon is not active, its validity has passed, the member has as many as allowed, or none is left.</exception>
    public async Task<IReadOnlyList<IssuedCoupon>> IssueOneAsync(LoyaltyDbContext db, long memberId, CouponOrder order, CancellationToken cancel = default)
    {
        var issued = await IssueAsync(db, [memberId], order, cancel);

        return issued switch
        {
            { AtLimit.Count: > 0 } => throw new RuleViolationException("member_limit_reached", "The member already has as many of this coupon as one member may get."),
            { OutOfStock.Count: > 0 } => throw new RuleViolationException("out_of_stock", "No coupon of this kind is left."),
            _ => issued.Coupons,
        };
    }

    /// <summary>Issues to many, set-based. A member gets all of the quantity or nothing; when the stock does not reach, the first ones get it.</summary>
    /// <exception cref="RuleViolationException">The coupon is not active, or its validity has passed; nothing was issued.</exception>
    public async Task<CouponsIssued> IssueAsync(LoyaltyDbContext db, IReadOnlyCollection<long> memberIds, CouponOrder order, CancellationToken cancel = default)
    {
        // Members and grants the caller has only added must be there before rows point to them.
        await db.SaveChangesAsync(cancel);
        await HoldStockAsync(db, order.CouponId, cancel);
        var coupon = await db.Coupons.AsNoTracking().FirstOrDefaultAsync(c => c.Id == order.CouponId, cancel) ?? throw new NotFoundException("The coupon");
        var (done, fresh, atLimit, outOfStock) = (new List<IssuedCoupon>(), 0, new List<long>(), new List<long>());
        foreach (var batch in memberIds.Distinct().Chunk(Batch))
        {
            var earlier = await EarlierAsync(db, order, batch, cancel);
            done.AddRange(earlier);
            long[] waiting = [.. batch.Except(earlier.Select(c => c.MemberId))];
            if (waiting.Length == 0)
            {
                continue;
            }

            var made = await IssueNewAsync(db, coupon, waiting, order, atLimit, outOfStock, cancel);
            done.AddRange(made);
            fresh += made.Count;
        }

        return new CouponsIssued(done, fresh, atLimit, outOfStock);
    }

    /// <summary>Lets everybody else who issues this coupon wait until the caller's transaction ends: changes nothing, but holds the row.</summary>
    private static Task HoldStockAsync(LoyaltyDbContext db, long couponId, CancellationToken cancel) =>
        db.CouponStocks.Where(s => s.CouponId == couponId).ExecuteUpdateAsync(set => set.SetProperty(s => s.Issued, s => s.Issued), cancel);

    private static async Task<List<IssuedCoupon>> EarlierAsync(LoyaltyDbContext db, CouponOrder order, long[] batch, CancellationToken cancel)
    {
        if (order.Sources is null)
        {
            return await db.MemberCoupons.Where(c => c.Source == order.Source && c.CouponId == order.CouponId && EF.Parameter(batch).Contains(c.MemberId)).Select(c => new IssuedCoupon(c.Id, c.MemberId)).ToListAsync(cancel);
        }

        string[] sources = [.. batch.Select(order.SourceOf)];
        var found = await db.MemberCoupons.Where(c => EF.Parameter(sources).Contains(c.Source) && c.CouponId == order.CouponId).Select(c => new { c.Id, c.MemberId, c.Source }).ToListAsync(cancel);

        return [.. found.Where(c => order.Sources.GetValueOrDefault(c.MemberId) == c.Source).Select(c => new IssuedCoupon(c.Id, c.MemberId))];
    }

    private async Task<List<IssuedCoupon>> IssueNewAsync(LoyaltyDbContext db, Coupon coupon, long[] members, CouponOrder order, List<long> atLimit, List<long> outOfStock, CancellationToken cancel)
    {
        var day = await calendar.TodayAsync(db, cancel);
        var usable = DemandIssuable(coupon, order, day);
        var held = await db.MemberCoupons.Where(c => c.CouponId == coupon.Id && EF.Parameter(members).Contains(c.MemberId))
            .GroupBy(c => c.MemberId).Select(g => new { g.Key, Last = g.Max(c => c.Ordinal), Counting = g.Sum(c => c.Status == MemberCouponStatus.Voided ? 0 : 1) }).ToDictionaryAsync(g => g.Key, cancel);
        var allowed = members.Where(member => coupon.PerMemberLimit is not { } limit || (held.GetValueOrDefault(member)?.Counting ?? 0) + order.Quantity <= limit).ToList();
        atLimit.AddRange(members.Except(allowed));
        var free = await FreeAsync(db, coupon, order, allowed.Count * order.Quantity, cancel);
        var served = allowed.Take(free.Count / order.Quantity).ToList();
        outOfStock.AddRange(allowed.Skip(served.Count));
        if (served.Count == 0)
        {
            return [];
        }

        await TakeStockAsync(db, coupon.Id, served.Count * order.Quantity, cancel);
        var (rows, owners, taken) = (new List<object?[]>(), new List<long>(), free.Codes);
        foreach (var member in served)
        {
            for (var item = 1; item <= order.Quantity; item++)
            {
                var (hash, sealedCode, lastFour) = coupon.CodeKind switch
                {
                    CouponCodeKind.Individual => Made(),
                    CouponCodeKind.Imported => (taken[rows.Count].CodeHash, taken[rows.Count].SealedCode, taken[rows.Count].LastFour),
                    _ => ((byte[]?)null, (byte[]?)null, (string?)null),
                };
                rows.Add([
                    coupon.Id, coupon.TermsId, member, (held.GetValueOrDefault(member)?.Last ?? 0) + item, order.SourceOf(member), item,
                    order.Origin.ToString(), order.PackageId, nameof(MemberCouponStatus.Active), usable.From, usable.Until,
                    day.Now, day.Today, db.Actor.Name, order.Reason, hash, sealedCode, lastFour,
                ]);
                owners.Add(member);
            }
        }

        var ids = await database.Provider.Bulk.InsertReturningIdsAsync(db, "MemberCoupons", columns, rows, cancel);
        if (coupon.CodeKind == CouponCodeKind.Imported)
        {
            await database.Provider.Bulk.SetAsync(db, "CouponCodes", nameof(CouponCode.MemberCouponId), [.. ids.Select((id, i) => (taken[i].Id, id))], cancel);
        }

        return [.. ids.Select((id, i) => new IssuedCoupon(id, owners[i]))];
    }

    private (byte[]?, byte[]?, string?) Made()
    {
        var code = CouponCodes.New();

        return (codes.Hash(code), codes.Seal(code), CouponCodes.LastFour(code));
    }

    private static Period DemandIssuable(Coupon coupon, CouponOrder order, GroupDay day)
    {
        if (coupon is not { Status: CouponStatus.Active, TermsId: not null })
        {
            throw new RuleViolationException("coupon_not_active", $"The coupon “{coupon.Name}” is not active.");
        }

        var validity = order.Validity ?? coupon.Rules.Validity;

        return validity.HasEndedAt(day.Now, day.Zone)
            ? throw new RuleViolationException("validity_past", $"The validity of the coupon “{coupon.Name}” has ended.")
            : validity.PeriodFor(day.Now, day.Zone);
    }

    // Read after the row is held: nobody else issues this coupon meanwhile.
    private static async Task<(int Count, List<CouponCode> Codes)> FreeAsync(LoyaltyDbContext db, Coupon coupon, CouponOrder order, int wanted, CancellationToken cancel)
    {
        var stock = await db.CouponStocks.AsNoTracking().FirstAsync(s => s.CouponId == coupon.Id, cancel);
        var left = stock.Limit is { } limit ? Math.Min(wanted, Math.Max(0, limit - stock.Issued)) : wanted;
        if (coupon.CodeKind != CouponCodeKind.Imported)
        {
            return (left, []);
        }

        var codes = await db.CouponCodes.AsNoTracking().Where(c => c.CouponId == coupon.Id && c.MemberCouponId == null && (order.CodeId == null || c.Id == order.CodeId)).OrderBy(c => c.Id).Take(left).ToListAsync(cancel);

        return (codes.Count, codes);
    }

    private static async Task TakeStockAsync(LoyaltyDbContext db, long couponId, int count, CancellationToken cancel)
    {
        if (await db.CouponStocks.Where(s => s.CouponId == couponId && (s.Limit == null || s.Issued + count <= s.Limit)).ExecuteUpdateAsync(set => set.SetProperty(s => s.Issued, s => s.Issued + count), cancel) != 1)
        {
            throw new RuleViolationException("out_of_stock", "No coupon of this kind is left.");
        }
    }
}
