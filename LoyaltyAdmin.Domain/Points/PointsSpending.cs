using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
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
public sealed class PointsSpending(LoyaltyDatabase database, Ledger.Ledger ledger, AccessControl access, MemberAccounts accounts, PointsPostings postings, Reversals reversals, GiftCardCatalog catalog, MessageOutbox messages, TimeProvider clock)
{
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
            var account = await accounts.DemandAsync(spending.MemberNumber, AccountKind.Points, Currency.Points.Code, cancel);
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

        var posted = await ledger.RepeatableAsync(operation, () => reversals.GiveBackAsync(grant, operation, AccountKind.Points, spendingId, points, cancel), cancel);
        await using var db = await database.ReadAsync(cancel);

        return Answer(posted, await MemberTransfers.BalanceAfterAsync(db, posted.Transaction, cancel));
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
            var store = gift.StoreCode is { } code ? await OpenStores.DemandAsync(db, code, cancel) : null;
            if (store is not null)
            {
                grant.DemandStore(store.Id, "The store");
            }

            var account = await postings.AccountAsync(db, await MemberLookups.DemandActiveAsync(db, gift.MemberNumber, cancel), store?.Id, cancel);
            var posting = account.Posting(operation, TransactionType.Grant, store, Channel.Online) with { Reason = Inputs.Clean(gift.Reason) };

            var given = await ledger.PostAsync(db, PointsPostings.Given(account, await PointsPostings.SettingsAsync(db, cancel), posting, Currency.Points.ToMinor(gift.Points), usableFrom: null), cancel);
            await messages.AddAsync(db, PointsNews.Earned(given, account.Account.MemberId!.Value, posting.Reason), cancel);

            return given;
        }, cancel));
    }

    private static FieldErrors Demand(decimal points, string memberNumber) => new FieldErrors()
        .Require(points > 0 && Currency.Points.Fits(points), nameof(PointsMovement.Points), "Points must be above 0 and have at most two decimals.")
        .Text(nameof(PointsMovement.MemberNumber), "Member number", memberNumber, 40, required: true);

    /// <param name="balance">Minor units; null: as the transaction says.</param>
    private static PointsMoved Answer(Posted posted, long? balance = null) => posted.Transaction is { Refusal: { } refusal } refused
        ? throw Refusals.Exception(refusal, refused.BalanceAfter, refused.Currency, AccountKind.Points)
        : new PointsMoved(posted.Transaction.Id, Currency.Points.ToMajor(Math.Abs(posted.Transaction.Amount)), Currency.Points.ToMajor(balance ?? posted.Transaction.BalanceAfter));
}
