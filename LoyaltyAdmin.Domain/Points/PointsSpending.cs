using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Points;

/// <summary>A till or shop spends a member's points.</summary>
public sealed record PointsMovement
{
    /// <summary>The member's number; a merged duplicate's leads to its survivor.</summary>
    public required string MemberNumber { get; init; }

    public required decimal Points { get; init; }
    public required string StoreCode { get; init; }
    public required Channel Channel { get; init; }
    public string? OrderNumber { get; init; }
}

/// <summary>A shop or campaign gives points.</summary>
/// <param name="StoreCode">Where it happens; null: the member's own store, for keys of all stores.</param>
public sealed record PointsGift(string MemberNumber, decimal Points, string Reason, string? StoreCode = null);

/// <summary>What a movement did.</summary>
/// <param name="Balance">The member's points right after.</param>
public sealed record PointsMoved(long TransactionId, decimal Points, decimal Balance);

/// <summary>Spending points, giving them back, giving more of them: what tills and shops do, exactly once per key.</summary>
public sealed class PointsSpending(LoyaltyDatabase database, Ledger.Ledger ledger, AccessControl access, PointsPostings postings, GiftCardCatalog catalog, TimeProvider clock)
{
    private const string FindAccount =
        """
        SELECT a."Id", a."StoreId" FROM "Members" m JOIN "Members" o ON o."Id" = COALESCE(m."MergedIntoId", m."Id") AND o."Status" = 'Active'
        JOIN "LedgerAccounts" a ON a."MemberId" = o."Id" AND a."Kind" = 'Points'
        WHERE m."Number" = @Value
        """;

    /// <summary>Spends points that are usable now, the soonest to expire first.</summary>
    /// <exception cref="InsufficientBalanceException">What is usable does not cover it; nothing was taken.</exception>
    [Requires(ApiScope.PointsWrite)]
    public async Task<PointsMoved> SpendAsync(Actor actor, PointsMovement spending, string idempotencyKey, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, permission: null, ApiScope.PointsWrite, cancel);
        var operation = Operation.For(actor, idempotencyKey, "spend points", spending);

