using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;

namespace LoyaltyAdmin.Domain.Points;

/// <summary>Moves a duplicate's points to the member it is merged into, also points below zero: the person owes them.</summary>
public sealed class PointsTransfers(LoyaltyDatabase database, Ledger.Ledger ledger, GroupCalendar calendar) : MemberTransfers(database, ledger, calendar)
{
    public override AccountKind Kind => AccountKind.Points;
}
