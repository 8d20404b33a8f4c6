using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Tests.Support;

public sealed class StoreBuilder(string code)
{
    private string timeZone = "America/New_York";
    private bool isOpen = true;

    public StoreBuilder InZone(string zone)
    {
        timeZone = zone;

        return this;
    }

    public StoreBuilder Closed()
    {
        isOpen = false;

        return this;
    }

    public Store Build() => new() { Code = code, Name = $"Store {code}", TimeZone = timeZone, IsOpen = isOpen };

    public async Task<Store> SaveToAsync(TestDatabase database)
    {
        var store = Build();
        await database.AddAsync(store);

        return store;
    }
}

public sealed class RoleBuilder(string name)
{
    private readonly HashSet<Permission> permissions = [];
    private Action<Role> change = _ => { };

    public RoleBuilder With(params IEnumerable<Permission> granted)
    {
        permissions.UnionWith(granted);

        return this;
    }

    /// <summary>Sets anything else, e.g. a limit.</summary>
    public RoleBuilder Where(Action<Role> set)
    {
        change += set;

        return this;
    }

    public Role Build()
    {
        var role = new Role { Name = name, Permissions = [.. permissions] };
        change(role);

        return role;
    }

    public async Task<Role> SaveToAsync(TestDatabase database)
    {
        var role = Build();
        await database.AddAsync(role);

        return role;
    }
}

/// <summary>A staff user with a role of its own that grants exactly what is named.</summary>
public sealed class StaffUserBuilder(string name)
{
    private readonly RoleBuilder ownRole = A.Role();
    private Role? role;
    private StoreScope stores = StoreScope.All;
    private bool isEnabled = true;

    public StaffUserBuilder With(params IEnumerable<Permission> granted)
    {
        ownRole.With(granted);

        return this;
    }

    /// <summary>Holds this stored role instead of one of its own.</summary>
    public StaffUserBuilder As(Role stored)
    {
        role = stored;

        return this;
    }

    /// <summary>Refunds above this amount wait for approval.</summary>
    public StaffUserBuilder RefundingUpTo(decimal limit)
    {
        ownRole.Where(r => r.RefundLimit = limit);

        return this;
    }

    /// <summary>Sees only these stores.</summary>
    public StaffUserBuilder In(params IEnumerable<Store> only)
    {
        stores = StoreScope.Only(only.Select(store => store.Id));

        return this;
    }

    public StaffUserBuilder Disabled()
    {
        isEnabled = false;

        return this;
    }

    /// <summary>Stores the user and its role; the result calls services.</summary>
    public async Task<Actor> SaveToAsync(TestDatabase database)
    {
        role ??= await ownRole.SaveToAsync(database);
        var email = $"{Guid.NewGuid():N}@example.com";
        var user = new StaffUser
        {
            DisplayName = name,
            UserName = email,
            NormalizedUserName = email.ToUpperInvariant(),
            Email = email,
            NormalizedEmail = email.ToUpperInvariant(),
            RoleId = role.Id,
            Stores = stores,
            IsEnabled = isEnabled,
            CreatedAt = database.Clock.Now,
        };
        await database.AddAsync(user);

        return Actor.Staff(user.Id, name);
    }
}

/// <summary>An API client with exactly the scopes named; it has no key, the result calls services.</summary>
public sealed class ApiClientBuilder(string name)
{
    private readonly HashSet<ApiScope> scopes = [];
    private StoreScope stores = StoreScope.All;
    private Action<ApiClient> change = _ => { };

    public ApiClientBuilder With(params IEnumerable<ApiScope> granted)
    {
        scopes.UnionWith(granted);

        return this;
    }

    public ApiClientBuilder In(params IEnumerable<Store> only)
    {
        stores = StoreScope.Only(only.Select(store => store.Id));

        return this;
    }

    public ApiClientBuilder Redeeming(int perSecond) => Where(client => client.RedemptionsPerSecond = perSecond);

    /// <summary>Sets anything else, e.g. that it must sign.</summary>
    public ApiClientBuilder Where(Action<ApiClient> set)
    {
        change += set;

        return this;
    }

    /// <summary>Takes back the scopes named so far.</summary>
    public ApiClientBuilder WithOnly(params IEnumerable<ApiScope> granted)
    {
        scopes.Clear();

        return With(granted);
    }

    public async Task<Actor> SaveToAsync(TestDatabase database)
    {
        var client = new ApiClient { Name = name, Scopes = [.. scopes], Stores = stores, CreatedAt = database.Clock.Now };
        change(client);
        await database.AddAsync(client);

        return Actor.ApiClient(client.Id, name);
    }
}
