using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>What the Sold Gift Cards tab is filtered by; null or empty: not filtered. Amounts in major units of <see cref="Currency"/>.</summary>
public sealed record SoldGiftCardFilter
{
    /// <summary>The whole number, or its last four digits.</summary>
    public string? Number { get; init; }

    /// <summary>A part of the buyer's name, phone or e-mail.</summary>
    public string? Buyer { get; init; }

    public long? PlanId { get; init; }
    public long? StoreId { get; init; }
    public Channel? Channel { get; init; }
    public GiftCardStatus? Status { get; init; }
    public GiftCardType? CardType { get; init; }
    public string? Currency { get; init; }
    public DateOnly? SoldFrom { get; init; }
    public DateOnly? SoldTo { get; init; }

    /// <summary>Needs <see cref="Currency"/>.</summary>
    public decimal? BalanceFrom { get; init; }

    public decimal? BalanceTo { get; init; }

    /// <summary>Expires before this day begins (UTC); for “expiring soon”.</summary>
    public DateOnly? ExpiresBefore { get; init; }

    public long? ImportId { get; init; }
}

/// <summary>One line of the Sold Gift Cards tab. Amounts in major units.</summary>
public sealed record SoldGiftCardRow(
    long Id, string LastFour, string PlanName, string PlanCode, GiftCardType CardType, string? BuyerName, string? BuyerPhone, string? BuyerEmail, string StoreName, string StoreCode, string TimeZone,
    Channel Channel, string Currency, decimal FaceValue, decimal Paid, long BalanceMinor, AccountStatus AccountStatus, DateTimeOffset SoldAt, DateOnly SoldOn, DateTimeOffset? ExpiresAt, string? OrderNumber)
{
    public string MaskedNumber => GiftCard.Mask(LastFour);

    public decimal Balance => Values.Currency.Of(Currency).ToMajor(BalanceMinor);

    public GiftCardStatus Status => GiftCardStatuses.Of(AccountStatus, BalanceMinor);
}

/// <summary>A card with its figures and the terms it was sold under. Amounts in major units.</summary>
/// <param name="Recharged">What was added after the sale.</param>
/// <param name="Used">What was spent, less what was given back.</param>
/// <param name="TermsNumber">Which edition of the plan's rules the card keeps.</param>
/// <param name="TermsOfUse">The agreement as the buyer accepted it, where the plan had one.</param>
public sealed record SoldGiftCardDetail(SoldGiftCardRow Card, decimal Recharged, decimal Used, GiftCardRules Rules, int TermsNumber, DateTimeOffset TermsSince, AgreementText? TermsOfUse, bool HasSecurityCode, string? DesignKey, long DesignId, long PlanId);

/// <summary>An agreement's text as published.</summary>
public sealed record AgreementText(string Title, int Version, string Body);

/// <summary>Finds and shows sold cards; numbers are masked, a reveal needs a permission, a reason and leaves a trace.</summary>
public sealed class SoldGiftCards(LoyaltyDatabase database, AccessControl access, AuditTrail audit, CardNumbers numbers)
{
    /// <summary>Shorter texts are looked for at the beginning of the buyer's name only.</summary>
    private const int ShortestSearch = 3;

    private const string ByExpiry = "ExpiresAt";

    // A card and its account have one number in common, and both tables are in its order: whichever the filter starts from, an index gives the list its order.
    public static SortColumns<CardAccount> Sorts { get; } = WithColumns(new SortColumns<CardAccount>(x => x.Card.AccountId, same: x => x.Account.Id));

    private static readonly SortColumns<CardAccount> sortsByAccount = WithColumns(new SortColumns<CardAccount>(x => x.Account.Id, same: x => x.Card.AccountId));

    // The same order again: a search finds cards by this number, and need not fetch all of them to sort them.
    private static readonly SortColumns<CardAccount> sortsByCard = WithColumns(new SortColumns<CardAccount>(x => x.Card.Id));

    private static readonly SortColumns<CardAccount> sortsBySearch = new(x => x.Found);

