using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Wallets;

/// <summary>Moves a duplicate's wallets to the member it is merged into; what is posted over stays a top-up whose unused principal can be asked for.</summary>
public sealed class WalletTransfers(LoyaltyDatabase database, Ledger.Ledger ledger, GroupCalendar calendar) : MemberTransfers(database, ledger, calendar)
{
    public override AccountKind Kind => AccountKind.Wallet;

    protected override async Task DemandMovableAsync(LoyaltyDbContext db, LedgerAccount from, LedgerAccount into, CancellationToken cancel)
    {
        await base.DemandMovableAsync(db, from, into, cancel);
        if (await db.WalletHolds.AnyAsync(h => h.AccountId == from.Id && h.Status == WalletHoldStatus.Open, cancel))
        {
            throw new RuleViolationException("wallet_has_holds", "Something is set aside in the duplicate's wallet. Capture or release it first, or wait until it comes back.") { Field = "duplicate" };
        }
    }

    protected override Task GoneOverAsync(LoyaltyDbContext db, LedgerAccount account, long memberId, CancellationToken cancel) =>
        db.WalletHolds.Where(h => h.AccountId == account.Id).ExecuteUpdateAsync(set => set.SetProperty(h => h.MemberId, memberId), cancel);

    protected override async Task CameInAsync(LoyaltyDbContext db, LedgerAccount from, LedgerAccount into, IReadOnlyList<LedgerLot> lots, LedgerTransaction came, CancellationToken cancel)
    {
        var principal = lots.Where(lot => lot.Kind == LotKind.Principal).Sum(lot => lot.Remaining);
        db.WalletTopUps.Add(new WalletTopUp
        {
            AccountId = into.Id,
            MemberId = into.MemberId!.Value,
            TransactionId = came.Id,
            Source = "merge",
            Principal = principal,
            Bonus = came.Amount - principal,
            // What was paid for it stands with the duplicate's top-ups; principal is what was sold for its worth, but for discounts.
            Paid = await PaidAsync(db, from.Id, principal, cancel),
            StoreId = into.StoreId,
            Channel = Channel.Pos,
            At = came.At,
        });
    }

    /// <summary>The part of the principal that was paid for, over all top-ups of the wallet.</summary>
    private static async Task<long> PaidAsync(LoyaltyDbContext db, long accountId, long principal, CancellationToken cancel)
    {
        var sums = await db.WalletTopUps.Where(t => t.AccountId == accountId).GroupBy(_ => 1).Select(g => new { Principal = g.Sum(t => t.Principal), Paid = g.Sum(t => t.Paid) }).FirstOrDefaultAsync(cancel);

        return sums is null || sums.Principal == 0 || sums.Paid >= sums.Principal ? principal : (long)Math.Round((decimal)principal * sums.Paid / sums.Principal, MidpointRounding.AwayFromZero);
    }
}
