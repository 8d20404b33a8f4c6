using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

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
    private static readonly AttemptLimit failedLookups = new(Failures: 100, Window: TimeSpan.FromHours(1), LockFor: TimeSpan.FromHours(1));
    private static readonly AttemptLimit wrongCodes = new(Failures: 5, Window: TimeSpan.FromMinutes(15), LockFor: TimeSpan.FromMinutes(15), TotalFailures: 20);

    /// <summary>The name under which wrong codes of a card are counted; staff unlock it.</summary>
    public static string CodeCounter(long cardId) => $"card-code:{cardId}";

    /// <exception cref="CardNotAcceptedException">ONLINE: unknown number, wrong or missing code, card without a code, locked, or outside the caller's stores.</exception>
    /// <exception cref="NotFoundException">POS: unknown number or another store's card.</exception>
    /// <exception cref="TooManyAttemptsException">This client failed 100 look-ups within an hour.</exception>
    internal async Task<FoundCard> FindAsync(Grant grant, string number, string? code, Channel channel, CancellationToken cancel)
    {
        var lookups = $"lookup:{grant.Actor.Key}";
        await attempts.DemandUnlockedAsync(lookups, cancel);
        var found = await FindAsync(number, cancel);
        if (found is null)
        {
            await attempts.FailAsync(lookups, failedLookups, cancel);

            throw channel == Channel.Online ? new CardNotAcceptedException() : new NotFoundException("The card");
        }

        if (channel == Channel.Online)
        {
            await DemandCodeAsync(lookups, found, number, code, cancel);
        }

        return found;
    }

    internal async Task<FoundCard?> FindAsync(string number, CancellationToken cancel)
    {
        var hash = numbers.HashNumber(number);
        await using var db = await database.ReadAsync(cancel);

        return await db.GiftCards.Where(c => c.NumberHash == hash)
            .Where(c => c.ImportId == null || db.ImportJobs.Any(job => job.Id == c.ImportId && job.Status == ImportStatus.Committed))
            .Select(c => new FoundCard(c.Id, c.AccountId, c.TermsId, c.Currency, c.StoreId, c.CodeHash)).FirstOrDefaultAsync(cancel);
    }

    // Only the online path locks: a stranger who tries codes cannot stop the bearer paying at a till.
    private async Task DemandCodeAsync(string lookups, FoundCard card, string number, string? code, CancellationToken cancel)
    {
        var counter = CodeCounter(card.Id);
        var isRight = card.CodeHash is not null && System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(numbers.HashCode(number, code ?? ""), card.CodeHash);
        if (await attempts.IsLockedAsync(counter, cancel))
        {
            throw new CardNotAcceptedException();
        }

        if (!isRight)
        {
            await attempts.FailAsync(counter, wrongCodes, cancel);
            await attempts.FailAsync(lookups, failedLookups, cancel);

            throw new CardNotAcceptedException();
        }
    }
}
