using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Wallets;

/// <summary>A hold as tills and shops see it. Major units.</summary>
public sealed record WalletHeld(long HoldId, WalletHoldStatus Status, decimal Amount, decimal Captured, string Currency, decimal Balance, DateTimeOffset ExpiresAt, long? PaymentId);

/// <summary>
/// Sets value aside for a payment that is not final: a hotel night, an order that ships later. A hold leaves the wallet at once and names the lots it took;
/// a capture gives all of it back and pays with the part that is due, from the same lots, in one transaction.
/// </summary>
public sealed class WalletHolds(LoyaltyDatabase database, Ledger.Ledger ledger, AccessControl access, WalletAccounts wallets, WalletRules rules, MessageSwitches switches, TimeProvider clock)
{
    private const int Batch = 200;
    private const int MostMinutes = 43_200;

    /// <summary>Sets the amount aside until it is captured or released, at the latest after the minutes given (the settings' otherwise).</summary>
    /// <exception cref="InsufficientBalanceException">What is usable does not cover the amount; nothing was set aside.</exception>
    [Requires(ApiScope.WalletsPay)]
    public async Task<WalletHeld> HoldAsync(Actor actor, WalletMovement movement, int? minutes, string idempotencyKey, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, permission: null, ApiScope.WalletsPay, cancel);
        new FieldErrors().Require(minutes is null or (>= 1 and <= MostMinutes), nameof(minutes), $"A hold lasts 1 to {MostMinutes:N0} minutes.").ThrowIfAny();
        var operation = Operation.For(actor, idempotencyKey, "wallet hold", movement, minutes);
        var settings = await rules.SettingsAsync(cancel);
        var posted = await ledger.OnceAsync(operation, async db =>
        {
            var wallet = await wallets.PrepareAsync(db, grant, movement, cancel);
            var held = await ledger.PostAsync(db, wallet.Posting(operation, TransactionType.Hold, movement) with
            {
                Amount = -wallet.Minor,
                House = [new HouseLeg(House.Holds, wallet.Minor)],
                Lots = new LotChange.Take { Order = settings.SpendOrder },
            }, cancel);
            db.WalletHolds.Add(new WalletHold
            {
                Id = held.Id,
                AccountId = wallet.Account.Id,
                MemberId = wallet.Account.MemberId!.Value,
                Amount = wallet.Minor,
                ExpiresAt = wallet.Now.AddMinutes(minutes ?? settings.HoldMinutes),
                Status = WalletHoldStatus.Open,
            });

            return held;
        }, cancel);

