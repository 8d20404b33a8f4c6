using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Demo;

/// <summary>A demo account as the sign-in page and the console name it.</summary>
public sealed record DemoAccount(string Email, string Name, string Role, string? StoreCode = null);

/// <summary>What every installation starts with (roles), and the demo company a newcomer signs in to (Development with an empty database only).</summary>
public sealed class DemoAccess(LoyaltyDatabase database, SecretKeys keys, IPasswordHasher<StaffUser> passwords, TimeProvider clock)
{
    /// <summary>Shown on the sign-in page in Development; no other installation ever has an account with it.</summary>
    public const string Password = "try-loyalty-admin";

    public const string ApiClientName = "Demo POS";

    public static readonly IReadOnlyList<DemoAccount> Accounts =
    [
        new("administrator@demo.example", "Alex Morgan", DefaultRoles.Administrator),
        new("marketing@demo.example", "Maya Lindqvist", DefaultRoles.MarketingManager),
        new("store@demo.example", "Sam Rivera", DefaultRoles.StoreStaff, "NYC01"),
        new("finance@demo.example", "Fiona Clarke", DefaultRoles.Finance),
        new("finance2@demo.example", "Felix Okafor", DefaultRoles.Finance),
        new("analyst@demo.example", "Anya Petrova", DefaultRoles.Analyst),
    ];

    private static readonly IReadOnlyList<(string Code, string Name, string TimeZone, string City, string Address)> stores =
    [
        ("NYC01", "Aurora Bryant Park", "America/New_York", "New York", "40 W 40th Street, New York, NY 10018"),
        ("CHI01", "Aurora Wicker Park", "America/Chicago", "Chicago", "1550 N Milwaukee Avenue, Chicago, IL 60622"),
        ("LAX01", "Aurora Silver Lake", "America/Los_Angeles", "Los Angeles", "3200 W Sunset Boulevard, Los Angeles, CA 90026"),
        ("WEB01", "Aurora Online", "America/New_York", "Online", "shop.aurora.example"),
    ];

    /// <summary>Makes the roles of a new installation; does nothing where there are roles.</summary>
    public async Task EnsureRolesAsync(bool withTwoFactor, CancellationToken cancel = default)
    {
        try
        {
            await database.WriteAsync(Actor.System, async db =>
            {
                if (!await db.Roles.AnyAsync(cancel))
                {
                    db.Roles.AddRange(DefaultRoles.Create(withTwoFactor));
                }
            }, cancel);
        }
        catch (DbUpdateException exception) when (database.Provider.IsUniqueViolation(exception))
        {
            // Another node of a new installation was faster.
        }
    }

    /// <summary>Whether somebody can sign in at all.</summary>
    public async Task<bool> HasAccountsAsync(CancellationToken cancel = default)
    {
        await using var db = await database.ReadAsync(cancel);

        return await db.Staff.AnyAsync(cancel);
    }

    /// <summary>Whether this database holds the demo company.</summary>
    public async Task<bool> IsDemoAsync(CancellationToken cancel = default)
    {
        await using var db = await database.ReadAsync(cancel);

        return await db.ApiKeys.AnyAsync(key => key.KeyId == ApiKeyText.Demo(keys).KeyId, cancel);
    }

    /// <summary>Fills an empty database with the demo company's stores, accounts and API client; false when it is not empty.</summary>
    public async Task<bool> CreateCompanyAsync(CancellationToken cancel = default)
    {
        if (await HasAccountsAsync(cancel))
        {
            return false;
        }

        return await database.WriteAsync(Actor.System, async db =>
        {
            if (await db.Staff.AnyAsync(cancel) || await db.CompanySettings.AnyAsync(cancel))
            {
                return false;
            }

            db.CompanySettings.Add(new CompanySettings { Name = "Aurora Coffee & Goods", TimeZone = "America/New_York", Currency = "USD" });
            db.Stores.AddRange(stores.Select(s => new Store { Code = s.Code, Name = s.Name, TimeZone = s.TimeZone, City = s.City, Address = s.Address }));
            await db.SaveChangesAsync(cancel);
            await AddAccountsAsync(db, cancel);
            await AddApiClientAsync(db, cancel);

            return true;
        }, cancel);
    }

    private async Task AddAccountsAsync(LoyaltyDbContext db, CancellationToken cancel)
    {
        var storeIds = await db.Stores.ToDictionaryAsync(store => store.Code, store => store.Id, cancel);
        var roleIds = await db.Roles.ToDictionaryAsync(role => role.Name, role => role.Id, cancel);
        string? hash = null;
        foreach (var account in Accounts)
        {
            var user = StaffUsers.New(account.Email, account.Name, roleIds[account.Role], account.StoreCode is { } code ? StoreScope.Only(storeIds[code]) : StoreScope.All, clock.GetUtcNow());
            user.PasswordHash = hash ??= passwords.HashPassword(user, Password);
            db.Staff.Add(user);
        }
    }

    private async Task AddApiClientAsync(LoyaltyDbContext db, CancellationToken cancel)
    {
        var client = new ApiClient { Name = ApiClientName, Scopes = Enum.GetValues<ApiScope>(), CreatedAt = clock.GetUtcNow() };
        db.ApiClients.Add(client);
        await db.SaveChangesAsync(cancel);
        var key = ApiKeyText.Demo(keys);
        db.ApiKeys.Add(new ApiKey
        {
            ApiClientId = client.Id,
            KeyId = key.KeyId,
            Hash = key.Hash(),
            SigningSecret = keys.Seal(ApiKeyText.NewSigningSecret()),
            CreatedAt = clock.GetUtcNow(),
        });
    }
}
