using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Points;

/// <summary>Points for one member.</summary>
/// <param name="Operation">Its key makes it happen once.</param>
/// <param name="Reason">Why, as the member reads it in the transactions.</param>
internal sealed record PointsToGive(Operation Operation, long MemberId, decimal Points, string Reason);

/// <summary>What became of it.</summary>
/// <param name="Refusal">Why not, in words; null: given.</param>
internal sealed record PointsGiven(decimal Balance, string? Refusal);

/// <summary>The door of <see cref="PointsPostings"/> for many members at once: the same points, expiry and refusals, without a round trip per member.</summary>
public sealed class PointsGifts(LedgerGrants grants, MemberAccounts accounts, GroupCalendar calendar)
{
    /// <summary>Gives within the caller's transaction and answers in the order asked.</summary>
    internal async Task<IReadOnlyList<PointsGiven>> GiveAsync(LoyaltyDbContext db, IReadOnlyList<PointsToGive> gifts, CancellationToken cancel)
    {
        var day = await calendar.TodayAsync(db, cancel);
        var expires = (await PointsPostings.SettingsAsync(db, cancel)).ExpiresAt(day.Now, day.Zone);
        var accountOf = await AccountsAsync(db, [.. gifts.Select(gift => gift.MemberId).Distinct()], cancel);
        var answers = new PointsGiven[gifts.Count];
        // An account moves once per round; nearly always one round is all.
        var waiting = Enumerable.Range(0, gifts.Count).ToList();
        while (waiting.Count > 0)
        {
            var round = waiting.DistinctBy(i => gifts[i].MemberId).ToList();
            var posted = await grants.PostAsync(db, [.. round.Select(i => new LedgerGrant(gifts[i].Operation, accountOf[gifts[i].MemberId], Currency.Points.ToMinor(PointsPostings.Rounded(gifts[i].Points)), expires, Inputs.Clean(gifts[i].Reason)))], day, cancel);
            for (var i = 0; i < round.Count; i++)
            {
                answers[round[i]] = new PointsGiven(Currency.Points.ToMajor(posted[i].BalanceAfter),
                    posted[i].Refusal is { } refusal ? Refusals.Exception(refusal, posted[i].BalanceAfter, Currency.Points.Code, AccountKind.Points).Message : null);
            }

            waiting = [.. waiting.Except(round)];
        }

        return answers;
    }

    private async Task<Dictionary<long, long>> AccountsAsync(LoyaltyDbContext db, long[] members, CancellationToken cancel)
    {
        var without = await db.Members.Where(m => EF.Parameter(members).Contains(m.Id) && !db.LedgerAccounts.Any(a => a.MemberId == m.Id && a.Kind == AccountKind.Points))
            .Select(m => new { m.Id, m.HomeStoreId }).ToListAsync(cancel);
        foreach (var store in without.GroupBy(m => m.HomeStoreId))
        {
            long[] ids = [.. store.Select(m => m.Id)];
            await accounts.OpenManyAsync(db, ids, AccountKind.Points, Currency.Points.Code, store.Key ?? await PointsPostings.HomeAsync(db, ids[0], cancel), cancel);
        }

        return await db.LedgerAccounts.Where(a => a.MemberId != null && EF.Parameter(members).Contains(a.MemberId.Value) && a.Kind == AccountKind.Points && a.Currency == Currency.Points.Code)
            .Select(a => new { Member = a.MemberId!.Value, a.Id }).ToDictionaryAsync(a => a.Member, a => a.Id, cancel);
    }
}
