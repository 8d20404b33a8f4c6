using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Wallets;

/// <summary>The arithmetic of paying a top-up's unused principal out, shown before it is done. Major units.</summary>
/// <param name="UnusedPrincipal">What of the principal is left.</param>
/// <param name="PaidShare">The part of it that was paid for: less when the top-up was sold at a discount.</param>
/// <param name="UsedBonus">What of the bonus was spent: deducted, for it was given for keeping the principal.</param>
/// <param name="ForfeitedBonus">What of the bonus is left: it goes with the principal.</param>
/// <param name="Amount">What is paid out: the paid share less the used bonus, never below zero.</param>
/// <param name="Refusal">Why nothing can be paid out; null when something can.</param>
public sealed record WithdrawalWorksheet(
    long TopUpId, string MemberNumber, string Currency, DateTimeOffset At, decimal Principal, decimal Bonus, decimal Paid,
    decimal UnusedPrincipal, decimal PaidShare, decimal UsedBonus, decimal ForfeitedBonus, decimal Amount, string? Refusal)
{
    internal LedgerAccount Account { get; init; } = null!;
    internal long TransactionId { get; init; }
}

/// <summary>Pays unused principal out (domain rules, Top-up 1): principal only, used bonus deducted, unused bonus forfeited.</summary>
public sealed class WalletWithdrawals(LoyaltyDatabase database, Ledger.Ledger ledger, AccessControl access, WalletRules rules, GiftCardCatalog catalog, TimeProvider clock) : ApprovalHandler
{
    private static readonly TransactionType[] spending = [TransactionType.Consumption, TransactionType.ConsumptionReversal, TransactionType.Hold, TransactionType.HoldRelease];

    public override ApprovalKind Kind => ApprovalKind.WalletWithdrawal;

    public override Permission ApproverNeeds => Permission.WalletsWithdrawApprove;

    /// <summary>What would be paid out now, with the arithmetic.</summary>
    [Requires(Permission.WalletsWithdraw)]
    public async Task<WithdrawalWorksheet> WorksheetAsync(Actor actor, long topUpId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.WalletsWithdraw, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await WorksheetAsync(db, grant, topUpId, cancel);
    }

    /// <summary>Pays the worksheet's amount out; above the role's refund limit it waits for a second person.</summary>
    /// <param name="expectedAmount">The amount the operator saw: if the wallet moved meanwhile, nothing is paid out.</param>
    [Requires(Permission.WalletsWithdraw)]
    public async Task<ValueDecision> WithdrawAsync(Actor actor, long topUpId, decimal expectedAmount, string reason, string operationId, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.WalletsWithdraw, cancel: cancel);
        new FieldErrors().Text(nameof(reason), "Reason", reason, 1000, required: true).ThrowIfAny();
        var operation = Operation.For(actor, operationId, "withdraw", topUpId, expectedAmount);
        if (await Approvals.FindAsync(database, Kind, topUpId, operation, cancel) is { } waiting)
        {
            return new ValueDecision(null, waiting);
        }

        if (grant.RefundLimit is { } limit && expectedAmount > limit && await ledger.FindAsync(operation, cancel) is null)
        {
            return new ValueDecision(null, await RequestAsync(grant, operation, topUpId, expectedAmount, reason, cancel));
        }

        var posted = await ledger.OnceAsync(operation, async db => await PostAsync(db, operation, Payable(await WorksheetAsync(db, grant, topUpId, cancel), expectedAmount), reason, cancel), cancel);

