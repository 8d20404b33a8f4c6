using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Wallets;

/// <summary>Value to put into a wallet. Amounts in major units.</summary>
public sealed record WalletCredit
{
    public required string MemberNumber { get; init; }

    /// <summary>What the member gets for money; can be paid out again while unused.</summary>
    public required decimal Principal { get; init; }

    /// <summary>What the merchant adds; never paid out.</summary>
    public decimal Bonus { get; init; }

    /// <summary>What was received; null: the principal.</summary>
    public decimal? Paid { get; init; }

    public required string Currency { get; init; }
    public required string StoreCode { get; init; }
    public required Channel Channel { get; init; }

    /// <summary>UTC; when the bonus can be used; null: at once.</summary>
    public DateTimeOffset? BonusUsableFrom { get; init; }

    /// <summary>UTC, exclusive; null: never.</summary>
    public DateTimeOffset? PrincipalExpiresAt { get; init; }

    public DateTimeOffset? BonusExpiresAt { get; init; }

    /// <summary>What brings it, e.g. <c>counter</c>.</summary>
    public string Source { get; init; } = "counter";

    public string? OrderNumber { get; init; }
}

/// <summary>The one door through which value comes into wallets: the counter now, top-up plans and packages later.</summary>
public sealed class WalletTopUps(Ledger.Ledger ledger, AccessControl access, WalletAccounts wallets, WalletPayments payments, MessageOutbox messages)
{
    /// <summary>The most one top-up at the counter may be, major units.</summary>
    public const decimal MostAmount = 100_000;

    /// <summary>Tops a wallet up at the counter: principal that was paid for, without bonus, which only plans and finance give.</summary>
    [Requires(Permission.WalletsTopUp)]
    public async Task<WalletMoved> TopUpAsync(Actor actor, string memberNumber, decimal amount, string currency, string storeCode, string? orderNumber, string operationId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.WalletsTopUp, cancel: cancel);

        return await CreditAsync(grant, new WalletCredit { MemberNumber = memberNumber, Principal = amount, Currency = currency, StoreCode = storeCode, Channel = Channel.Pos, OrderNumber = orderNumber }, operationId, cancel);
    }

    /// <summary>Credits a wallet, exactly once per key, and tells the member.</summary>
    internal async Task<WalletMoved> CreditAsync(Grant grant, WalletCredit credit, string key, CancellationToken cancel)
    {
        var operation = Operation.For(grant.Actor, key, "wallet top-up", credit);
        var posted = await ledger.OnceAsync(operation, async db =>
        {
            var transaction = await CreditAsync(db, grant, operation, credit, cancel);
            var told = await db.LedgerAccounts.Where(a => a.Id == transaction.AccountId).Select(a => new { a.MemberId, Store = db.Stores.Where(s => s.Id == transaction.StoreId).Select(s => s.Name).First() }).SingleAsync(cancel);
            await messages.AddAsync(db, WalletNews.ToppedUp(transaction, told.MemberId!.Value, Currency.Of(transaction.Currency).ToMinor(credit.Bonus), told.Store), cancel);

            return transaction;
        }, cancel);

        return await payments.MovedAsync(posted, cancel);
    }

    /// <summary>Credits a wallet within the caller's transaction.</summary>
    public async Task<LedgerTransaction> CreditAsync(LoyaltyDbContext db, Grant grant, Operation operation, WalletCredit credit, CancellationToken cancel = default)
    {
        var currency = Currency.Find(credit.Currency);
        new FieldErrors()
            .Require(credit.Bonus >= 0 && currency?.Fits(credit.Bonus) != false, nameof(credit.Bonus), "The bonus must be 0 or more and have no more decimals than the currency.")
            .Require(credit.Principal is > 0 and <= MostAmount, nameof(WalletMovement.Amount), $"The amount must be above 0 and at most {MostAmount:N0}.")
            .ThrowIfAny();
        var movement = new WalletMovement { MemberNumber = credit.MemberNumber, Amount = credit.Principal, Currency = credit.Currency, StoreCode = credit.StoreCode, Channel = credit.Channel, OrderNumber = credit.OrderNumber };
        var wallet = await wallets.PrepareAsync(db, grant, movement, cancel);
        var (principal, bonus) = (wallet.Minor, wallet.Currency.ToMinor(credit.Bonus));
        var paid = wallet.Currency.ToMinor(credit.Paid ?? credit.Principal);
        var lots = new List<NewLot> { new(LotKind.Principal, principal, ExpiresAt: credit.PrincipalExpiresAt) };
        if (bonus > 0)
        {
            lots.Add(new NewLot(LotKind.Bonus, bonus, credit.BonusUsableFrom, credit.BonusExpiresAt));
        }

        var transaction = await ledger.PostAsync(db, wallet.Posting(operation, TransactionType.Recharge, movement) with
        {
            Amount = principal + bonus,
            House = [new HouseLeg(House.CashIn, -paid), new HouseLeg(House.PromotionCost, paid - principal - bonus)],
            Lots = new LotChange.Open(lots),
        }, cancel);
        db.WalletTopUps.Add(new WalletTopUp
        {
            AccountId = wallet.Account.Id,
            MemberId = wallet.Account.MemberId!.Value,
            TransactionId = transaction.Id,
            Source = credit.Source,
            Principal = principal,
            Bonus = bonus,
            Paid = paid,
            StoreId = wallet.Store.Id,
            Channel = credit.Channel,
            At = wallet.Now,
        });

        return transaction;
    }
}
