using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Agreements;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Demo;

/// <summary>What the demo company sells: plans of every kind the documents describe, with their terms of use.</summary>
internal sealed class DemoPlans(LoyaltyDatabase database, GiftCardPlans plans, GiftCardDesigns designs, TimeProvider clock)
{
    public const string Classic = "Aurora Classic";
    public const string Plastic = "Aurora Plastic";
    public const string Moon = "Mid-Autumn Moon";
    public const string Birthday = "Birthday Treat";
    public const string Europe = "Aurora Europe";
    public const string Launch = "Launch Special";
    private const string Festival = "Spring Festival";

    private const string Terms =
        """
        Gift cards are payable goods and services vouchers of the store that sold them. They can be spent wholly or in parts in every store named on the card.
        A card is not a credit or debit card and is never exchanged for cash, except where the law says so. Lost cards can be frozen; bring the receipt.
        """;

    /// <summary>Creates what is missing and returns the plans by name.</summary>
    public async Task<IReadOnlyDictionary<string, GiftCardPlan>> CreateAsync(Actor actor, CancellationToken cancel)
    {
        var (usTerms, euTerms) = (await AgreementAsync("Gift card terms", Terms, cancel), await AgreementAsync("Gift card terms (EU)", Terms + "Withdrawal is possible within 14 days of an online purchase.", cancel));
        // What a member's own page asks for.
        await AgreementAsync("Terms of use", "Membership is free and personal.\n\nPoints and coupons are yours to use in all our stores until they end. They are never paid out in cash.\n\nYou may leave at any time; ask in a store or write to us.", cancel, AgreementKind.TermsOfUse);
        await AgreementAsync("Privacy policy", "We keep what you tell us and what you buy with your card, to count your points and to send you what you agreed to.\n\nYou decide under “Messages” how we may reach you, and may ask us to erase everything.", cancel, AgreementKind.PrivacyPolicy);
        await using var db = await database.ReadAsync(cancel);
        var web = await db.Stores.Where(store => store.Code == "WEB01").Select(store => (long?)store.Id).FirstOrDefaultAsync(cancel);
        var known = await db.GiftCardPlans.Select(plan => plan.Name).ToListAsync(cancel);
        var library = await designs.LibraryAsync(cancel);
        foreach (var (form, isDraft) in Forms(usTerms, euTerms, web, library))
        {
            if (!known.Contains(form.Name))
            {
                await plans.SaveAsync(actor, form, isDraft, cancel);
            }
        }

        return await db.GiftCardPlans.GroupBy(plan => plan.Name).Select(group => group.OrderBy(plan => plan.Id).First()).ToDictionaryAsync(plan => plan.Name, cancel);
    }

    private static IEnumerable<(GiftCardPlanForm Form, bool IsDraft)> Forms(long usTerms, long euTerms, long? web, IReadOnlyDictionary<string, long> designs)
    {
        var asked = new PurchaseInformation(FieldRequirement.Optional, FieldRequirement.Optional, FieldRequirement.Optional);
        yield return (new()
        {
            Name = Classic,
            Currency = "USD",
            DesignId = designs["classic"],
            Denominations = [Worth(25), Worth(50), Worth(100), Worth(200, 20)],
            AllowCustomAmount = true,
            CustomMinimum = 50,
            CustomMaximum = 500,
            PurchaseInformation = asked,
            ValidityUnit = ValidityUnit.Years,
            ValidityCount = 5,
            PosRecharge = true,
            TermsOfUseId = usTerms,
        }, false);
        yield return (new()
        {
            Name = Plastic,
            Currency = "USD",
            CardType = GiftCardType.Physical,
            DesignId = designs["evergreen"],
            Denominations = [Worth(50), Worth(100)],
            PurchaseInformation = asked with { CardNumber = FieldRequirement.Mandatory },
            ValidityUnit = ValidityUnit.None,
            SellOnline = false,
            PosRecharge = true,
            TermsOfUseId = usTerms,
        }, false);
        yield return (new() { Name = Moon, Currency = "USD", DesignId = designs["mid-autumn"], Denominations = [Worth(88, 8), Worth(188, 20)], PurchaseInformation = asked, ValidityUnit = ValidityUnit.Months, ValidityCount = 6, TermsOfUseId = usTerms }, false);
        yield return (new() { Name = Birthday, Currency = "USD", DesignId = designs["birthday"], Denominations = [Worth(30), Worth(60)], PurchaseInformation = asked with { BuyerEmail = FieldRequirement.Mandatory }, ValidityCount = 1, RefundPolicy = GiftCardRefundPolicy.ProRata, TermsOfUseId = usTerms }, false);
        yield return (new()
        {
            Name = Europe,
            Currency = "EUR",
            DesignId = designs["ocean"],
            Denominations = [Worth(25), Worth(50), Worth(100)],
            Stores = web is { } store ? StoreScope.Only(store) : StoreScope.All,
            PurchaseInformation = asked with { BuyerEmail = FieldRequirement.Mandatory },
            ValidityCount = 3,
            SellAtPos = false,
            TermsOfUseId = euTerms,
        }, false);
        yield return (new() { Name = Launch, Currency = "USD", DesignId = designs["thank-you"], Denominations = [Worth(50, 10)], PurchaseInformation = asked, ValidityUnit = ValidityUnit.Days, ValidityCount = 90, SellOnline = false, TermsOfUseId = usTerms }, false);
        yield return (new() { Name = Festival, Currency = "USD", DesignId = designs["spring-festival"], Denominations = [Worth(68), Worth(168, 18)], PurchaseInformation = asked, ValidityCount = 1, TermsOfUseId = usTerms }, true);
    }

    private static DenominationForm Worth(decimal value, decimal? discount = null) => new() { FaceValue = value, Discount = discount };

    private Task<long> AgreementAsync(string title, string body, CancellationToken cancel, AgreementKind kind = AgreementKind.GiftCardTerms) => database.WriteAsync(Actor.System, async db =>
    {
        if (await db.Agreements.FirstOrDefaultAsync(agreement => agreement.Title == title, cancel) is { } known)
        {
            return known.Id;
        }

        var agreement = new Agreement { Kind = kind, Title = title, CurrentVersion = 1 };
        db.Agreements.Add(agreement);
        await db.SaveChangesAsync(cancel);
        db.AgreementVersions.Add(new AgreementVersion { AgreementId = agreement.Id, Number = 1, Body = body, PublishedAt = clock.GetUtcNow(), PublishedBy = Actor.System.Name });

        return agreement.Id;
    }, cancel);
}
