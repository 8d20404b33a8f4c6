using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>The card is unknown, its code is wrong, it is frozen or belongs to another store: online, all of these look the same to a guesser.</summary>
public sealed class CardNotAcceptedException() : RuleViolationException("card_not_accepted", "This card cannot be used here. Check the card number and security code.");

/// <summary>Too many failed attempts; carries how long to wait.</summary>
public sealed class TooManyAttemptsException(TimeSpan retryAfter) : RuleViolationException("too_many_attempts", "Too many failed attempts. Try again later.")
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}

/// <summary>What a payment needs to know of a card.</summary>
internal sealed record FoundCard(long Id, long AccountId, long TermsId, string Currency, long StoreId, byte[]? CodeHash);

/// <summary>Finds a card by its number, and online by number and security code, without telling a guesser which of them was wrong.</summary>
public sealed class GiftCardLookup(LoyaltyDatabase database, CardNumbers numbers, AttemptLimits attempts)
{
    // A card that came in with an import exists when the import is committed.
    private const string byNumber =
        """
        SELECT c."Id", c."AccountId", c."TermsId", c."Currency", c."StoreId", c."CodeHash" FROM "GiftCards" c
        WHERE c."NumberHash" = @Value
        AND (c."ImportId" IS NULL OR EXISTS (SELECT 1 FROM "ImportJobs" j WHERE j."Id" = c."ImportId" AND j."Status" = 'Committed'))
        """;

    private static readonly AttemptLimit failedLookups = new(Failures: 100, Window: TimeSpan.FromHours(1), LockFor: TimeSpan.FromHours(1));
    private static readonly AttemptLimit wrongCodes = new(Failures: 5, Window: TimeSpan.FromMinutes(15), LockFor: TimeSpan.FromMinutes(15), TotalFailures: 20);

    /// <summary>How the names begin under which wrong codes are counted.</summary>
    internal const string CodeCounters = "card-code:";

    /// <summary>The card that does not exist: its wrong codes are counted too, so that an unknown number takes as long as a known one.</summary>
    private const long NoCard = 0;

    /// <summary>The name under which wrong codes of a card are counted; staff unlock it.</summary>
    public static string CodeCounter(long cardId) => string.Create(CultureInfo.InvariantCulture, $"{CodeCounters}{cardId}");

    /// <exception cref="CardNotAcceptedException">ONLINE: unknown number, wrong or missing code, card without a code, locked, or outside the caller's stores.</exception>
    /// <exception cref="NotFoundException">POS: unknown number or another store's card.</exception>
    /// <exception cref="TooManyAttemptsException">This client failed 100 look-ups within an hour.</exception>
    internal async Task<FoundCard> FindAsync(Grant grant, string number, string? code, Channel channel, CancellationToken cancel)
    {
        await attempts.DemandUnlockedAsync(LookupCounter(grant.Actor), cancel);
        var found = await FindAsync(number, cancel);
        if (channel == Channel.Online)
        {
            await DemandCodeAsync(grant.Actor, found, number, code, cancel);
        }
        else if (found is null)
        {
            await FailedAsync(grant.Actor, cancel);
        }

        return found ?? throw new NotFoundException("The card");
    }

    internal Task<FoundCard?> FindAsync(string number, CancellationToken cancel) =>
        database.Provider.FindRowAsync(database, byNumber, numbers.HashNumber(number), Read, cancel);

    private static FoundCard Read(DbDataReader row) =>
        new(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetString(3), row.GetInt64(4), row.IsDBNull(5) ? null : row.GetFieldValue<byte[]>(5));

    // Only the online path locks: a stranger who tries codes cannot stop the bearer paying at a till.
    private async Task DemandCodeAsync(Actor actor, FoundCard? card, string number, string? code, CancellationToken cancel)
    {
        var counter = CodeCounter(card?.Id ?? NoCard);
        var isRight = CryptographicOperations.FixedTimeEquals(numbers.HashCode(number, code ?? ""), card?.CodeHash ?? []);
        var isLocked = await attempts.IsLockedAsync(counter, cancel);
        if (isRight && !isLocked)
        {
            return;
        }

        // Two counts whatever is wrong: an unknown number and a known one do the same work. Trying a locked card does not prolong its lock.
        await attempts.FailAsync(isLocked ? CodeCounter(NoCard) : counter, wrongCodes, cancel: cancel);
        await FailedAsync(actor, cancel);

        throw new CardNotAcceptedException();
    }

    private Task FailedAsync(Actor actor, CancellationToken cancel) => attempts.FailAsync(LookupCounter(actor), failedLookups, new Suspicion(actor,
        $"{failedLookups.Failures} look-ups of gift cards failed within an hour: somebody may be guessing card numbers. This client's look-ups are refused for an hour."), cancel);

    private static string LookupCounter(Actor actor) => $"lookup:{actor.Key}";
}
