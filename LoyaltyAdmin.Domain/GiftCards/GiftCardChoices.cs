using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Agreements;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Stores;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>Something to choose by name.</summary>
public sealed record Choice(long Id, string Name);

/// <summary>What the lists of gift cards and transactions are filtered by.</summary>
public sealed record GiftCardFilterChoices(IReadOnlyList<StoreChoice> Stores, IReadOnlyList<Choice> Plans, IReadOnlyList<string> Currencies);

/// <summary>What a gift card plan is made of besides numbers: stores, agreements, faces, and the company's rules.</summary>
public sealed record GiftCardFormChoices(IReadOnlyList<StoreChoice> Stores, IReadOnlyList<Choice> TermsOfUse, IReadOnlyList<DesignChoice> Designs, string Currency, string Company, int MinimumMonths);

/// <summary>What forms and filters offer. A caller is offered own stores only.</summary>
public sealed class GiftCardChoices(LoyaltyDatabase database, AccessControl access, StoreCatalog stores, GiftCardDesigns designs)
{
    [Requires(Permission.GiftCardsRead)]
    public async Task<GiftCardFilterChoices> ForFiltersAsync(Actor actor, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.GiftCardsRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var plans = await db.GiftCardPlans.OrderBy(p => p.Name).ThenBy(p => p.Code).Select(p => new { p.Id, p.Code, p.Name, p.Currency }).ToListAsync(cancel);

        return new GiftCardFilterChoices(await stores.ChoicesAsync(grant.Stores, cancel), [.. plans.Select(p => new Choice(p.Id, $"{p.Name} ({p.Code})"))], [.. plans.Select(p => p.Currency).Distinct().Order(StringComparer.Ordinal)]);
    }

    [Requires(Permission.PlansRead)]
    public async Task<GiftCardFormChoices> ForFormAsync(Actor actor, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.PlansRead, cancel: cancel);
        var faces = await designs.ListAsync(actor, cancel);
        await using var db = await database.ReadAsync(cancel);
        var terms = await db.Agreements.Where(a => a.Kind == AgreementKind.GiftCardTerms && a.IsActive).OrderBy(a => a.Title).Select(a => new Choice(a.Id, a.Title)).ToListAsync(cancel);
        var company = await db.CompanySettings.FirstOrDefaultAsync(cancel);

        return new GiftCardFormChoices(await stores.ChoicesAsync(grant.Stores, cancel), terms, faces, company?.Currency ?? "USD", company?.Name ?? "", company?.MinimumGiftCardMonths ?? 0);
    }
}