        return Answer(await ledger.RepeatableAsync(operation, async () =>
        {
            Demand(spending.Points, spending.MemberNumber).Text(nameof(spending.OrderNumber), "Order number", spending.OrderNumber, 64).ThrowIfAny();
            var store = await catalog.OpenStoreAsync(spending.StoreCode, cancel);
            grant.DemandStore(store.Id, "The store");
            var account = await FindAsync(spending.MemberNumber.Trim(), cancel) ?? throw await MissingAsync(spending.MemberNumber, cancel);
            var (now, minor) = (clock.GetUtcNow(), Currency.Points.ToMinor(spending.Points));

            return await ledger.PostAsync(new Posting
            {
                Operation = operation,
                Type = TransactionType.Consumption,
                AccountKind = AccountKind.Points,
                AccountId = account.Id,
                Currency = account.Currency,
                Amount = -minor,
                House = [new HouseLeg(House.Redemptions, minor)],
                HomeStoreId = account.StoreId,
                StoreId = store.Id,
                Channel = spending.Channel,
                BusinessDay = store.Zone.DayOf(now),
                At = now,
                OrderNumber = Inputs.Clean(spending.OrderNumber),
                OnlyWhileUsable = false,
                Lots = new LotChange.Take(),
            }, cancel: cancel);
        }, cancel));
    }

    /// <summary>Gives spent points back to the lots they came from, wholly or partly, never more than were spent.</summary>
    /// <param name="points">Null: all that is left to give back.</param>
    [Requires(ApiScope.PointsWrite)]
    public async Task<PointsMoved> GiveBackAsync(Actor actor, long spendingId, decimal? points, string idempotencyKey, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, permission: null, ApiScope.PointsWrite, cancel);
        var operation = Operation.For(actor, idempotencyKey, "give points back", spendingId, points);

        return Answer(await ledger.RepeatableAsync(operation, () => GiveBackAsync(grant, operation, spendingId, points, cancel), cancel));
    }

    /// <summary>Gives points, with the expiry of today's policy.</summary>
    [Requires(ApiScope.PointsWrite)]
    public async Task<PointsMoved> GrantAsync(Actor actor, PointsGift gift, string idempotencyKey, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, permission: null, ApiScope.PointsWrite, cancel);
        var operation = Operation.For(actor, idempotencyKey, "give points", gift);

        return Answer(await ledger.OnceAsync(operation, async db =>
        {
            Demand(gift.Points, gift.MemberNumber).Text(nameof(gift.Reason), "Reason", gift.Reason, 400, required: true)
                .Require(gift.StoreCode is not null || grant.Stores.Kind == StoreScopeKind.All, nameof(gift.StoreCode), "“storeCode” is required: this key is bound to stores.").ThrowIfAny();
            var store = gift.StoreCode is { } code ? await catalog.OpenStoreAsync(code, cancel) : null;
            if (store is not null)
            {
                grant.DemandStore(store.Id, "The store");
            }

            var account = await postings.AccountAsync(db, await DemandMemberAsync(db, gift.MemberNumber, cancel), store?.Id, cancel);
            var posting = account.Posting(operation, TransactionType.Grant, store, Channel.Online) with { Reason = Inputs.Clean(gift.Reason) };

            return await ledger.PostAsync(db, PointsPostings.Given(account, await PointsPostings.SettingsAsync(db, cancel), posting, Currency.Points.ToMinor(gift.Points), usableFrom: null), cancel);
        }, cancel));
    }

    private async Task<Posted> GiveBackAsync(Grant grant, Operation operation, long spendingId, decimal? points, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        var original = await db.LedgerTransactions.FirstOrDefaultAsync(t => t.Id == spendingId && t.AccountKind == AccountKind.Points && t.Type == TransactionType.Consumption && t.Refusal == null, cancel);
        if (original is null || !grant.Sees(original.StoreId))
        {
            throw new NotFoundException("The transaction");
        }

        var taken = -original.Amount;
        var left = await db.LedgerCaptures.Where(c => c.TransactionId == spendingId).Select(c => (long?)c.Remaining).FirstOrDefaultAsync(cancel) ?? taken;
        new FieldErrors().Require(points is null || (points > 0 && Currency.Points.Fits(points.Value)), nameof(points), "Points must be above 0 and have at most two decimals.").ThrowIfAny();
        var back = points is { } part ? Currency.Points.ToMinor(part) : left;
        if (back > left || back == 0)
        {
            throw Refusals.Exception(Refusals.ExceedsCapture, 0, original.Currency, AccountKind.Points);
        }

        var (store, now) = (await catalog.StoreAsync(original.StoreId, cancel), clock.GetUtcNow());

        return await ledger.PostAsync(new Posting
        {
            Operation = operation,
            Type = TransactionType.ConsumptionReversal,
            AccountKind = AccountKind.Points,
            AccountId = original.AccountId,
            Currency = original.Currency,
            Amount = back,
            House = [new HouseLeg(House.Redemptions, -back)],
            HomeStoreId = original.HomeStoreId,
            StoreId = original.StoreId,
            Channel = original.Channel,
            BusinessDay = store.Zone.DayOf(now),
            At = now,
            OrderNumber = original.OrderNumber,
            ReversesId = original.Id,
            ReversibleAmount = taken,
            From = [AccountStatus.Open, AccountStatus.Blocked],
            OnlyWhileUsable = false,
            Lots = new LotChange.GiveBack(original.Id),
        }, cancel: cancel);
    }

    private static FieldErrors Demand(decimal points, string memberNumber) => new FieldErrors()
        .Require(points > 0 && Currency.Points.Fits(points), nameof(PointsMovement.Points), "Points must be above 0 and have at most two decimals.")
        .Text(nameof(PointsMovement.MemberNumber), "Member number", memberNumber, 40, required: true);

    // On the path of every spending: one row, without a model around it.
    private Task<LedgerAccount?> FindAsync(string memberNumber, CancellationToken cancel) =>
        database.Provider.FindRowAsync(database, FindAccount, memberNumber, reader => LedgerAccount.Known(reader.GetInt64(0), AccountKind.Points, Currency.Points.Code, reader.GetInt64(1)), cancel);

    private async Task<RuleViolationException> MissingAsync(string memberNumber, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        await DemandMemberAsync(db, memberNumber, cancel);

        return new InsufficientBalanceException(0, Currency.Points.Code);
    }

    internal static async Task<long> DemandMemberAsync(LoyaltyDbContext db, string memberNumber, CancellationToken cancel) =>
        await MemberLookups.ResolveAsync(db, new MemberSought(Number: memberNumber), cancel) switch
        {
            { Status: MemberStatus.Active } member => member.Id,
            { Status: MemberStatus.Frozen } => throw new RuleViolationException("member_frozen", "The member is frozen. Restore the member first."),
            _ => throw new NotFoundException("The member"),
        };

    private static PointsMoved Answer(Posted posted) => posted.Transaction is { Refusal: { } refusal } refused
        ? throw Refusals.Exception(refusal, refused.BalanceAfter, refused.Currency, AccountKind.Points)
        : new PointsMoved(posted.Transaction.Id, Currency.Points.ToMajor(Math.Abs(posted.Transaction.Amount)), Currency.Points.ToMajor(posted.Transaction.BalanceAfter));
}