    private static SortColumns<CardAccount> WithColumns(SortColumns<CardAccount> sorts) => sorts
        .By("SoldOn", x => x.Card.SoldOn)
        .By("Balance", x => x.Account.Balance)
        .By("FaceValue", x => x.Card.FaceValue)
        .By(ByExpiry, x => x.Account.UsableUntil ?? DateTimeOffset.MaxValue);

    /// <summary>One page, newest first by default.</summary>
    /// <param name="storeView">The header's store switch; null: Group View.</param>
    [Requires(Permission.GiftCardsRead)]
    public async Task<Page<SoldGiftCardRow>> ListAsync(Actor actor, SoldGiftCardFilter filter, PageRequest page, long? storeView = null, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var isSearched = page.Sort is null && IsSearched(filter);
        var cards = Filtered(db, grant, filter, storeView, isSearched);
        if (page.Sort == ByExpiry)
        {
            // Said for the index, which leaves out points and wallets.
            cards = cards.Where(x => x.Account.Kind == AccountKind.GiftCard);
        }

        var found = await cards.ToPageAsync(page, isSearched ? sortsBySearch : SortsFor(filter, page), Row(db), cancel);

        return grant.May(Permission.BuyersReveal) ? found : found with { Rows = [.. found.Rows.Select(WithMaskedBuyer)] };
    }

    /// <summary>How many cards the filter finds, counted up to 10,000.</summary>
    [Requires(Permission.GiftCardsRead)]
    public async Task<BoundedCount> CountAsync(Actor actor, SoldGiftCardFilter filter, long? storeView = null, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await Filtered(db, grant, filter, storeView, IsSearched(filter)).BoundedCountAsync(cancel: cancel);
    }

    /// <exception cref="NotFoundException">No such card in the caller's stores.</exception>
    [Requires(Permission.GiftCardsRead)]
    public async Task<SoldGiftCardRow> GetAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var row = await GiftCardQueries.Cards(db, grant).Where(x => x.Card.Id == id).Select(Row(db)).FirstOrDefaultAsync(cancel) ?? throw new NotFoundException("The card");

