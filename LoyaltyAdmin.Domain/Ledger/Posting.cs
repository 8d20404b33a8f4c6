using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Ledger;

/// <summary>Who asked, under which key, for what: the identity of one effect. The same key and request give the same answer, for ever.</summary>
public sealed record Operation(Actor Actor, string Key, string RequestHash)
{
    /// <summary>The owner of the key: keys of different clients and users never meet.</summary>
    public string Source { get; init; } = Actor.Key;

    /// <summary>Identifies a request by the values that define its effect.</summary>
    public static Operation For(Actor actor, string key, params ReadOnlySpan<object?> request)
    {
        if (key.Length is 0 or > 128)
        {
            throw new RuleViolationException("invalid_idempotency_key", "The idempotency key must have 1 to 128 characters.");
        }

        var text = new StringBuilder();
        foreach (var part in request)
        {
            // Length-prefixed, so that two requests never read alike; null has no length.
            var value = part is null ? null : Text(part);
            text.Append(value?.Length).Append(':').Append(value);
        }

        return new Operation(actor, key, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()))));
    }

    // By value, whatever the culture: 5 and 5.00 are one amount; lists and records count with all they hold.
    private static string Text(object part) => part switch
    {
        string text => text,
        decimal amount => amount.ToString("G29", CultureInfo.InvariantCulture),
        DateTimeOffset at => at.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture),
        Enum => part.ToString()!,
        _ => JsonSerializer.Serialize(part, part.GetType(), Json.Options),
    };
}

/// <summary>A house account's side of a posting, in minor units; credits are positive.</summary>
public readonly record struct HouseLeg(House Account, long Amount);

/// <summary>One transaction to post: the change of one customer account and the house legs that balance it.</summary>
public sealed record Posting
{
    /// <summary>The most one posting may move, minor units: what <see cref="Values.Currency.ToMinor"/> lets through at most.</summary>
    public const long MostAmount = 1_000_000_000_000_000;

    /// <summary>The most an account may hold, minor units: sums stay far from the end of 64 bits.</summary>
    public const long MostBalance = 100_000_000_000_000_000;

    public required Operation Operation { get; init; }
    public required TransactionType Type { get; init; }
    public required AccountKind AccountKind { get; init; }
    public required long AccountId { get; init; }
    public required string Currency { get; init; }

    /// <summary>The signed change in minor units.</summary>
    public long Amount { get; init; }

    /// <summary>Sum to minus <see cref="Amount"/>; legs of zero are left out.</summary>
    public IReadOnlyList<HouseLeg> House { get; init; } = [];

    public required long HomeStoreId { get; init; }
    public required long StoreId { get; init; }
    public required Channel Channel { get; init; }
    public required DateOnly BusinessDay { get; init; }
    public required DateTimeOffset At { get; init; }
    public string? OrderNumber { get; init; }
    public string? Reason { get; init; }
    public byte[]? SealedAnswer { get; init; }

    /// <summary>The account must be in one of these states; otherwise nothing happens.</summary>
    public IReadOnlyList<AccountStatus> From { get; init; } = [AccountStatus.Open];

    /// <summary>The account's state afterwards; null: as before.</summary>
    public AccountStatus? To { get; init; }

    /// <summary>The account must not have expired at <see cref="At"/>.</summary>
    public bool OnlyWhileUsable { get; init; } = true;

    /// <summary>The account must not have moved since it was read: what was computed from it still holds.</summary>
    public long? ExpectedSequence { get; init; }

    /// <summary>Sets a new end of validity; <see cref="DateTimeOffset.MaxValue"/> removes it.</summary>
    public DateTimeOffset? NewUsableUntil { get; init; }

    /// <summary>The transaction this one gives back, wholly or partly; never more in total than <see cref="ReversibleAmount"/>.</summary>
    public long? ReversesId { get; init; }

    /// <summary>What the reversed transaction moved, minor units (positive).</summary>
    public long ReversibleAmount { get; init; }

    /// <summary>What happens to the account's lots; null for accounts without lots.</summary>
    public LotChange? Lots { get; init; }

    /// <summary>What the member is told of it, written with it in one more statement.</summary>
    internal PostingNews? News { get; init; }

    /// <summary>The balance may fall below zero: points taken back that were spent already. The database allows it to points only.</summary>
    public bool AllowsDebt { get; init; }

    /// <summary>The least the balance may be afterwards. What comes in may leave points below zero: it pays off what was taken back.</summary>
    internal long Floor => AllowsDebt || (AccountKind == AccountKind.Points && Amount > 0) ? -MostBalance : 0;

    /// <summary>It needs more than the one guarded statement.</summary>
    internal bool IsCompound => ReversesId is not null || Lots is not null || News is not null;
}

/// <summary>A message about a posting; its reason is the transaction, so it is told once.</summary>
/// <param name="Variables">What the template may name, from what the posting did.</param>
internal sealed record PostingNews(MessageScenario Scenario, long MemberId, Func<PostingRow, IReadOnlyDictionary<string, string?>> Variables);

/// <summary>A posted transaction, or the one an earlier request under the same key posted.</summary>
public sealed record Posted(LedgerTransaction Transaction, bool WasRepeated)
{
    /// <summary>How much of what was just taken was principal; null where it has to be looked up.</summary>
    internal long? Principal { get; init; }
}
