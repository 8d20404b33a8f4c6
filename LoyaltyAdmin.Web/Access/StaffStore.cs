using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;

namespace LoyaltyAdmin.Web.Access;

/// <summary>Identity's account store on this database: saves take their turn at the write gate; two-factor keys and recovery codes are sealed.</summary>
public sealed class StaffStore(LoyaltyDbContext db, LoyaltyDatabase database, SecretKeys keys, IdentityErrorDescriber describer)
    : UserOnlyStore<StaffUser, LoyaltyDbContext, long>(db, describer)
{
    public override Task<IdentityResult> CreateAsync(StaffUser user, CancellationToken cancellationToken = default) =>
        database.BehindGateAsync(() => base.CreateAsync(user, cancellationToken), cancellationToken);

    public override Task<IdentityResult> UpdateAsync(StaffUser user, CancellationToken cancellationToken = default) =>
        database.BehindGateAsync(() => base.UpdateAsync(user, cancellationToken), cancellationToken);

    public override Task<IdentityResult> DeleteAsync(StaffUser user, CancellationToken cancellationToken = default) =>
        database.BehindGateAsync(() => base.DeleteAsync(user, cancellationToken), cancellationToken);

    public override Task SetTokenAsync(StaffUser user, string loginProvider, string name, string? value, CancellationToken cancellationToken) =>
        base.SetTokenAsync(user, loginProvider, name, value is null ? null : Convert.ToBase64String(keys.Seal(value)), cancellationToken);

    public override async Task<string?> GetTokenAsync(StaffUser user, string loginProvider, string name, CancellationToken cancellationToken) =>
        await base.GetTokenAsync(user, loginProvider, name, cancellationToken) is { } sealedValue ? keys.Open(Convert.FromBase64String(sealedValue)) : null;
}
