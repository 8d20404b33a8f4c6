using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Stores;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Members;

/// <summary>Brings a history of consents in; what was said earlier than what counts now changes only the history. The same file again changes nothing.</summary>
[Requires(Permission.MembersImport)]
public sealed class ConsentImports(ImportTools tools, ImportWork work) : ImportFlow(tools, work, ImportKind.Consents);

/// <summary>A row of consents as it was understood.</summary>
internal sealed record ImportedConsent(string Member, ConsentChannel Channel, ConsentPurpose Purpose, ConsentStatus Status, DateTimeOffset At, string? TextVersion);

/// <summary>What an import of consents is made of.</summary>
internal sealed class ConsentImport(GroupCalendar calendar, TimeProvider clock) : ImportDefinition<ImportedConsent, ImportedConsent>
{
    public const string Member = "Member";
    public const string Channel = "Channel";
    public const string Purpose = "Purpose";
    public const string Status = "Consent";
    public const string At = "Said At";
    public const string TextVersion = "Text Version";

    private static readonly Sheet<ImportedConsent> sheet = new Sheet<ImportedConsent>("Consents")
        .Text(Member, c => c.Member, new() { Required = true, Example = "+1 212 555 0100", Help = "Member number, phone with + and country code, or e-mail.", Synonyms = ["Member Number", "Phone", "Email"] })
        .Text(Channel, c => c.Channel.ToString(), new() { Required = true, Example = "Email", AllowedValues = Enum.GetNames<ConsentChannel>() })
        .Text(Purpose, c => c.Purpose.ToString(), new() { Example = "Marketing", Help = "Empty: Marketing.", AllowedValues = Enum.GetNames<ConsentPurpose>() })
        .Text(Status, c => c.Status.ToString(), new() { Required = true, Example = "Granted", AllowedValues = Enum.GetNames<ConsentStatus>(), Synonyms = ["Status"] })
        .DateTime(At, c => c.At, new() { Required = true, Example = "2024-09-01 18:30", Help = "When the member said it, in the group's time zone." })
        .Text(TextVersion, c => c.TextVersion, new() { Example = "2024-06", Help = "Which edition of the text was agreed to.", MaxLength = 60 });

    private TimeZoneInfo zone = TimeZoneInfo.Utc;

    public override ImportKind Kind => ImportKind.Consents;

    public override string Things => "consents";

    public override Sheet<ImportedConsent> Rows => sheet;

    /// <summary>Nothing that was said is deleted: what counted before is written down as said again, now.</summary>
    public override bool CanRollBack => true;

    internal override async Task<string?> RollBackRefusalAsync(LoyaltyDbContext db, long importId, CancellationToken cancel) =>
        await db.ImportRows.AnyAsync(row => row.ImportId == importId && row.CreatedId != null, cancel) ? null : "The rows of this import are no longer kept, so it is not known any more what it changed. Record the consents that should count one by one.";

    internal override async Task<int> UndoAsync(ImportTools tools, ImportJob job, HeldLease lease, Action<int> progressed, CancellationToken cancel)
    {
        var last = 0;
        while (true)
        {
            var after = last;
            last = await tools.Database.WriteAsync(Actor.Of(job.UploadedByKey, job.UploadedByName), async db =>
            {
                await tools.Leases.DemandAsync(db, lease, cancel);

                return await ConsentImportUndo.UndoAsync(db, tools, job, after, cancel);
            }, cancel);
            if (last == 0)
            {
                return 0;
            }

            progressed(last);
        }
    }

    internal override SheetReader Open(CheckedUpload upload, string? settings) => SheetReader.Open(upload, sheet, zone);

    public override async Task<ImportChecks<ImportedConsent>> ChecksAsync(LoyaltyDbContext db, Grant grant, string? settings, CancellationToken cancel)
    {
        zone = (await calendar.TodayAsync(db, cancel)).Zone;

        return new Checks(grant, clock.GetUtcNow());
    }

    public override Task<ImportApply<ImportedConsent, ImportedConsent>> ApplierAsync(LoyaltyDbContext db, ImportJob job, CancellationToken cancel) =>
        Task.FromResult<ImportApply<ImportedConsent, ImportedConsent>>(new Apply(job, clock));

