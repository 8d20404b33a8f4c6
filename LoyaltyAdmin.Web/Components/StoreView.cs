using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Web.Components;

/// <summary>
/// What the store switch in the header says in this tab: one store, or the group (all stores the user may see). Pages read
/// <see cref="Stores"/> for their filters and follow <see cref="Changed"/>; services check the user's own scope again.
/// </summary>
public sealed class StoreView(StoreCatalog catalog, BrowserMemory memory)
{
    /// <summary>The query string's name of the store, e.g. <c>?view=NYC01</c>.</summary>
    public const string QueryName = "view";

    private const string MemoryName = "store";

    public event Func<Task>? Changed;

    /// <summary>The stores the user may choose.</summary>
    public IReadOnlyList<StoreChoice> Choices { get; private set; } = [];

    /// <summary>Organisations and groups; offered to users of all stores.</summary>
    public IReadOnlyList<StoreGroupChoice> Groups { get; private set; } = [];

    /// <summary>The chosen store; null: Group View.</summary>
    public StoreChoice? Store { get; private set; }

    public long? StoreId => Store?.Id;

    /// <summary>Zone of dates on the page: the store's, or the company's.</summary>
    public TimeZoneInfo Zone => Calendar.Zone(Store?.TimeZone ?? Company?.TimeZone ?? "UTC");

    public CompanySettings? Company { get; private set; }

    /// <summary>The chosen store as a scope to filter by.</summary>
    public StoreScope Stores => Store is { } store ? StoreScope.Only(store.Id) : StoreScope.All;

    /// <summary>Reads what the user may choose; a user of one store always sees that store. The address names the store, or else it is the one chosen last.</summary>
    public async Task LoadAsync(Grant grant, string? code)
    {
        memory.Owner = grant.Actor.Key;
        // The browser answers while the database does.
        var recalled = code is null ? memory.RecallAsync<string>(MemoryName) : null;
        Company = await catalog.CompanyAsync();
        Choices = await catalog.ChoicesAsync(grant.Stores);
        Groups = await catalog.GroupsAsync();
        code ??= recalled is null ? null : await recalled;
        Store = Choices.Count == 1 && grant.Stores.Kind != StoreScopeKind.All ? Choices[0] : Choices.FirstOrDefault(store => store.Code == code);
    }

    public async Task ChooseAsync(string? code)
    {
        Store = Choices.FirstOrDefault(store => store.Code == code);
        await memory.KeepAsync(MemoryName, Store?.Code);
        foreach (var handler in Changed?.GetInvocationList().Cast<Func<Task>>() ?? [])
        {
            await handler();
        }
    }

    /// <summary>The stores something applies to, as a list shows them.</summary>
    public string Codes(StoreScope scope) => scope.Kind switch
    {
        StoreScopeKind.All => "All stores",
        StoreScopeKind.Included => string.Join(", ", GroupNames(scope).Concat(Choices.Where(store => scope.StoreIds.Contains(store.Id)).Select(store => store.Code))),
        _ => string.Join(", ", Choices.Where(store => Present(scope).Allows(store.Id)).Select(store => store.Code)),
    };

    /// <summary>The organisations and groups a scope names.</summary>
    public IEnumerable<string> GroupNames(StoreScope scope) => Groups.Where(group => scope.GroupIds.Contains(group.Id)).Select(group => group.Name);

    private StoreScope Present(StoreScope scope) => scope.With(Groups.Where(group => scope.GroupIds.Contains(group.Id)).SelectMany(group => group.StoreIds));

    /// <summary>A moment as the page shows it, in the zone of the view.</summary>
    public string Time(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, Zone).ToString("MMM d, yyyy h:mm tt", System.Globalization.CultureInfo.CurrentCulture);
}
