using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Wallets;

/// <summary>A payment of an example, major units.</summary>
/// <param name="PaidOut">What could be paid out of the top-up afterwards: the principal that is left, less the bonus that was used.</param>
public sealed record WalletExamplePayment(decimal Amount, decimal FromPrincipal, decimal FromBonus, decimal PrincipalLeft, decimal BonusLeft, decimal PaidOut);

/// <summary>What an order of spending means, worked out by the rule payments follow.</summary>
public static class WalletExample
{
    /// <summary>Each payment is made from a wallet as it was topped up, not one after the other.</summary>
    public static IReadOnlyList<WalletExamplePayment> Of(LotOrder order, Currency currency, decimal principal, decimal bonus, params IReadOnlyList<decimal> payments)
    {
        List<OpenLot> lots = [new(1, LotKind.Principal, currency.ToMinor(principal), null, null), new(2, LotKind.Bonus, currency.ToMinor(bonus), null, null)];

        return [.. payments.Select(amount =>
        {
            var taken = LotAllocation.Take(lots, new LotChange.Take { Order = order }, currency.ToMinor(amount), DateTimeOffset.UnixEpoch, new HashSet<long>());
            decimal Of(long lot) => currency.ToMajor(taken.Where(part => part.LotId == lot).Sum(part => part.Amount));
            var (fromPrincipal, fromBonus) = (Of(1), Of(2));

            return new WalletExamplePayment(amount, fromPrincipal, fromBonus, principal - fromPrincipal, bonus - fromBonus, Math.Max(0, principal - fromPrincipal - fromBonus));
        })];
    }
}