    /// <summary>The members of these names, in three look-ups however many there are.</summary>
    private static async Task<Dictionary<string, long>> MembersAsync(IQueryable<Member> members, IEnumerable<string> names, CancellationToken cancel)
    {
        var sought = names.Distinct(StringComparer.Ordinal).ToArray();
        var found = await members.Where(m => sought.Contains(m.Number)).Select(m => new { Name = m.Number, Id = m.MergedIntoId ?? m.Id }).ToListAsync(cancel);
        found.AddRange(await members.Where(m => m.Phone != null && sought.Contains(m.Phone)).Select(m => new { Name = m.Phone!, m.Id }).ToListAsync(cancel));
        found.AddRange(await members.Where(m => m.Email != null && sought.Contains(m.Email)).Select(m => new { Name = m.Email!, m.Id }).ToListAsync(cancel));

        return found.GroupBy(m => m.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Id, StringComparer.Ordinal);
    }

    private sealed class Checks(Grant grant, DateTimeOffset now) : ImportChecks<ImportedConsent>
    {
        public override ImportedConsent? Check(SheetRow row, Action<string, string, string> error)
        {
            if (row.Text(Member) is not { } member || !Enum.TryParse<ConsentChannel>(row.Text(Channel), ignoreCase: true, out var channel) || !Enum.TryParse<ConsentStatus>(row.Text(Status), ignoreCase: true, out var status) || row.DateTime(At) is not { } at)
            {
                return null;
            }

            var purpose = Enum.TryParse<ConsentPurpose>(row.Text(Purpose), ignoreCase: true, out var given) ? given : ConsentPurpose.Marketing;
            var statement = new ConsentStatement { Channel = channel, Purpose = purpose, Status = status, At = at, TextVersion = row.Text(TextVersion) };
            foreach (var fault in Consents.Check(statement, now).All)
            {
                error(fault.Field == nameof(ConsentStatement.At) ? At : TextVersion, "consent_invalid", fault.Message);
            }

            var name = member[0] == '+' ? Values.Inputs.NormalisePhone(member) ?? member : member.Contains('@', StringComparison.Ordinal) ? member.ToLowerInvariant() : member;

            return new ImportedConsent(name, channel, purpose, status, at, statement.TextVersion);
        }

        public override async Task<IReadOnlyDictionary<int, RowFault>> AgainstDatabaseAsync(LoyaltyDbContext db, IReadOnlyList<ImportedConsent> rows, CancellationToken cancel)
        {
            var visible = MemberQueries.Members(db, grant).Select(m => m.Id);
            var members = await MembersAsync(db.Members.Where(m => m.Status != MemberStatus.Erased && (visible.Contains(m.Id) || m.MergedIntoId != null)), rows.Select(row => row.Member), cancel);

            return Enumerable.Range(0, rows.Count).Where(i => !members.ContainsKey(rows[i].Member))
                .ToDictionary(i => i, _ => new RowFault(Member, "member_unknown", "There is no member with this number, phone or e-mail among your members."));
        }
    }

    private sealed class Apply(ImportJob job, TimeProvider clock) : ImportApply<ImportedConsent, ImportedConsent>
    {
        public override ImportedConsent Prepare(int rowNumber, ImportedConsent row) => row;

        public override async Task<IReadOnlyList<long>> WriteAsync(LoyaltyDbContext db, IReadOnlyList<ImportedConsent> rows, CancellationToken cancel)
        {
            var members = await MembersAsync(db.Members, rows.Select(row => row.Member), cancel);
            var said = rows.Where(row => members.ContainsKey(row.Member)).Select(row => (members[row.Member], new ConsentStatement
            {
                Channel = row.Channel,
                Purpose = row.Purpose,
                Status = row.Status,
                At = row.At,
                Source = ConsentSource.Import,
                TextVersion = row.TextVersion,
            })).ToList();
            await Consents.AppendAsync(db, said, Actor.Of(job.UploadedByKey, job.UploadedByName), clock.GetUtcNow(), cancel);

            // A member erased since the dry run says nothing any more.
            return [.. rows.Select(row => members.GetValueOrDefault(row.Member))];
        }
    }
}
