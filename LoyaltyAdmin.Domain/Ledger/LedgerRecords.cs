using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Ledger;

public enum AccountKind
{
    /// <summary>A gift card's balance: what the company owes its bearer.</summary>
    GiftCard = 1,

    /// <summary>A member's points, in <see cref="Values.Currency.Points"/>; below zero only after a refund took back what was spent already.</summary>
    Points = 2,

    /// <summary>A member's prepaid wallet in one currency: principal and bonus, told apart by its lots.</summary>
    Wallet = 3,
}

public enum AccountStatus
{
    Open,

    /// <summary>Not yet usable, e.g. a physical card that is not activated.</summary>
    Pending,

    /// <summary>Frozen: nothing leaves; what was paid with it may still come back.</summary>
    Blocked,

    Expired,

    /// <summary>Paid back; final.</summary>
    Closed,

    /// <summary>Brought in by an import that was rolled back; final.</summary>
    Cancelled,
}

public enum TransactionType
{
    Activation,
    Recharge,
    Consumption,
    ConsumptionReversal,
    Refund,
    Freeze,
    Restore,
    Expiry,
    ExpiryReversal,
    ValidityExtension,
    ImportOpening,
    ImportRollback,
    Adjustment,

    /// <summary>Points for an order.</summary>
    Earning,

    /// <summary>Points of an order taken back, because it was refunded or changed.</summary>
    EarningReversal,

    /// <summary>Points or bonus given: a gift, a benefit, a top-up's reward.</summary>
    Grant,

    /// <summary>Value set aside for a payment that is not final yet.</summary>
    Hold,

    /// <summary>What was set aside comes back, or is about to be paid with.</summary>
    HoldRelease,

    /// <summary>Unused principal paid out.</summary>
    Withdrawal,

    /// <summary>To or from another account of the same person: a merge.</summary>
    Transfer,
}

/// <summary>
/// A customer's account with its guarded running balance (house accounts have none: see <see cref="HouseAccount"/>).
/// Changed only by <see cref="Ledger"/>, in one guarded statement; never through the change tracker.
/// </summary>
public sealed class LedgerAccount
{
    public long Id { get; private set; }

    public required AccountKind Kind { get; init; }

    public required string Currency { get; init; }

    /// <summary>The store that owes the balance: a card's selling store, the store where a member's account was opened.</summary>
    public required long StoreId { get; init; }

    /// <summary>Whose points or wallet; null for cards, which belong to their bearer. One account per member, kind and currency.</summary>
    public long? MemberId { get; init; }

    /// <summary>Minor units. The database refuses a balance below zero, but for points.</summary>
    public long Balance { get; init; }

    /// <summary>The number of transactions about this account: each carries its own, without gaps.</summary>
    public long LastSequence { get; init; }

    public AccountStatus Status { get; init; }

    /// <summary>Nothing can be spent from this instant on (UTC, exclusive).</summary>
    public DateTimeOffset? UsableUntil { get; init; }

    /// <summary>What of an account a posting needs to know; its balance is the posting's own business.</summary>
    internal static LedgerAccount Known(long id, AccountKind kind, string currency, long storeId, long memberId) => new() { Id = id, Kind = kind, Currency = currency, StoreId = storeId, MemberId = memberId };
}

/// <summary>
/// One movement (or refused attempt) about one customer account: append-only, identified by its source and idempotency key for ever.
/// Corrections are new transactions that name the one they reverse.
/// </summary>
public sealed class LedgerTransaction : IAppendOnly
{
    public long Id { get; init; }

    public required TransactionType Type { get; init; }

    public required AccountKind AccountKind { get; init; }

    public required long AccountId { get; init; }

    public required string Currency { get; init; }

    /// <summary>The signed change of the account in minor units; 0 for freeze, restore and refused attempts.</summary>
    public long Amount { get; init; }

    /// <summary>The balance right after, minor units; running balance per account. Of a refused attempt: what could have been taken.</summary>
    public long BalanceAfter { get; init; }

    /// <summary>The gapless number within the account; null for a refused attempt.</summary>
    public long? Sequence { get; init; }

    /// <summary>Why it was refused (a stable code); null: it was done. Refusals are kept so that a retry gets the same answer.</summary>
    public string? Refusal { get; init; }

    /// <summary>The store that owes the balance.</summary>
    public long HomeStoreId { get; init; }

    /// <summary>The store where it happened.</summary>
    public long StoreId { get; init; }

    public Channel Channel { get; init; }

    /// <summary>The day in the zone of the store where it happened: what finance means by a day.</summary>
    public DateOnly BusinessDay { get; init; }

    /// <summary>UTC.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Who owns the idempotency key, e.g. <c>api:3</c>, <c>staff:4</c>, <c>import:7</c>.</summary>
    public required string Source { get; init; }

    public required string IdempotencyKey { get; init; }

    /// <summary>SHA-256 (hex) of the request: the same key with another request is refused.</summary>
    public required string RequestHash { get; init; }

    public long? ReversesId { get; init; }

    /// <summary>The merchant's order or receipt number.</summary>
    public string? OrderNumber { get; init; }

    public required string ActorKey { get; init; }

    public required string ActorName { get; init; }

    public string? Reason { get; init; }

    /// <summary>What a repeated request needs for the same answer and cannot be derived, sealed (e.g. a security code shown once).</summary>
    public byte[]? SealedAnswer { get; init; }
}