        return grant.May(Permission.BuyersReveal) ? row : WithMaskedBuyer(row);
    }

    /// <exception cref="NotFoundException">No such card in the caller's stores.</exception>
    [Requires(Permission.GiftCardsRead)]
    public async Task<SoldGiftCardDetail> DetailAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsRead, cancel: cancel);
        var row = await GetAsync(actor, id, cancel);
        await using var db = await database.ReadAsync(cancel);
        var card = await GiftCardQueries.Cards(db, grant).Where(x => x.Card.Id == id).Select(x => x.Card).FirstAsync(cancel);
        var terms = await db.GiftCardTerms.FirstAsync(t => t.Id == card.TermsId, cancel);
        var design = await db.GiftCardPlans.Where(p => p.Id == card.PlanId).Join(db.GiftCardDesigns, p => p.DesignId, d => d.Id, (_, d) => new { d.Id, d.LibraryKey }).FirstAsync(cancel);
        var sums = await db.LedgerTransactions.Where(t => t.AccountId == card.AccountId && t.Refusal == null).GroupBy(t => t.Type).Select(g => new { g.Key, Sum = g.Sum(t => t.Amount) }).ToDictionaryAsync(g => g.Key, g => g.Sum, cancel);
        var currency = Values.Currency.Of(card.Currency);
        var agreement = terms is { Rules.TermsOfUseId: { } agreementId, AgreementVersion: { } version }
            ? await db.AgreementVersions.Where(v => v.AgreementId == agreementId && v.Number == version).Join(db.Agreements, v => v.AgreementId, a => a.Id, (v, a) => new AgreementText(a.Title, v.Number, v.Body)).FirstOrDefaultAsync(cancel)
            : null;

        return new SoldGiftCardDetail(row, currency.ToMajor(sums.GetValueOrDefault(TransactionType.Recharge)), -currency.ToMajor(sums.GetValueOrDefault(TransactionType.Consumption) + sums.GetValueOrDefault(TransactionType.ConsumptionReversal)),
            terms.Rules, terms.Number, terms.Since, agreement, card.CodeHash is not null, design.LibraryKey, design.Id, card.PlanId);
    }

    /// <summary>Who looked at or changed the card's record, newest first. Movements of value are under its transactions.</summary>
    [Requires(Permission.GiftCardsRead)]
    public async Task<Page<HistoryEntry>> HistoryAsync(Actor actor, long id, PageRequest page, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        await DemandVisibleAsync(db, grant, id, cancel);

        return await db.HistoryOfAsync<GiftCard>(id, page, cancel);
    }

    /// <summary>The full number, for a stated reason.</summary>
    [Requires(Permission.GiftCardNumbersReveal)]
    public async Task<string> RevealNumberAsync(Actor actor, long id, string reason, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardNumbersReveal, cancel: cancel);
        new FieldErrors().Text(nameof(reason), "Reason", reason, 1000, required: true).ThrowIfAny();
        await using var db = await database.ReadAsync(cancel);
        var card = await GiftCardQueries.Cards(db, grant).Where(x => x.Card.Id == id).Select(x => x.Card).FirstOrDefaultAsync(cancel) ?? throw new NotFoundException("The card");
        await audit.RecordAsync(actor, "GiftCard.RevealNumber", entityType: nameof(GiftCard), entityId: id.ToString(System.Globalization.CultureInfo.InvariantCulture), subject: GiftCard.Mask(card.LastFour), reason: reason.Trim(), storeId: card.StoreId, cancel: cancel);

        return numbers.Open(card.SealedNumber);
    }

    private static async Task DemandVisibleAsync(LoyaltyDbContext db, Grant grant, long id, CancellationToken cancel)
    {
        if (!await GiftCardQueries.Cards(db, grant).AnyAsync(x => x.Card.Id == id, cancel))
        {
            throw new NotFoundException("The card");
        }
    }

    /// <summary>The cards a filter finds, as list, count and export see them.</summary>
    /// <param name="followsSearch">Take the cards as the search finds them (<see cref="CardAccount.Found"/>), rather than all it finds as a set.</param>
    internal IQueryable<CardAccount> Filtered(LoyaltyDbContext db, Grant grant, SoldGiftCardFilter filter, long? storeView, bool followsSearch = false)
    {
        var cards = GiftCardQueries.Cards(db, grant, storeView)
            .Where(x => filter.PlanId == null || x.Card.PlanId == filter.PlanId)
            .Where(x => filter.StoreId == null || x.Card.StoreId == filter.StoreId)
            .Where(x => filter.Channel == null || x.Card.Channel == filter.Channel)
            .Where(x => filter.CardType == null || x.Card.CardType == filter.CardType)
            .Where(x => string.IsNullOrEmpty(filter.Currency) || x.Card.Currency == filter.Currency)
            .Where(x => filter.SoldFrom == null || x.Card.SoldOn >= filter.SoldFrom)
            .Where(x => filter.SoldTo == null || x.Card.SoldOn <= filter.SoldTo)
            .Where(x => filter.ImportId == null || x.Card.ImportId == filter.ImportId);
        cards = ByNumber(cards, filter.Number);
        cards = ByBuyer(db, cards, filter.Buyer, followsSearch);
        cards = ByStatus(cards, filter.Status);
        if (filter.ExpiresBefore is { } day)
        {
            var before = new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero);
            cards = cards.Where(x => x.Account.UsableUntil < before);
        }

        if (Currency.Find(filter.Currency) is { } currency)
        {
            long? from = filter.BalanceFrom is { } low ? (long)Math.Ceiling(low * currency.MinorPerMajor) : null, to = filter.BalanceTo is { } high ? (long)Math.Floor(high * currency.MinorPerMajor) : null;
            cards = cards.Where(x => (from == null || x.Account.Balance >= from) && (to == null || x.Account.Balance <= to));
        }

        return cards;
    }

    internal static System.Linq.Expressions.Expression<Func<CardAccount, SoldGiftCardRow>> Row(LoyaltyDbContext db) => x => new SoldGiftCardRow(
        x.Card.Id, x.Card.LastFour,
        db.GiftCardPlans.Where(p => p.Id == x.Card.PlanId).Select(p => p.Name).First(), db.GiftCardPlans.Where(p => p.Id == x.Card.PlanId).Select(p => p.Code).First(),
        x.Card.CardType, x.Card.BuyerName, x.Card.BuyerPhone, x.Card.BuyerEmail,
        db.Stores.Where(s => s.Id == x.Card.StoreId).Select(s => s.Name).First(), db.Stores.Where(s => s.Id == x.Card.StoreId).Select(s => s.Code).First(), db.Stores.Where(s => s.Id == x.Card.StoreId).Select(s => s.TimeZone).First(),
        x.Card.Channel, x.Card.Currency, x.Card.FaceValue, x.Card.Paid, x.Account.Balance, x.Account.Status, x.Card.SoldAt, x.Card.SoldOn, x.Account.UsableUntil, x.Card.OrderNumber);

    /// <summary>“J•••”, “+1 ••• 0100”, “j•••@example.com”: enough to recognise, not to use.</summary>
    internal static SoldGiftCardRow WithMaskedBuyer(SoldGiftCardRow row) => row with
    {
        BuyerName = Masks.Name(row.BuyerName),
        BuyerPhone = Masks.Phone(row.BuyerPhone),
        BuyerEmail = Masks.Email(row.BuyerEmail),
    };

    private IQueryable<CardAccount> ByNumber(IQueryable<CardAccount> cards, string? number)
    {
        if (string.IsNullOrWhiteSpace(number))
        {
            return cards;
        }

        var normal = CardNumbers.Normalise(number);
        if (normal.Length <= 4)
        {
            return cards.Where(x => x.Card.LastFour == normal);
        }

        var hash = numbers.HashNumber(normal);

        return cards.Where(x => x.Card.NumberHash == hash);
    }

    private IQueryable<CardAccount> ByBuyer(LoyaltyDbContext db, IQueryable<CardAccount> cards, string? buyer, bool followsSearch)
    {
        if (Inputs.Clean(buyer)?.ToLowerInvariant() is not { } text)
        {
            return cards;
        }

        if (text.Length < ShortestSearch)
        {
            return cards.Where(x => x.Card.SearchText.StartsWith(text));
        }

        var phone = text[0] == '+' ? Inputs.NormalisePhone(text) : null;
        var ids = database.Provider.SearchGiftCards(db, phone ?? text);

        return followsSearch
            ? cards.Join(ids, x => x.Card.Id, id => id, (x, id) => new CardAccount { Card = x.Card, Account = x.Account, Found = id })
            : cards.Where(x => ids.Contains(x.Card.Id));
    }

    // A rare status finds few cards by itself; every other list with a buyer follows the search.
    private bool IsSearched(SoldGiftCardFilter filter) => database.Provider.SearchesInOrder && filter.Status is null && Inputs.Clean(filter.Buyer) is { Length: >= ShortestSearch };

    private static SortColumns<CardAccount> SortsFor(SoldGiftCardFilter filter, PageRequest page) =>
        filter.Status is not null || page.Sort == ByExpiry ? sortsByAccount : Inputs.Clean(filter.Buyer) is { Length: >= ShortestSearch } ? sortsByCard : Sorts;

    // “Not open” is said as well: it is the condition of the index.
    private static IQueryable<CardAccount> ByStatus(IQueryable<CardAccount> cards, GiftCardStatus? status) => status switch
    {
        GiftCardStatus.PendingActivation => cards.Where(x => x.Account.Status != AccountStatus.Open && x.Account.Status == AccountStatus.Pending),
        GiftCardStatus.Active => cards.Where(x => x.Account.Status == AccountStatus.Open && x.Account.Balance > 0),
        GiftCardStatus.UsedUp => cards.Where(x => x.Account.Status == AccountStatus.Open && x.Account.Balance == 0),
        GiftCardStatus.Frozen => cards.Where(x => x.Account.Status != AccountStatus.Open && x.Account.Status == AccountStatus.Blocked),
        GiftCardStatus.Expired => cards.Where(x => x.Account.Status != AccountStatus.Open && x.Account.Status == AccountStatus.Expired),
        GiftCardStatus.Refunded => cards.Where(x => x.Account.Status != AccountStatus.Open && x.Account.Status == AccountStatus.Closed),
        GiftCardStatus.Cancelled => cards.Where(x => x.Account.Status != AccountStatus.Open && x.Account.Status == AccountStatus.Cancelled),
        _ => cards,
    };
}
