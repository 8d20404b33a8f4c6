using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Members;

/// <summary>Which members exist for a caller: those at home in the caller's stores and those of no store. Merged duplicates exist for nobody.</summary>
internal static class MemberQueries
{
    public static IQueryable<Member> Members(LoyaltyDbContext db, Grant grant, long? storeView = null)
    {
        var ids = grant.Stores.StoreIds.ToArray();
        var members = db.Members.Where(m => m.Status != MemberStatus.Merged);
        members = grant.Stores.Kind switch
        {
            StoreScopeKind.Included => members.Where(m => m.HomeStoreId == null || ids.Contains(m.HomeStoreId.Value)),
            StoreScopeKind.Excluded => members.Where(m => m.HomeStoreId == null || !ids.Contains(m.HomeStoreId.Value)),
            _ => members,
        };

        return storeView is { } store ? members.Where(m => m.HomeStoreId == store) : members;
    }
}
