using System.Collections.Concurrent;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages.Providers;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Messages;

/// <summary>
/// Sends what waits, on any number of nodes. A batch is claimed by one conditional update that is lease and fence at once: only the holder of the claim writes
/// outcomes. A node that dies leaves its claims to run out, and another sends the same messages under the same identifiers: at least once, never lost.
/// A member's messages go one after the other, so that caps count exactly.
/// </summary>
public sealed class MessageSender(LoyaltyDatabase database, SendFactsReader facts, MessageDispatch dispatch, MessageOutcomes outcomes, TimeProvider clock) : BackgroundWork
{
    /// <summary>Then a message is given up.</summary>
    public const int MostAttempts = 12;

    /// <summary>Above those of orders (0 to 255).</summary>
    private const int ClaimLock = 300;

    private const int Batch = 256;
    private const int AtOnce = 32;

    /// <summary>How long a claim holds; sends are not begun when less than <see cref="margin"/> of it is left.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan margin = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan longestPause = TimeSpan.FromHours(6);
    private static readonly TimeSpan kept = TimeSpan.FromDays(730);

    public override string Name => "Messages";

    public override string Purpose => "Sends the messages of the outbox that are due. What became of each stands in the Outbox.";

    public override TimeSpan PollEvery => TimeSpan.FromSeconds(2);

    /// <summary>The pause after a number of failed attempts: 10 s, doubling, at most six hours; twelve attempts take almost six hours.</summary>
    public static TimeSpan PauseAfter(int attempts) => TimeSpan.FromSeconds(Math.Min(10 * Math.Pow(2, attempts - 1), longestPause.TotalSeconds));

    /// <summary>Sends until nothing is due. Never says anything to the job history: the message log has it all.</summary>
    public override async Task<JobResult?> RunOnceAsync(CancellationToken cancel = default)
    {
        while (await ClaimAsync(cancel) is { Messages.Count: > 0 } claimed)
        {
            await SendAsync(claimed, cancel);
        }

        return null;
    }

    /// <summary>Forgets messages that are done and older than two years.</summary>
    public Task<int> CleanUpAsync(CancellationToken cancel = default)
    {
        var before = clock.GetUtcNow() - kept;

        return database.WriteAsync(Actor.System, db => db.Messages.Where(m => m.NextAt == null && m.CreatedAt < before).ExecuteDeleteAsync(cancel), cancel);
    }

    private async Task<Claimed> ClaimAsync(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await using (var db = await database.ReadAsync(cancel))
        {
            if (!await db.Messages.AnyAsync(m => m.NextAt <= now, cancel))
            {
                return Claimed.Nothing;
            }
        }

        return await database.WriteAsync(Actor.System, db => ClaimAsync(db, now, cancel), cancel);
    }

    private async Task<Claimed> ClaimAsync(LoyaltyDbContext db, DateTimeOffset now, CancellationToken cancel)
    {
        // Nodes claim one after the other, so that no two hold messages of one member.
        await database.Provider.LockNamesAsync(db, [ClaimLock], cancel);
        var busy = db.Messages.Where(m => m.Claim != null && m.NextAt > now).Select(m => m.MemberId);
        var due = await db.Messages.AsNoTracking().Where(m => m.NextAt <= now && !busy.Contains(m.MemberId)).OrderBy(m => m.NextAt).ThenBy(m => m.Id).Take(Batch).ToListAsync(cancel);
        var mine = due.DistinctBy(m => m.MemberId).ToList();
        if (mine.Count == 0)
        {
            return Claimed.Nothing;
        }

        var (claim, until, ids) = (Guid.CreateVersion7(now), now + Lease, mine.Select(m => m.Id).ToArray());
        await db.Messages.Where(m => ids.Contains(m.Id)).ExecuteUpdateAsync(set => set.SetProperty(m => m.Claim, claim).SetProperty(m => m.NextAt, until).SetProperty(m => m.Attempts, m => m.Attempts + 1), cancel);
        mine.ForEach(m => (m.Claim, m.NextAt, m.Attempts) = (claim, until, m.Attempts + 1));

        return new Claimed(claim, until, mine);
    }

    private async Task SendAsync(Claimed claimed, CancellationToken cancel)
    {
        var done = new ConcurrentBag<MessageOutcome>();
        try
        {
            var settings = await facts.SettingsAsync(cancel);
            var recipients = await facts.RecipientsAsync(claimed.Messages, settings, clock.GetUtcNow(), cancel);
            var toSend = new List<(Message Message, Recipient Recipient, SendVerdict Verdict)>();
            foreach (var message in claimed.Messages)
            {
                var recipient = recipients[message.Id];
                var verdict = SendRules.Decide(message, recipient.Facts, clock.GetUtcNow());
                if (verdict.To is not null)
                {
                    toSend.Add((message, recipient, verdict));
                }
                else
                {
                    done.Add(MessageOutcome.Unsent(message, recipient, verdict));
                }
            }

            // Stopping begins no more; what is under way comes to its end, so that a restart repeats nothing.
            await Parallel.ForEachAsync(toSend, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (item, _) =>
            {
                if (clock.GetUtcNow() + margin < claimed.Until)
                {
                    done.Add(await SendAsync(item.Message, item.Recipient, item.Verdict, settings, CancellationToken.None));
                }
            });
        }
        finally
        {
            // What was sent is written down even while stopping; the rest of the batch is free again at once.
            await outcomes.WriteAsync(claimed.Claim, claimed.Messages, done, CancellationToken.None);
        }
    }

    private async Task<MessageOutcome> SendAsync(Message message, Recipient recipient, SendVerdict verdict, SendSettings settings, CancellationToken cancel)
    {
        var to = verdict.To!;
        if (message.Attempts > MostAttempts)
        {
            // Its sender died with it again and again.
            return MessageOutcome.Tried(message, recipient, verdict, null, SendOutcome.Failed("Given up: no attempt came to its end."), clock.GetUtcNow());
        }

        try
        {
            var dispatched = await dispatch.SendAsync(message, recipient, to, settings, cancel);

            return MessageOutcome.Tried(message, recipient, verdict, dispatched, dispatched.Outcome, clock.GetUtcNow());
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // One message that cannot be made must not hold up the others; its text may be personal, so only the kind of trouble is kept.
            return MessageOutcome.Tried(message, recipient, verdict, null, SendOutcome.Failed($"The message cannot be made ({exception.GetType().Name})."), clock.GetUtcNow());
        }
    }

    private sealed record Claimed(Guid Claim, DateTimeOffset Until, IReadOnlyList<Message> Messages)
    {
        public static readonly Claimed Nothing = new(Guid.Empty, default, []);
    }
}
