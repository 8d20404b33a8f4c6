using System.Text.Json;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Imports;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Members;

/// <summary>
/// Takes an import of consents back without deleting a word of it: where one of its statements is what counts now, what counted without the import is
/// said again with today's time; where nothing was said before, the consent is withdrawn. Done twice, the second time finds nothing to restore.
/// </summary>
internal static class ConsentImportUndo
{
    private const int Chunk = 500;

    /// <summary>Restores what the next rows of the file changed. Answers the last row looked at; 0: there are no more.</summary>
    public static async Task<int> UndoAsync(LoyaltyDbContext db, ImportTools tools, ImportJob job, int afterRow, CancellationToken cancel)
    {
        var rows = await db.ImportRows.AsNoTracking().Where(row => row.ImportId == job.Id && row.RowNumber > afterRow && row.CreatedId > 0).OrderBy(row => row.RowNumber).Take(Chunk)
            .Select(row => new { row.RowNumber, MemberId = row.CreatedId!.Value, row.SealedValues }).ToListAsync(cancel);
        if (rows.Count == 0)
        {
            return 0;
        }

        var ids = rows.Select(row => row.MemberId).Distinct().ToArray();
        var events = (await db.ConsentEvents.AsNoTracking().Where(e => ids.Contains(e.MemberId)).ToListAsync(cancel)).ToLookup(e => (e.MemberId, e.Channel, e.Purpose));
        var states = (await db.MemberConsents.AsNoTracking().Where(c => ids.Contains(c.MemberId)).ToListAsync(cancel)).ToDictionary(c => (c.MemberId, c.Channel, c.Purpose));
        var erased = (await db.Members.Where(m => ids.Contains(m.Id) && m.Status == MemberStatus.Erased).Select(m => m.Id).ToListAsync(cancel)).ToHashSet();
        var restored = new Dictionary<(long, ConsentChannel, ConsentPurpose), (long, ConsentStatement)>();
        foreach (var row in rows.Where(row => !erased.Contains(row.MemberId)))
        {
            var said = JsonSerializer.Deserialize<ImportedConsent>(tools.Keys.Open(row.SealedValues))!;
            var key = (row.MemberId, said.Channel, said.Purpose);
            if (!states.TryGetValue(key, out var counts) || !events[key].Any(e => IsOf(e, job) && e.At == counts.Since && e.Status == counts.Status))
            {
                // Somebody said something later, or the same was said before: the import does not count here.
                continue;
            }

            var before = events[key].Where(e => !IsOf(e, job)).OrderBy(e => e.At).ThenBy(e => e.Status == ConsentStatus.Withdrawn).LastOrDefault();
            if ((before?.Status ?? ConsentStatus.Withdrawn) != counts.Status)
            {
                restored[key] = (row.MemberId, new ConsentStatement
                {
                    Channel = said.Channel,
                    Purpose = said.Purpose,
                    Status = before?.Status ?? ConsentStatus.Withdrawn,
                    Source = ConsentSource.Import,
                    TextVersion = before?.TextVersion,
                });
            }
        }

        await Consents.AppendAsync(db, [.. restored.Values], db.Actor, tools.Clock.GetUtcNow(), cancel);

        return rows[^1].RowNumber;
    }

    // Events do not name their import: they are those an import of this person wrote while this one ran.
    private static bool IsOf(ConsentEvent e, ImportJob job) =>
        e.Source == ConsentSource.Import && e.ActorKey == job.UploadedByKey && e.RecordedAt >= job.UploadedAt && e.At != e.RecordedAt && (job.FinishedAt is null || e.RecordedAt <= job.FinishedAt);
}
