using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;

namespace LoyaltyAdmin.Tests.Segments;

public abstract class SegmentFilesTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private Actor marketing = null!;

    public sealed class OnSqlite() : SegmentFilesTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : SegmentFilesTests(DatabaseKind.PostgreSql);

    private SegmentImports Imports => Db.Get<SegmentImports>();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        marketing = await A.StaffUser().With(Permission.MembersRead, Permission.SegmentsManage, Permission.MembersExport, Permission.TransactionsExport).SaveToAsync(Db);
    }

    [Fact]
    public async Task A_file_puts_members_on_lists_and_importing_it_again_changes_nothing()
    {
        var members = new[] { await A.Member().SaveToAsync(Db), await A.Member().SaveToAsync(Db), await A.Member().SaveToAsync(Db) };
        var (friends, press) = (await ListAsync("Friends"), await ListAsync("Press"));
        (string, string)[] rows = [("Friends", members[0].Number), ("friends", members[1].Number), ("Press", members[1].Number), ("Friends", members[0].Number)];

        (await ImportAsync(rows)).Status.ShouldBe(ImportStatus.Committed);
        Clock.Advance(TimeSpan.FromHours(1));
        (await ImportAsync(rows)).Status.ShouldBe(ImportStatus.Committed);

        (await MembersAsync(friends)).ShouldBe([members[1].Id, members[0].Id]);
        (await MembersAsync(press)).ShouldBe([members[1].Id]);
        (await Db.Get<SegmentService>().GetAsync(Actor.System, friends)).Size.ShouldBe(2);
    }

    [Fact]
    public async Task Unknown_lists_rule_segments_and_unknown_members_are_told_row_by_row_and_lose_nothing_else()
    {
        var member = await A.Member().SaveToAsync(Db);
        var friends = await ListAsync("Friends");
        await Db.Get<SegmentService>().SaveAsync(Actor.System, new SegmentForm { Name = "Rule" });
        var import = await Imports.UploadAsync(marketing, await FileAsync([("Friends", member.Number), ("Nobody's", member.Number), ("Rule", member.Number), ("Friends", "404")]), "list.xlsx");

        (import.ValidRows, import.ErrorRows).ShouldBe((1, 3));
        (await Imports.VerdictsAsync(marketing, import.Id, new PageRequest { Descending = false })).Rows.Count.ShouldBe(3);
        await Imports.ConfirmAsync(marketing, import.Id, ImportMode.ValidRowsOnly);
        await RunAsync();
        (await MembersAsync(friends)).ShouldBe([member.Id]);
    }

    [Fact]
    public async Task The_export_holds_the_members_of_the_segment_that_its_owner_sees()
    {
        var (mine, other) = (await A.Store().SaveToAsync(Db), await A.Store().SaveToAsync(Db));
        var clerk = await A.StaffUser().With(Permission.MembersRead, Permission.MembersExport, Permission.TransactionsExport).In(mine).SaveToAsync(Db);
        var (seen, hidden) = (await A.Member().In(mine).SaveToAsync(Db), await A.Member().In(other).SaveToAsync(Db));
        var all = await Db.Get<SegmentService>().SaveAsync(Actor.System, new SegmentForm { Name = "All" });

        var ticket = await Db.Get<Domain.Exports.Exports>().RequestAsync(clerk, new ExportRequest { Kind = ExportKind.SegmentMembers, SegmentId = all });
        while (await Db.Get<ExportWork>().RunOnceAsync() is not null)
        {
            // Until nothing waits.
        }

        var export = await Db.Get<Domain.Exports.Exports>().GetAsync(clerk, ticket.ExportId!.Value);
        (export.Status, export.Rows, export.FilterText).ShouldBe((ExportStatus.Ready, 1, "Member segment: All"));
        seen.Number.ShouldNotBe(hidden.Number);
    }

    private Task<long> ListAsync(string name) => Db.Get<SegmentService>().SaveAsync(Actor.System, new SegmentForm { Name = name, Kind = SegmentKind.Static });

    private async Task<IReadOnlyList<long>> MembersAsync(long segment) => [.. (await Db.Get<SegmentLists>().MembersAsync(Actor.System, segment, new())).Rows.Select(m => m.Id)];

    private async Task<ImportSummary> ImportAsync((string, string)[] rows)
    {
        var import = await Imports.UploadAsync(marketing, await FileAsync(rows), "list.xlsx");
        import.ErrorRows.ShouldBe(0);
        await Imports.ConfirmAsync(marketing, import.Id, ImportMode.AllOrNothing);
        await RunAsync();

        return await Imports.GetAsync(marketing, import.Id);
    }

    private async Task RunAsync()
    {
        while (await Db.Get<ImportWork>().RunOnceAsync() is not null)
        {
            // Until nothing waits.
        }
    }

    private static async Task<Stream> FileAsync((string List, string Number)[] rows)
    {
        var sheet = new Sheet<(string List, string Number)>("List Members").Text("Member Segment", row => row.List).Text("Member Number", row => row.Number);
        var file = new MemoryStream();
        await sheet.WriteXlsxAsync(file, rows.ToAsyncEnumerable());
        file.Position = 0;

        return file;
    }
}
