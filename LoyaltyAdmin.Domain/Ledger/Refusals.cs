using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Ledger;

/// <summary>Why a posting did not happen: stable codes, part of the API contract, and their sentences.</summary>
public static class Refusals
{
    public const string InsufficientBalance = "insufficient_balance";
    public const string Frozen = "card_frozen";
    public const string Expired = "card_expired";
    public const string NotActive = "card_not_active";
    public const string Closed = "card_closed";
    public const string AlreadyActive = "already_active";
    public const string Changed = "changed_meanwhile";
    public const string WrongCurrency = "wrong_currency";
    public const string LimitExceeded = "balance_limit_exceeded";
    public const string ExceedsCapture = "exceeds_captured_amount";

    /// <summary>Names the first thing that stands in the way.</summary>
    internal static string Diagnose(LedgerAccount? account, Posting posting)
    {
        if (account is null)
        {
            return Closed;
        }

        if (account.Currency != posting.Currency)
        {
            return WrongCurrency;
        }

        if (!posting.From.Contains(account.Status))
        {
            return account.Status switch
            {
                AccountStatus.Blocked => Frozen,
                AccountStatus.Expired => Expired,
                AccountStatus.Pending => NotActive,
                AccountStatus.Open => AlreadyActive,
                _ => Closed,
            };
        }

        if (posting.OnlyWhileUsable && account.UsableUntil is { } until && until <= posting.At)
        {
            return Expired;
        }

        return posting.ExpectedSequence is { } expected && expected != account.LastSequence ? Changed
            : account.Balance + posting.Amount < posting.Floor ? InsufficientBalance
            : account.Balance + posting.Amount > Posting.MostBalance ? LimitExceeded
            : Changed;
    }

    /// <summary>The refusal of an account as the operator or API client meets it.</summary>
    public static RuleViolationException Exception(string code, long balance, string currency, AccountKind kind) => (code, kind) switch
    {
        (InsufficientBalance, _) or (_, AccountKind.GiftCard) => Exception(code, balance, currency),
        (Frozen, _) => new RuleViolationException("account_frozen", kind == AccountKind.Points ? "The member's points are frozen." : "The wallet is frozen. Restore it first."),
        (Changed, _) => new ConcurrentChangeException(kind == AccountKind.Points ? "The points balance" : "The wallet"),
        (LimitExceeded, _) => new RuleViolationException(code, "The account cannot hold that much."),
        (ExceedsCapture, _) => Exception(code, balance, currency),
        _ => new RuleViolationException("account_closed", "The account is closed."),
    };

    /// <summary>The refusal of a card.</summary>
    public static RuleViolationException Exception(string code, long balance, string currency) => code switch
    {
        InsufficientBalance => new InsufficientBalanceException(Currency.Of(currency).ToMajor(balance), currency),
        Frozen => new RuleViolationException(code, "The card is frozen. Restore it first."),
        Expired => new RuleViolationException(code, "The card has expired."),
        NotActive => new RuleViolationException(code, "The card is not activated yet."),
        AlreadyActive => new RuleViolationException(code, "The card is already active."),
        Changed => new ConcurrentChangeException("The card"),
        WrongCurrency => new RuleViolationException(code, $"The card is not in {currency}."),
        LimitExceeded => new RuleViolationException(code, "The card cannot hold that much."),
        ExceedsCapture => new RuleViolationException(code, "More would be given back than the original transaction took. Nothing was given back."),
        _ => new RuleViolationException(code, "The card is closed: it was refunded or its import was rolled back."),
    };
}

/// <summary>What is usable of the balance does not cover the amount; carries it so that the till can offer another tender for the rest.</summary>
public sealed class InsufficientBalanceException(decimal balance, string currency)
    : RuleViolationException(Refusals.InsufficientBalance, $"The usable balance of {Values.Currency.Of(currency).Format(balance, System.Globalization.CultureInfo.InvariantCulture)} does not cover the amount.")
{
    public decimal Balance { get; } = balance;

    public string Currency { get; } = currency;
}
