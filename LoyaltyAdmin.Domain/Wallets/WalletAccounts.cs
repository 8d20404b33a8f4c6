using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

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
public sealed class WalletAccounts(LoyaltyDatabase database, MemberAccounts accounts, GiftCardCatalog catalog, TimeProvider clock)
{
    private const string FindWallet =
        """
        SELECT a."Id", a."StoreId" FROM "Members" m JOIN "Members" o ON o."Id" = COALESCE(m."MergedIntoId", m."Id") AND o."Status" = 'Active'
        JOIN "LedgerAccounts" a ON a."MemberId" = o."Id" AND a."Kind" = 'Wallet'
        WHERE m."Number" = @Value AND a."Currency" = 
        """;

    /// <summary>The case of a payment; a member without a wallet in the currency has nothing to pay with.</summary>
    internal async Task<WalletCase> PrepareAsync(Grant grant, WalletMovement movement, CancellationToken cancel)
    {
        var currency = Check(movement);
        var store = await catalog.OpenStoreAsync(movement.StoreCode, cancel);
        grant.DemandStore(store.Id, "The store");
        var account = await FindAsync(movement.MemberNumber.Trim(), currency, cancel) ?? throw await MissingAsync(movement.MemberNumber, currency, cancel);

        return new WalletCase(account, store, currency, currency.ToMinor(movement.Amount), clock.GetUtcNow());
    }

    /// <summary>The case of a movement within the caller's transaction; opens the wallet when the member has none in the currency yet.</summary>
    internal async Task<WalletCase> PrepareAsync(LoyaltyDbContext db, Grant grant, WalletMovement movement, CancellationToken cancel)
    {
        var currency = Check(movement);
        // Read within the transaction: a second connection per write would starve a small pool.
        var store = await db.Stores.AsNoTracking().FirstOrDefaultAsync(s => s.Code == movement.StoreCode && s.IsOpen, cancel)
            ?? throw new RuleViolationException("unknown_store", $"There is no open store with the code “{movement.StoreCode}”.") { Field = "storeCode" };
        grant.DemandStore(store.Id, "The store");
        var account = await accounts.OpenAsync(db, await DemandMemberAsync(db, movement.MemberNumber, cancel), AccountKind.Wallet, currency.Code, store.Id, cancel);

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

    // On the path of every payment: one row, without a model around it. The currency is one of a fixed list.
    private Task<LedgerAccount?> FindAsync(string memberNumber, Currency currency, CancellationToken cancel) =>
        database.Provider.FindRowAsync(database, $"{FindWallet}'{currency.Code}'", memberNumber, reader => LedgerAccount.Known(reader.GetInt64(0), AccountKind.Wallet, currency.Code, reader.GetInt64(1)), cancel);

    private async Task<RuleViolationException> MissingAsync(string memberNumber, Currency currency, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        await DemandMemberAsync(db, memberNumber, cancel);

        return new InsufficientBalanceException(currency.ToMajor(0), currency.Code);
    }

    private static async Task<long> DemandMemberAsync(LoyaltyDbContext db, string memberNumber, CancellationToken cancel)
    {
        var member = await MemberLookups.ResolveAsync(db, new MemberSought(Number: memberNumber), cancel) ?? throw new NotFoundException("The member");

        return member.Status switch
        {
            MemberStatus.Active => member.Id,
            MemberStatus.Frozen => throw new RuleViolationException("member_frozen", "The member is frozen. Restore the member first."),
            _ => throw new NotFoundException("The member"),
        };
    }
}