/// <summary>One leg of a transaction; the legs of a transaction sum to zero. Credits are positive.</summary>
public sealed class LedgerEntry : IAppendOnly
{
    public long Id { get; init; }

    public required long TransactionId { get; init; }

    public required long AccountId { get; init; }

    /// <summary>Minor units, never zero.</summary>
    public required long Amount { get; init; }
}

/// <summary>What of a transaction can still be reversed; made when the first part is, and never below zero.</summary>
public sealed class LedgerCapture
{
    public required long TransactionId { get; init; }

    public required long Remaining { get; init; }
}

/// <summary>A result of <see cref="LedgerInvariants"/>, kept as evidence.</summary>
public sealed class LedgerCheckRun : IAppendOnly
{
    public long Id { get; private set; }
    public required DateTimeOffset At { get; init; }
    public required string ActorName { get; init; }
    public required long Transactions { get; init; }
    public required int Violations { get; init; }

    /// <summary>One line per violation, at most a hundred.</summary>
    public required string Findings { get; init; }

    public required int Milliseconds { get; init; }
}

// No foreign keys inside the ledger: each would cost the hot path a look-up and a lock per row. LedgerInvariants checks the references.
internal sealed class LedgerAccountConfiguration : IEntityTypeConfiguration<LedgerAccount>
{
    public void Configure(EntityTypeBuilder<LedgerAccount> account)
    {
        account.Property(a => a.Currency).HasMaxLength(3);
        account.ToTable(table => table.HasCheckConstraint("CK_LedgerAccounts_Balance", "\"Balance\" >= 0 OR \"Kind\" = 'Points'"));
        account.HasIndex(a => new { a.MemberId, a.Kind, a.Currency }).IsUnique().HasFilter("\"MemberId\" IS NOT NULL");
        // For the list of cards by expiry the migration ListIndexes has an index on an expression, which the model cannot say.
        account.HasIndex(a => new { a.UsableUntil, a.Status });
        // Nearly all accounts are open: for them an index would only mislead the planner away from the list's own order.
        account.HasIndex(a => new { a.Status, a.Id }).HasFilter("\"Status\" <> 'Open'");
    }
}

internal sealed class LedgerTransactionConfiguration : IEntityTypeConfiguration<LedgerTransaction>
{
    public void Configure(EntityTypeBuilder<LedgerTransaction> transaction)
    {
        transaction.Property(t => t.Id).ValueGeneratedOnAdd();
        transaction.Property(t => t.Currency).HasMaxLength(3);
        transaction.Property(t => t.Refusal).HasMaxLength(40);
        transaction.Property(t => t.Source).HasMaxLength(40);
        transaction.Property(t => t.IdempotencyKey).HasMaxLength(128);
        transaction.Property(t => t.RequestHash).HasMaxLength(64);
        transaction.Property(t => t.OrderNumber).HasMaxLength(64);
        transaction.Property(t => t.ActorKey).HasMaxLength(40);
        transaction.Property(t => t.ActorName).HasMaxLength(120);
        transaction.Property(t => t.Reason).HasMaxLength(1000);
        transaction.HasIndex(t => new { t.Source, t.IdempotencyKey }).IsUnique();
        transaction.HasIndex(t => new { t.AccountId, t.Sequence }).IsUnique();
        transaction.HasIndex(t => new { t.BusinessDay, t.Id });
        // Redemptions are most of all transactions and never touch this index.
        transaction.HasIndex(t => new { t.Type, t.Id }).HasFilter("\"Type\" <> 'Consumption'");
        // The lists of points and wallets, by number and by day; a gift card's redemption never touches these.
        transaction.HasIndex(t => new { t.AccountKind, t.Id }).HasFilter("\"AccountKind\" <> 'GiftCard'");
        transaction.HasIndex(t => new { t.AccountKind, t.BusinessDay, t.Id }).HasFilter("\"AccountKind\" <> 'GiftCard'");
        transaction.HasIndex(t => t.ReversesId);
        transaction.HasIndex(t => new { t.OrderNumber, t.Id }).HasFilter("\"OrderNumber\" IS NOT NULL");
    }
}

internal sealed class LedgerEntryConfiguration : IEntityTypeConfiguration<LedgerEntry>
{
    public void Configure(EntityTypeBuilder<LedgerEntry> entry)
    {
        entry.Property(e => e.Id).ValueGeneratedOnAdd();
        entry.ToTable(table => table.HasCheckConstraint("CK_LedgerEntries_Amount", "\"Amount\" <> 0"));
        entry.HasIndex(e => e.TransactionId);
        entry.HasIndex(e => e.AccountId);
    }
}

internal sealed class LedgerCheckRunConfiguration : IEntityTypeConfiguration<LedgerCheckRun>
{
    public void Configure(EntityTypeBuilder<LedgerCheckRun> run)
    {
        run.Property(r => r.ActorName).HasMaxLength(120);
        run.Property(r => r.Findings).HasMaxLength(-1);
    }
}

internal sealed class LedgerCaptureConfiguration : IEntityTypeConfiguration<LedgerCapture>
{
    public void Configure(EntityTypeBuilder<LedgerCapture> capture)
    {
        capture.HasKey(c => c.TransactionId);
        capture.Property(c => c.TransactionId).ValueGeneratedNever();
        capture.ToTable(table => table.HasCheckConstraint("CK_LedgerCaptures_Remaining", "\"Remaining\" >= 0"));
    }
}
