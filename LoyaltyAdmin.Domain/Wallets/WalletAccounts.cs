using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Wallets;

/// <summary>Who wants to do something with a member's wallet, where. Amounts in major units.</summary>
public sealed record WalletMovement
{
    /// <summary>The member's number; a merged duplicate's leads to its survivor.</summary>
    public required string MemberNumber { get; init; }

    public required decimal Amount { get; init; }
    public required string Currency { get; init; }
    public required string StoreCode { get; init; }
    public required Channel Channel { get; init; }
    public string? OrderNumber { get; init; }
}

/// <summary>What a movement did. Major units.</summary>
/// <param name="Principal">How much of the amount was principal; the rest was bonus.</param>
/// <param name="Balance">The wallet's balance right after.</param>
public sealed record WalletMoved(long TransactionId, decimal Amount, decimal Principal, decimal Balance, string Currency);

/// <summary>A movement that was checked: the wallet, the store and the amount in minor units.</summary>
internal sealed record WalletCase(LedgerAccount Account, Store Store, Currency Currency, long Minor, DateTimeOffset Now)
{
    public Posting Posting(Operation operation, TransactionType type, WalletMovement movement) => new()
    {
        Operation = operation,
        Type = type,
        AccountKind = AccountKind.Wallet,
        AccountId = Account.Id,
        Currency = Account.Currency,
        HomeStoreId = Account.StoreId,
        StoreId = Store.Id,
        Channel = movement.Channel,
        BusinessDay = Store.Zone.DayOf(Now),
        At = Now,
        OrderNumber = Inputs.Clean(movement.OrderNumber),
        OnlyWhileUsable = false,
    };
}

/// <summary>Finds wallets and checks what every movement needs: member, store, amount, currency.</summary>
public sealed class WalletAccounts(MemberAccounts accounts, GiftCardCatalog catalog, TimeProvider clock)
{
    /// <summary>The case of a payment; a member without a wallet in the currency has nothing to pay with.</summary>
    internal async Task<WalletCase> PrepareAsync(Grant grant, WalletMovement movement, CancellationToken cancel)
    {
        var currency = Check(movement);
        var store = await catalog.OpenStoreAsync(movement.StoreCode, cancel);
        grant.DemandStore(store.Id, "The store");
        var account = await accounts.DemandAsync(movement.MemberNumber, AccountKind.Wallet, currency.Code, cancel);

        return new WalletCase(account, store, currency, currency.ToMinor(movement.Amount), clock.GetUtcNow());
    }

    /// <summary>The case of a movement within the caller's transaction; opens the wallet when the member has none in the currency yet.</summary>
    internal async Task<WalletCase> PrepareAsync(LoyaltyDbContext db, Grant grant, WalletMovement movement, CancellationToken cancel)
    {
        var currency = Check(movement);
        var store = await OpenStores.DemandAsync(db, movement.StoreCode, cancel);
        grant.DemandStore(store.Id, "The store");
        var account = await accounts.OpenAsync(db, await MemberLookups.DemandActiveAsync(db, movement.MemberNumber, cancel), AccountKind.Wallet, currency.Code, store.Id, cancel);

        return new WalletCase(account, store, currency, currency.ToMinor(movement.Amount), clock.GetUtcNow());
    }

    private static Currency Check(WalletMovement movement)
    {
        var currency = Currency.Find(movement.Currency);
        new FieldErrors()
            .Require(currency is not null, nameof(movement.Currency), $"“{movement.Currency}” is not a supported currency.")
            .Require(movement.Amount > 0 && currency?.Fits(movement.Amount) != false, nameof(movement.Amount), "The amount must be above 0 and have no more decimals than the currency.")
            .Text(nameof(movement.MemberNumber), "Member number", movement.MemberNumber, 40, required: true)
            .Text(nameof(movement.OrderNumber), "Order number", movement.OrderNumber, 64)
            .ThrowIfAny();

        return currency!;
    }
}
