using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Stores;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Demo;

/// <summary>The demo company's job history: a month of nights and the last hours, as if its server had been running. Nothing is run.</summary>
public sealed class DemoJobs(LoyaltyDatabase database, JobCatalog catalog, GroupCalendar calendar)
{
    private const string Node = "app-1:412";
    private const string OtherNode = "app-2:398";
    private const int Nights = 30;
    private const int Hours = 6;

    /// <summary>Says for every job of the schedule what it did; once, for jobs that have not run yet.</summary>
    public async Task LoadAsync(CancellationToken cancel = default)
    {
        await using var db = await database.ReadAsync(cancel);
        var day = await calendar.TodayAsync(db, cancel);
        var known = (await db.JobRuns.Select(run => run.Job).Distinct().ToListAsync(cancel)).ToHashSet(StringComparer.Ordinal);
        var runs = new List<JobRun>();
        foreach (var job in catalog.Scheduled.Where(job => !known.Contains(job.Name)))
        {
            foreach (var due in Times(job.Timing, day))
            {
                runs.Add(await RunAsync(db, job, due, cancel));
            }
        }

        foreach (var failed in runs.Where(run => run.Job == "Ledger check").OrderByDescending(run => run.StartedAt).Skip(8).Take(1).ToList())
        {
            runs.Add(Run(failed.Job, failed.StartedAt.AddSeconds(-340), TimeSpan.FromSeconds(31), succeeded: false, "The database is not available at the moment. Try again shortly; repeat the request with the same idempotency key.", amount: null));
        }

        // In the order in which they would have been written.
        await database.WriteAsync(Actor.System, write =>
        {
            write.JobRuns.AddRange(runs.OrderBy(run => run.StartedAt));

            return Task.CompletedTask;
        }, cancel);
    }

    private static IEnumerable<DateTimeOffset> Times(JobTiming timing, GroupDay day)
    {
        var from = timing is DailyAt ? day.Now.AddDays(-Nights) : timing is EveryMinutes { Minutes: 1 } ? day.Now.AddHours(-1) : day.Now.AddHours(-Hours);

        return timing.After(from, day.Zone).TakeWhile(due => due <= day.Now);
    }

    private static async Task<JobRun> RunAsync(LoyaltyDbContext db, ScheduledJob job, DateTimeOffset due, CancellationToken cancel)
    {
        var (took, summary, amount) = job.Name switch
        {
            "Ledger check" => await LedgerAsync(db, due, cancel),
            "Card tiers" => await TiersAsync(db, due, cancel),
            "Purchase recount" => (8, $"The purchase summaries of {await db.Members.CountAsync(m => m.RegisteredAt <= due, cancel)} members equal their orders.", null),
            "Tags and segments" => (12, $"{await db.Tags.CountAsync(cancel)} tags: 0 given, 0 taken. {await db.Segments.CountAsync(cancel)} segments counted.", null),
            "Gift card expiry" => (1, "0 cards expired.", 0),
            "Coupon expiry" => (1, "0 coupons expired.", 0),
            "Points and wallet expiry" => (1, "0 accounts lost what expired.", 0),
            "Loyalty cards" => (1, "0 cards expired, 0 tier grants ended.", 0),
            "Wallet holds" => (1, "0 holds came back.", 0),
            _ => (Tenths: 2, Summary: "Nothing was due.", Amount: (long?)0),
        };

        return Run(job.Name, due, TimeSpan.FromMilliseconds(took * 100), succeeded: true, summary, amount);
    }

    private static async Task<(int Tenths, string Summary, long? Amount)> LedgerAsync(LoyaltyDbContext db, DateTimeOffset at, CancellationToken cancel)
    {
        var count = await db.LedgerTransactions.LongCountAsync(t => t.At <= at, cancel);

        return (6 + (int)(count / 1_000), $"{count} transactions tie out.", count);
    }

    private static async Task<(int Tenths, string Summary, long? Amount)> TiersAsync(LoyaltyDbContext db, DateTimeOffset at, CancellationToken cancel)
    {
        var cards = await db.LoyaltyCards.CountAsync(card => card.IssuedAt <= at, cancel);

        return (9, $"{cards} cards looked at, 0 changed.", 0);
    }

    private static JobRun Run(string job, DateTimeOffset started, TimeSpan took, bool succeeded, string summary, long? amount) => new()
    {
        Job = job,
        StartedAt = started,
        FinishedAt = started + took,
        Succeeded = succeeded,
        Summary = summary,
        Amount = amount,
        // Whoever took the lease first.
        Node = started.UtcTicks / TimeSpan.TicksPerMinute % 7 < 4 ? Node : OtherNode,
    };
}