        return await HeldAsync(posted.Transaction.Id, posted.Transaction, WalletHoldStatus.Open, paymentId: null, cancel);
    }

    /// <summary>Pays with a hold, wholly or partly; the rest comes back. The payment can be refunded as any other.</summary>
    /// <param name="amount">Major units; null: all of it.</param>
    [Requires(ApiScope.WalletsPay)]
    public async Task<WalletHeld> CaptureAsync(Actor actor, long holdId, decimal? amount, string? orderNumber, string idempotencyKey, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, permission: null, ApiScope.WalletsPay, cancel);
        var operation = Operation.For(actor, idempotencyKey, "wallet capture", holdId, amount, orderNumber);
        var isTold = await switches.IsOnAsync(MessageScenario.WalletPayment, cancel);
        var posted = await ledger.OnceAsync(operation, async db =>
        {
            var (hold, held) = await OpenAsync(db, grant, holdId, cancel);
            var currency = Currency.Of(held.Currency);
            new FieldErrors()
                .Require(amount is null || (amount > 0 && currency.Fits(amount.Value)), nameof(amount), "The amount must be above 0 and have no more decimals than the currency.")
                .Text(nameof(orderNumber), "Order number", orderNumber, 64)
                .ThrowIfAny();
            var due = amount is { } part ? currency.ToMinor(part) : hold.Amount;
            if (due > hold.Amount)
            {
                throw new RuleViolationException("exceeds_hold", $"The hold is of {currency.Format(currency.ToMajor(hold.Amount), System.Globalization.CultureInfo.InvariantCulture)} only. Nothing was captured.") { Field = nameof(amount) };
            }

            var released = await ReleaseAsync(db, actor, hold, held, cancel);
            var order = Inputs.Clean(orderNumber) ?? held.OrderNumber;
            var paid = await ledger.PostAsync(db, Posting(operation, TransactionType.Consumption, held, await ZoneAsync(db, held, cancel)) with
            {
                Amount = -due,
                House = [new HouseLeg(House.Redemptions, due)],
                OrderNumber = order,
                Lots = new LotChange.Take { FirstOf = released.Id },
                News = isTold ? WalletNews.Paid(hold.MemberId, currency, due, store: null, order) : null,
            }, cancel);
            (hold.Status, hold.Captured) = (WalletHoldStatus.Captured, due);

            return paid;
        }, cancel);

        return await HeldAsync(holdId, posted.Transaction, WalletHoldStatus.Captured, posted.Transaction.Id, cancel);
    }

    /// <summary>Gives all of a hold back to the lots it took.</summary>
    [Requires(ApiScope.WalletsPay)]
    public async Task<WalletHeld> ReleaseAsync(Actor actor, long holdId, string? reason, string idempotencyKey, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, permission: null, ApiScope.WalletsPay, cancel);
        new FieldErrors().Text(nameof(reason), "Reason", reason, 1000).ThrowIfAny();
        var operation = Operation.For(actor, idempotencyKey, "wallet release", holdId, reason);
        var posted = await ledger.OnceAsync(operation, async db =>
        {
            var (hold, held) = await OpenAsync(db, grant, holdId, cancel);
            hold.Status = WalletHoldStatus.Released;

            return await ReleaseAsync(db, operation, hold, held, reason, cancel);
        }, cancel);

        return await HeldAsync(holdId, posted.Transaction, WalletHoldStatus.Released, paymentId: null, cancel);
    }

    /// <summary>Releases the holds whose time is over; safe to run twice and on two nodes. Returns how many.</summary>
    public async Task<int> ExpireAsync(CancellationToken cancel = default)
    {
        var released = 0;
        while (true)
        {
            List<long> due;
            await using (var db = await database.ReadAsync(cancel))
            {
                var now = clock.GetUtcNow();
                due = await db.WalletHolds.Where(h => h.Status == WalletHoldStatus.Open && h.ExpiresAt <= now).OrderBy(h => h.ExpiresAt).Select(h => h.Id).Take(Batch).ToListAsync(cancel);
            }

            foreach (var id in due)
            {
                released += await ExpireAsync(id, cancel) ? 1 : 0;
            }

            if (due.Count < Batch)
            {
                return released;
            }
        }
    }

    private Task<bool> ExpireAsync(long id, CancellationToken cancel) => database.WriteAsync(Actor.System, async db =>
    {
        await database.Provider.LockRowsAsync(db, "WalletHolds", [id], cancel);
        var hold = await db.WalletHolds.SingleAsync(h => h.Id == id, cancel);
        if (hold.Status != WalletHoldStatus.Open)
        {
            return false;
        }

        hold.Status = WalletHoldStatus.Expired;
        await ReleaseAsync(db, Actor.System, hold, await db.LedgerTransactions.SingleAsync(t => t.Id == id, cancel), cancel);

        return true;
    }, cancel);

    /// <summary>The hold, held by this transaction until it ends: captured or released once.</summary>
    private async Task<(WalletHold Hold, LedgerTransaction Held)> OpenAsync(LoyaltyDbContext db, Grant grant, long holdId, CancellationToken cancel)
    {
        await database.Provider.LockRowsAsync(db, "WalletHolds", [holdId], cancel);
        var hold = await db.WalletHolds.FirstOrDefaultAsync(h => h.Id == holdId, cancel);
        var held = hold is null ? null : await db.LedgerTransactions.SingleAsync(t => t.Id == holdId, cancel);
        if (hold is null || !grant.Sees(held!.StoreId))
        {
            throw new NotFoundException("The hold");
        }

        return hold.Status == WalletHoldStatus.Open
            ? (hold, held)
            : throw new RuleViolationException("hold_closed", $"The hold was already {hold.Status.ToString().ToLowerInvariant()}.");
    }

    // Keyed by the hold: however it ends, it comes back once.
    private Task<LedgerTransaction> ReleaseAsync(LoyaltyDbContext db, Actor actor, WalletHold hold, LedgerTransaction held, CancellationToken cancel) =>
        ReleaseAsync(db, Operation.For(actor, hold.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), "release hold", hold.Id) with { Source = "wallet:hold" }, hold, held, reason: null, cancel);

    private async Task<LedgerTransaction> ReleaseAsync(LoyaltyDbContext db, Operation operation, WalletHold hold, LedgerTransaction held, string? reason, CancellationToken cancel)
    {
        return await ledger.PostAsync(db, Posting(operation, TransactionType.HoldRelease, held, await ZoneAsync(db, held, cancel)) with
        {
            Amount = hold.Amount,
            House = [new HouseLeg(House.Holds, -hold.Amount)],
            OrderNumber = held.OrderNumber,
            Reason = Inputs.Clean(reason),
            ReversesId = held.Id,
            ReversibleAmount = hold.Amount,
            Lots = new LotChange.GiveBack(held.Id),
        }, cancel);
    }

    // Read within the transaction: a second connection per write would starve a small pool.
    private static async Task<TimeZoneInfo> ZoneAsync(LoyaltyDbContext db, LedgerTransaction held, CancellationToken cancel) =>
        Calendar.Zone(await db.Stores.Where(s => s.Id == held.StoreId).Select(s => s.TimeZone).SingleAsync(cancel));

    private Posting Posting(Operation operation, TransactionType type, LedgerTransaction held, TimeZoneInfo zone)
    {
        var now = clock.GetUtcNow();

        return new Posting
        {
            Operation = operation,
            Type = type,
            AccountKind = AccountKind.Wallet,
            AccountId = held.AccountId,
            Currency = held.Currency,
            HomeStoreId = held.HomeStoreId,
            StoreId = held.StoreId,
            Channel = held.Channel,
            BusinessDay = zone.DayOf(now),
            At = now,
            // A wallet frozen meanwhile keeps what was promised before.
            From = [AccountStatus.Open, AccountStatus.Blocked],
            OnlyWhileUsable = false,
        };
    }

    private async Task<WalletHeld> HeldAsync(long holdId, LedgerTransaction transaction, WalletHoldStatus status, long? paymentId, CancellationToken cancel)
    {
        await using var db = await database.ReadAsync(cancel);
        var hold = await db.WalletHolds.SingleAsync(h => h.Id == holdId, cancel);
        var currency = Currency.Of(transaction.Currency);

        // What the transaction did, also when it is asked for again later.
        return new WalletHeld(holdId, status, currency.ToMajor(hold.Amount), paymentId is null ? 0 : currency.ToMajor(-transaction.Amount), currency.Code, currency.ToMajor(transaction.BalanceAfter), hold.ExpiresAt, paymentId);
    }
}