        return new ValueDecision(posted.Transaction.Id, ApprovalId: null);
    }

    public override async Task ExecuteAsync(LoyaltyDbContext db, Approval approval, Actor approver, CancellationToken cancel)
    {
        var system = await access.FindAsync(Actor.System, cancel);
        var worksheet = await WorksheetAsync(db, system!, approval.SubjectId, cancel);
        var operation = Operation.For(approver, approval.OperationKey, "withdraw", approval.SubjectId) with { Source = "approval" };
        await PostAsync(db, operation, Payable(worksheet, approval.Amount ?? 0), $"{approval.Reason} (asked for by {approval.RequestedByName})", cancel);
    }

    private Task<long> RequestAsync(Grant grant, Operation operation, long topUpId, decimal amount, string reason, CancellationToken cancel) =>
        database.WriteAsync(operation.Actor, async db =>
        {
            var worksheet = Payable(await WorksheetAsync(db, grant, topUpId, cancel), amount);
            // Of several requests about one wallet at once, each sees what the one before it filed.
            await database.Provider.LockRowsAsync(db, "LedgerAccounts", [worksheet.Account.Id], cancel);

            return await Approvals.FindAsync(db, Kind, topUpId, operation, cancel) ?? (await Approvals.RequestAsync(db, new Approval
            {
                Kind = Kind,
                Subject = worksheet.MemberNumber,
                SubjectId = topUpId,
                Amount = worksheet.Amount,
                Currency = worksheet.Currency,
                StoreId = worksheet.Account.StoreId,
                Request = Approvals.RequestText(operation, new { topUpId, worksheet.Amount }),
                Reason = reason.Trim(),
                RequestedByKey = operation.Actor.Key,
                RequestedByName = operation.Actor.Name,
                RequestedAt = clock.GetUtcNow(),
            }, cancel)).Id;
        }, cancel);

    private static WithdrawalWorksheet Payable(WithdrawalWorksheet worksheet, decimal expected) => worksheet.Refusal is { } refusal
        ? throw new RuleViolationException("not_refundable", refusal)
        : worksheet.Amount == expected ? worksheet : throw new ConcurrentChangeException("The wallet");

    private async Task<WithdrawalWorksheet> WorksheetAsync(LoyaltyDbContext db, Grant grant, long topUpId, CancellationToken cancel)
    {
        var topUp = await db.WalletTopUps.FirstOrDefaultAsync(t => t.Id == topUpId, cancel);
        if (topUp is null || !grant.Sees(topUp.StoreId))
        {
            throw new NotFoundException("The top-up");
        }

        var account = await db.LedgerAccounts.AsNoTracking().SingleAsync(a => a.Id == topUp.AccountId, cancel);
        var number = await db.Members.Where(m => m.Id == account.MemberId).Select(m => m.Number).SingleAsync(cancel);
        var lots = await (from movement in db.LedgerLotMovements
                          where movement.TransactionId == topUp.TransactionId
                          join lot in db.LedgerLots on movement.LotId equals lot.Id
                          select lot).ToListAsync(cancel);
        var bonusLots = lots.Where(lot => lot.Kind == LotKind.Bonus).Select(lot => lot.Id).ToArray();
        var usedBonus = -await (from movement in db.LedgerLotMovements
                                where bonusLots.Contains(movement.LotId)
                                join transaction in db.LedgerTransactions on movement.TransactionId equals transaction.Id
                                where spending.Contains(transaction.Type)
                                select movement.Amount).SumAsync(cancel);
        var (unused, bonusLeft) = (lots.Where(lot => lot.Kind == LotKind.Principal).Sum(lot => lot.Remaining), lots.Where(lot => lot.Kind == LotKind.Bonus).Sum(lot => lot.Remaining));
        var currency = Currency.Of(account.Currency);
        var paidShare = topUp.Paid >= topUp.Principal ? unused : (long)Math.Round((decimal)unused * topUp.Paid / topUp.Principal, MidpointRounding.AwayFromZero);
        var amount = Math.Max(0, paidShare - usedBonus);
        var settings = await rules.SettingsAsync(cancel);

        return new WithdrawalWorksheet(topUp.Id, number, currency.Code, topUp.At, currency.ToMajor(topUp.Principal), currency.ToMajor(topUp.Bonus), currency.ToMajor(topUp.Paid),
            currency.ToMajor(unused), currency.ToMajor(paidShare), currency.ToMajor(usedBonus), currency.ToMajor(bonusLeft), currency.ToMajor(amount),
            !settings.AllowsWithdrawal ? "The settings do not allow paying wallets out."
            : account.Status != AccountStatus.Open ? "The wallet is frozen. Restore it first."
            : unused == 0 ? "Nothing of this top-up's principal is left."
            : amount == 0 ? "The bonus that was used is worth more than the principal that is left."
            : null)
        {
            Account = account,
            TransactionId = topUp.TransactionId,
        };
    }

    private async Task<LedgerTransaction> PostAsync(LoyaltyDbContext db, Operation operation, WithdrawalWorksheet worksheet, string reason, CancellationToken cancel)
    {
        var currency = Currency.Of(worksheet.Currency);
        var leaving = currency.ToMinor(worksheet.UnusedPrincipal + worksheet.ForfeitedBonus);
        var paidOut = currency.ToMinor(worksheet.Amount);
        var store = await catalog.StoreAsync(worksheet.Account.StoreId, cancel);
        var now = clock.GetUtcNow();

        return await ledger.PostAsync(db, new Posting
        {
            Operation = operation,
            Type = TransactionType.Withdrawal,
            AccountKind = AccountKind.Wallet,
            AccountId = worksheet.Account.Id,
            Currency = currency.Code,
            Amount = -leaving,
            House = [new HouseLeg(House.CashIn, paidOut), new HouseLeg(House.PromotionCost, leaving - paidOut)],
            HomeStoreId = worksheet.Account.StoreId,
            StoreId = worksheet.Account.StoreId,
            Channel = Channel.Pos,
            BusinessDay = store.Zone.DayOf(now),
            At = now,
            Reason = Inputs.Clean(reason),
            OnlyWhileUsable = false,
            ExpectedSequence = worksheet.Account.LastSequence,
            Lots = new LotChange.Take { FirstOf = worksheet.TransactionId, WhateverDates = true },
        }, cancel);
    }
}
