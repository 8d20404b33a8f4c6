using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Points;

/// <summary>Tells members of points that expire soon, as many days before as the settings say: once per account and day of expiry, however often it runs.</summary>
public sealed class PointsExpiryNotices(LoyaltyDatabase database, MessageOutbox messages, GroupCalendar calendar)
{
    private const int Chunk = 2000;

    /// <summary>Returns how many members are told.</summary>
    public async Task<int> RunAsync(CancellationToken cancel = default)
    {
        var told = 0;
        for (long after = 0; ;)
        {
            var (count, last) = await database.WriteAsync(Actor.System, db => TellAsync(db, after, cancel), cancel);
            told += count;
            if (last is not { } next)
            {
                return told;
            }

            after = next;
        }
    }

    // By lots in the order of their accounts: what expires of one account at one moment is one message, also where it lies in several lots.
    private async Task<(int Told, long? Last)> TellAsync(LoyaltyDbContext db, long after, CancellationToken cancel)
    {
        var settings = await PointsPostings.SettingsAsync(db, cancel);
        if (settings.NoticeDays == 0)
        {
            return (0, null);
        }

        var day = await calendar.TodayAsync(db, cancel);
        var until = day.Zone.StartOf(day.Today.AddDays(settings.NoticeDays + 1));
        var due = await (from account in db.LedgerAccounts
                         where account.Kind == AccountKind.Points && account.Id > after
                             && db.LedgerLots.Any(lot => lot.AccountId == account.Id && lot.Remaining > 0 && lot.ExpiresAt > day.Now && lot.ExpiresAt <= until)
                             && db.Members.Any(m => m.Id == account.MemberId && m.Status == Members.MemberStatus.Active)
                         orderby account.Id
                         select new { account.Id, account.MemberId, account.Balance }).Take(Chunk).ToListAsync(cancel);
        var ids = due.ConvertAll(account => account.Id);
        var expiring = await db.LedgerLots.Where(lot => EF.Parameter(ids).Contains(lot.AccountId) && lot.Remaining > 0 && lot.ExpiresAt > day.Now && lot.ExpiresAt <= until)
            .GroupBy(lot => new { lot.AccountId, lot.ExpiresAt }).Select(g => new { g.Key.AccountId, ExpiresAt = g.Key.ExpiresAt!.Value, Points = g.Sum(lot => lot.Remaining) }).ToListAsync(cancel);
        var accounts = due.ToDictionary(account => account.Id);
        var news = expiring.ConvertAll(lot =>
        {
            var lastDay = day.Zone.DayOf(lot.ExpiresAt.AddTicks(-1));

            return new MessageRequest(MessageScenario.PointsExpiring, accounts[lot.AccountId].MemberId!.Value, string.Create(CultureInfo.InvariantCulture, $"points-expiring:{lot.AccountId}:{lastDay:yyyyMMdd}"))
            {
                Variables = new Dictionary<string, string?>
                {
                    ["points"] = PointsNews.Text(lot.Points),
                    ["expiresOn"] = lastDay.ToString("d MMM yyyy", CultureInfo.InvariantCulture),
                    ["balance"] = PointsNews.Text(accounts[lot.AccountId].Balance),
                },
                NotAfter = lot.ExpiresAt,
            };
        });

        return (await messages.AddAsync(db, news, cancel), due.Count == Chunk ? due[^1].Id : null);
    }
}
