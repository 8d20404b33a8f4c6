using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Orders;

/// <summary>
/// Finds the members a batch of orders names, all at once, and makes those nobody knows where the order says so. A merged duplicate means the
/// member it was merged into.
/// </summary>
internal sealed class OrderMembers(LoyaltyDbContext db, DatabaseProvider? provider, TimeProvider clock)
{
    private const int MostNames = 500;

    private static readonly BulkColumn[] columns =
    [
        new("Number", BulkType.Text), new("Email", BulkType.Text), new("Phone", BulkType.Text), new("HomeStoreId", BulkType.Long), new("RegisteredThrough", BulkType.Text),
        new("RegisteredAt", BulkType.Instant), new("RegisteredOn", BulkType.Day), new("Status", BulkType.Text), new("BirthDateChanges", BulkType.Int), new("ImportId", BulkType.Long),
        new("SearchText", BulkType.Text), new("Version", BulkType.Guid),
    ];

    private readonly Dictionary<string, Buyer> byNumber = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Buyer> byPhone = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Buyer> byEmail = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Buyer> byCard = new(StringComparer.Ordinal);
    private readonly List<Buyer> unknown = [];

    /// <summary>Somebody an order names: known, or about to be made.</summary>
    internal sealed class Buyer
    {
        public long? Id { get; set; }
        public MemberReference? New { get; init; }
        public DateTimeOffset FirstAt { get; set; } = DateTimeOffset.MaxValue;
        public DateOnly FirstOn { get; set; }
        public long StoreId { get; set; }
    }

    /// <summary>Looks up everybody these references name.</summary>
    public async Task LoadAsync(IReadOnlyCollection<MemberReference> references, CancellationToken cancel)
    {
        foreach (var numbers in Named(references, r => r.Number))
        {
            await KeepAsync(await db.Members.Where(m => numbers.Contains(m.Number)).Select(m => new Found(m.Number, m.Id, m.MergedIntoId)).ToListAsync(cancel), byNumber, cancel);
        }

        foreach (var phones in Named(references, r => r.Phone))
        {
            await KeepAsync(await db.Members.Where(m => phones.Contains(m.Phone)).Select(m => new Found(m.Phone!, m.Id, m.MergedIntoId)).ToListAsync(cancel), byPhone, cancel);
        }

        foreach (var emails in Named(references, r => r.Email))
        {
            await KeepAsync(await db.Members.Where(m => emails.Contains(m.Email)).Select(m => new Found(m.Email!, m.Id, m.MergedIntoId)).ToListAsync(cancel), byEmail, cancel);
        }

        foreach (var cards in Named(references, r => r.CardNumber))
        {
            var found = await (from card in db.LoyaltyCards
                               where cards.Contains(card.Number)
                               join member in db.Members on card.MemberId equals member.Id
                               select new Found(card.Number, member.Id, member.MergedIntoId)).ToListAsync(cancel);
            await KeepAsync(found, byCard, cancel);
        }
    }

    /// <summary>The member a reference means, or null with what is wrong.</summary>
    public Buyer? Find(MemberReference reference, FieldErrors errors)
    {
        var named = new List<Buyer>(4);
        var missing = new List<(string Field, string Sentence)>(4);
        Look(byNumber, reference.Number, "Member.Number", "There is no member with this number.");
        Look(byPhone, reference.Phone, "Member.Phone", "There is no member with this phone number.");
        Look(byEmail, reference.Email, "Member.Email", "There is no member with this e-mail address.");
        Look(byCard, reference.CardNumber, "Member.CardNumber", "There is no loyalty card with this number.");
        if (named.Distinct().Skip(1).Any())
        {
            errors.Require(false, "Member", "What the order says of its member means different members.");

            return null;
        }

        if (named.Count > 0 && (missing.Count == 0 || (reference.CreateUnknown && missing.TrueForAll(m => m.Field is "Member.Phone" or "Member.Email"))))
        {
            // A known member with a contact nobody has: the order is taken, the member's profile is not the order's to change.
            return named[0];
        }

        if (!reference.CreateUnknown || reference.CardNumber is not null || named.Count > 0)
        {
            foreach (var (field, sentence) in missing)
            {
                errors.Require(false, field, sentence);
            }

            return null;
        }

        var buyer = new Buyer { New = reference with { Number = reference.Number ?? MemberNumbers.New() } };
        unknown.Add(buyer);
        Remember(byNumber, buyer.New.Number, buyer);
        Remember(byPhone, buyer.New.Phone, buyer);
        Remember(byEmail, buyer.New.Email, buyer);

        return buyer;

        void Look(Dictionary<string, Buyer> known, string? key, string field, string sentence)
        {
            if (key is null)
            {
                return;
            }

            if (known.TryGetValue(key, out var found))
            {
                named.Add(found);
            }
            else
            {
                missing.Add((field, sentence));
            }
        }
    }

