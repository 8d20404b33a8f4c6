using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Members;

/// <summary>One address nothing is sent to.</summary>
public sealed record SuppressionRow(long Id, ConsentChannel Channel, string MaskedAddress, SuppressionReason Reason, string? Note, DateTimeOffset At, string ActorName);

/// <summary>Addresses nothing is sent to whatever the consents say: hard bounces, complaints, STOP (domain rules, Consent 2).</summary>
public sealed class Suppressions(LoyaltyDatabase database, AccessControl access, SecretKeys keys, TimeProvider clock)
{
    private static readonly SortColumns<Suppression> sorts = new(s => s.Id);

    /// <summary>The list, newest first; with an address only what suppresses exactly that.</summary>
    [Requires(Permission.MembersRead)]
    public async Task<Page<SuppressionRow>> ListAsync(Actor actor, string? address, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var rows = db.Suppressions.AsQueryable();
        if (Inputs.Clean(address) is { } sought)
        {
            byte[][] hashes = [.. Enum.GetValues<ConsentChannel>().Select(channel => Hash(keys, channel, Normalise(channel, sought) ?? sought))];
            rows = rows.Where(s => hashes.Contains(s.AddressHash));
        }

        return await rows.ToPageAsync(page, sorts, s => new SuppressionRow(s.Id, s.Channel, s.MaskedAddress, s.Reason, s.Note, s.At, s.ActorName), cancel);
    }

    /// <summary>Whether anything suppresses the member's own addresses, by channel.</summary>
    [Requires(Permission.MembersRead)]
    public async Task<IReadOnlyList<SuppressionRow>> OfMemberAsync(Actor actor, long memberId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var member = await MemberQueries.Members(db, grant).FirstOrDefaultAsync(m => m.Id == memberId, cancel) ?? throw new NotFoundException("The member");
        var hashes = new List<byte[]>();
        if (member.Email is { } email)
        {
            hashes.Add(Hash(keys, ConsentChannel.Email, email));
        }

        if (member.Phone is { } phone)
        {
            hashes.Add(Hash(keys, ConsentChannel.Sms, phone));
        }

        var found = hashes.ToArray();

        return await db.Suppressions.Where(s => found.Contains(s.AddressHash)).Select(s => new SuppressionRow(s.Id, s.Channel, s.MaskedAddress, s.Reason, s.Note, s.At, s.ActorName)).ToListAsync(cancel);
    }

    /// <summary>Puts an address on the list; one that is there stays as it is.</summary>
    [Requires(Permission.MembersEdit)]
    public async Task AddAsync(Actor actor, ConsentChannel channel, string address, SuppressionReason reason, string? note, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.MembersEdit, cancel: cancel);
        var normal = Normalise(channel, address);
        new FieldErrors()
            .Require(normal is not null, nameof(address), channel == ConsentChannel.Email ? "Enter an e-mail address such as name@example.com." : channel == ConsentChannel.Sms ? "Enter an international number such as +1 212 555 0100." : "Enter the address or token.")
            .Text(nameof(note), "Note", note, 400)
            .ThrowIfAny();
        var hash = Hash(keys, channel, normal!);
        await database.WriteAsync(actor, async db =>
        {
            if (!await db.Suppressions.AnyAsync(s => s.Channel == channel && s.AddressHash == hash, cancel))
            {
                db.Suppressions.Add(new Suppression
                {
                    Channel = channel,
                    AddressHash = hash,
                    MaskedAddress = channel == ConsentChannel.Email ? Masks.Email(normal)! : Masks.Phone(normal)!,
                    Reason = reason,
                    Note = Inputs.Clean(note),
                    At = clock.GetUtcNow(),
                    ActorName = actor.Name,
                });
            }
        }, cancel);
    }

    /// <summary>Takes an address off the list: it can be written to again where the member agreed.</summary>
    [Requires(Permission.MembersEdit)]
    public async Task RemoveAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.MembersEdit, cancel: cancel);
        await database.WriteAsync(actor, async db => db.Suppressions.Remove(await db.Suppressions.FirstOrDefaultAsync(s => s.Id == id, cancel) ?? throw new NotFoundException("The address")), cancel);
    }

    /// <summary>The keyed hash a normalised address is kept by.</summary>
    internal static byte[] Hash(SecretKeys keys, ConsentChannel channel, string address) => keys.Hash($"suppression-{channel}", address);

    internal static string? Normalise(ConsentChannel channel, string? address) => channel switch
    {
        ConsentChannel.Email => Inputs.Clean(address) is { } email && new FieldErrors().Email("", "", email).All.Count == 0 ? email.ToLowerInvariant() : null,
        ConsentChannel.Sms => Inputs.NormalisePhone(address),
        _ => Inputs.Clean(address),
    };
}
