using System.Buffers.Text;
using System.Security.Cryptography;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.MemberPortal;

/// <summary>
/// Signs members in by a code sent to their phone or e-mail. Asking writes one row, the same for every address; <see cref="PortalCodeWork"/> finds out
/// behind the page whether it is a member's. Limits are counted in the database, for the address and, apart from that, for the network address.
/// </summary>
public sealed class PortalSignIn(LoyaltyDatabase database, AttemptLimits limits, SecretKeys keys, PortalCodeWork work, TimeProvider clock)
{
    public const int MostTries = 5;
    public static readonly TimeSpan CodeLifetime = TimeSpan.FromMinutes(10);

    internal static readonly AttemptLimit PerAddress = new(Failures: 3, Window: TimeSpan.FromMinutes(15), LockFor: TimeSpan.FromMinutes(15));
    internal static readonly AttemptLimit PerNetwork = new(Failures: 30, Window: TimeSpan.FromHours(1), LockFor: TimeSpan.FromHours(1));
    internal static readonly AttemptLimit WrongCodes = new(Failures: 30, Window: TimeSpan.FromHours(1), LockFor: TimeSpan.FromHours(1));

    private static readonly byte[] nobodysHash = new byte[32];

    /// <summary>Asks for a code. Answers alike whether or not the address is a member's; the answer names this request, for the browser to keep.</summary>
    /// <exception cref="InvalidInputException">Neither a phone number nor an e-mail address.</exception>
    /// <exception cref="TooManyAttemptsException">This address, or this network, asked too often.</exception>
    public async Task<Guid> AskAsync(string? address, string? ipAddress, CancellationToken cancel = default)
    {
        var channel = address?.Contains('@', StringComparison.Ordinal) == true ? ConsentChannel.Email : ConsentChannel.Sms;
        var normal = Suppressions.Normalise(channel, address);
        new FieldErrors().Require(normal is { Length: <= 254 }, "address", "Enter your e-mail address, or your phone number with + and country code, such as +1 212 555 0100.").ThrowIfAny();
        var (network, to) = (Name("portal-network", ipAddress ?? ""), Name("portal-address", $"{channel}:{normal}"));
        await limits.DemandUnlockedAsync(network, cancel);
        await limits.DemandUnlockedAsync(to, cancel);
        await limits.FailAsync(network, PerNetwork, cancel: cancel);
        await limits.FailAsync(to, PerAddress, cancel: cancel);
        var now = clock.GetUtcNow();
        var code = new PortalCode { Id = Guid.NewGuid(), Channel = channel, SealedAddress = keys.Seal(normal!), AddressHash = HashOf(keys, channel, normal!), CreatedAt = now, ExpiresAt = now + CodeLifetime };
        await database.WriteAsync(Actor.System, db =>
        {
            db.PortalCodes.Add(code);

            return Task.CompletedTask;
        }, cancel);
        work.Wake();

        return code.Id;
    }

    /// <summary>Opens the page for the right code and marks the address as the member's own. Null: wrong, over, used, or tried too often; nobody is told which.</summary>
    /// <exception cref="TooManyAttemptsException">Too many wrong codes came from this network.</exception>
    public async Task<PortalEntry?> EnterAsync(Guid request, string? code, string? ipAddress, CancellationToken cancel = default)
    {
        var network = Name("portal-codes", ipAddress ?? "");
        await limits.DemandUnlockedAsync(network, cancel);
        var typed = string.Concat((code ?? "").Where(char.IsAsciiDigit));
        var session = await database.WriteAsync(Actor.System, db => TryAsync(db, request, typed, cancel), cancel);
        if (session is null)
        {
            await limits.FailAsync(network, WrongCodes, new Suspicion(Actor.System with { Name = "Unknown", IpAddress = ipAddress },
                $"{WrongCodes.Failures} wrong member page codes came from one network address within an hour: somebody may be guessing. The address is refused for an hour."), cancel);
        }

        return session is { } id ? new PortalEntry(id, PortalTargets.Root) : null;
    }

    internal static byte[] CodeHash(SecretKeys keys, Guid request, string code) => keys.Hash("portal-code", $"{request:N}:{code}");

    internal static byte[] HashOf(SecretKeys keys, ConsentChannel channel, string address) => keys.Hash("portal-code-address", $"{channel}:{address}");

    private async Task<Guid?> TryAsync(LoyaltyDbContext db, Guid request, string typed, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        // One statement counts and decides, however many try at once: five tries are five.
        if (await db.PortalCodes.Where(c => c.Id == request && c.UsedAt == null && c.ExpiresAt > now && c.Tries < MostTries).ExecuteUpdateAsync(set => set.SetProperty(c => c.Tries, c => c.Tries + 1), cancel) != 1)
        {
            return null;
        }

        var code = await db.PortalCodes.AsNoTracking().FirstAsync(c => c.Id == request, cancel);
        var isRight = CryptographicOperations.FixedTimeEquals(CodeHash(keys, request, typed), code.CodeHash ?? nobodysHash);
        if (!isRight || code.MemberId is not { } memberId)
        {
            return null;
        }

        await db.PortalCodes.Where(c => c.Id == request).ExecuteUpdateAsync(set => set.SetProperty(c => c.UsedAt, now), cancel);
        var member = await db.Members.FirstOrDefaultAsync(m => m.Id == memberId, cancel);
        if (member is null || !Verify(member, code, now))
        {
            return null;
        }

        db.Actor = Actor.Member(member.Id, $"Member {member.Number}") with { AuthenticationMethod = "one-time-code" };

        return await PortalSessions.OpenAsync(db, member.Id, PortalDoor.Code, linkId: null, now, cancel);
    }

    // A code proves the address it went to: not one the member has changed to since.
    private bool Verify(Member member, PortalCode code, DateTimeOffset now)
    {
        var present = code.Channel == ConsentChannel.Email ? member.Email : member.Phone;
        if (present is null || !CryptographicOperations.FixedTimeEquals(HashOf(keys, code.Channel, present), code.AddressHash))
        {
            return false;
        }

        if (code.Channel == ConsentChannel.Email)
        {
            member.EmailVerifiedAt ??= now;
        }
        else
        {
            member.PhoneVerifiedAt ??= now;
        }

        return true;
    }

    private string Name(string what, string of) => $"{what}:{Base64Url.EncodeToString(keys.Hash(what, of).AsSpan(0, 16))}";
}