    /// <summary>Makes the members that are new; each is registered on the day of its first order and at home where that was.</summary>
    public async Task<IReadOnlyList<long>> CreateAsync(long? importId, CancellationToken cancel)
    {
        var made = unknown.Where(buyer => buyer.FirstAt < DateTimeOffset.MaxValue).ToList();
        if (made.Count == 0)
        {
            return [];
        }

        var now = clock.GetUtcNow();
        var rows = made.ConvertAll(buyer => new object?[]
        {
            buyer.New!.Number, buyer.New.Email, buyer.New.Phone, buyer.StoreId, nameof(RegistrationSource.Order), buyer.FirstAt, buyer.FirstOn, nameof(MemberStatus.Active), 0, importId,
            Member.SearchTextOf(buyer.New.Number!, name: null, buyer.New.Phone, buyer.New.Email), Guid.CreateVersion7(now),
        });
        var ids = await provider!.Bulk.InsertReturningIdsAsync(db, "Members", columns, rows, cancel);
        for (var i = 0; i < made.Count; i++)
        {
            made[i].Id = ids[i];
            db.AuditEntries.Add(new AuditEntry(db.Actor, now, "Member.Create")
            {
                EntityType = nameof(Member),
                EntityId = ids[i].ToString(System.Globalization.CultureInfo.InvariantCulture),
                Subject = made[i].New!.Number,
                Reason = "Named by an order",
                StoreId = made[i].StoreId,
            });
        }

        return ids;
    }

    private async Task KeepAsync(List<Found> found, Dictionary<string, Buyer> known, CancellationToken cancel)
    {
        var merged = found.Where(f => f.MergedIntoId is not null).ToDictionary(f => f.Id, f => f.MergedIntoId!.Value);
        while (merged.Count > 0)
        {
            var targets = merged.Values.Distinct().ToArray();
            var further = await db.Members.Where(m => targets.Contains(m.Id) && m.MergedIntoId != null).ToDictionaryAsync(m => m.Id, m => m.MergedIntoId!.Value, cancel);
            found = [.. found.Select(f => f.MergedIntoId is { } target ? f with { Id = target, MergedIntoId = further.TryGetValue(target, out var next) ? next : null } : f)];
            merged = further;
        }

        foreach (var one in found)
        {
            known[one.Key] = BuyerOf(one.Id);
        }
    }

    private readonly Dictionary<long, Buyer> byId = [];

    // One object per member, so that two names of one member compare equal.
    private Buyer BuyerOf(long id) => byId.TryGetValue(id, out var buyer) ? buyer : byId[id] = new Buyer { Id = id };

    private static void Remember(Dictionary<string, Buyer> known, string? key, Buyer buyer)
    {
        if (key is not null)
        {
            known[key] = buyer;
        }
    }

    private static IEnumerable<string[]> Named(IEnumerable<MemberReference> references, Func<MemberReference, string?> key) =>
        references.Select(key).OfType<string>().Distinct(StringComparer.Ordinal).Chunk(MostNames);

    private sealed record Found(string Key, long Id, long? MergedIntoId);
}
