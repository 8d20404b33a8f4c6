using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Audit;

public abstract class AuditSealingTests(DatabaseKind kind) : DatabaseTest(kind)
{
    public sealed class OnSqlite() : AuditSealingTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : AuditSealingTests(DatabaseKind.PostgreSql);

    private AuditSealing Sealing => Db.Get<AuditSealing>();

    [Fact]
    public async Task An_untouched_trail_verifies_and_new_entries_wait_to_be_sealed()
    {
        var auditor = await SealedAsync(entries: 5);
        await Db.Get<AuditTrail>().RecordAsync(Actor.System, "Later");

        var verdict = await Sealing.VerifyAsync(auditor);

        verdict.IsIntact.ShouldBeTrue();
        verdict.Checked.ShouldBeGreaterThanOrEqualTo(5);
        verdict.Unsealed.ShouldBe(1);
    }

    [Fact]
    public async Task Entries_that_have_not_settled_are_not_sealed_yet()
    {
        await Db.Get<AuditTrail>().RecordAsync(Actor.System, "Fresh");

        (await Sealing.SealAsync()).ShouldBe(0);
        Clock.Advance(TimeSpan.FromSeconds(31));
        (await Sealing.SealAsync()).ShouldBe(1);
        (await Sealing.SealAsync()).ShouldBe(0);
    }

    [Theory]
    [InlineData("UPDATE \"AuditEntries\" SET \"Reason\" = 'harmless' WHERE \"Id\" = {0}", "not what was sealed")]
    [InlineData("DELETE FROM \"AuditEntries\" WHERE \"Id\" = {0}", "missing")]
    [InlineData("DELETE FROM \"AuditSeals\" WHERE \"Id\" = {0}", "no seal")]
    public async Task Tampering_below_the_guards_is_found_at_the_entry(string sql, string finding)
    {
        var auditor = await SealedAsync(entries: 6);
        var ids = await Db.ReadAsync(db => db.AuditEntries.OrderBy(e => e.Id).Select(e => e.Id).ToListAsync());
        var victim = ids[^3];
        await WithoutGuardsAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, sql, victim));

        var verdict = await Sealing.VerifyAsync(auditor);

        verdict.FirstBadId.ShouldBe(victim);
        verdict.Finding!.ShouldContain(finding);
        verdict.Checked.ShouldBe(ids.Count - 3);
    }

    [Fact]
    public async Task Two_nodes_sealing_at_once_make_one_chain()
    {
        for (var entry = 0; entry < 50; entry++)
        {
            await Db.Get<AuditTrail>().RecordAsync(Actor.System, $"Entry{entry}");
        }

        var auditor = await A.StaffUser().With(Permission.AuditVerify).SaveToAsync(Db);
        Clock.Advance(TimeSpan.FromMinutes(1));
        var other = Db.OpenAgain();

        await Task.WhenAll(Enumerable.Range(0, 6).Select(n => Task.Run(() => (n % 2 == 0 ? Db : other).Get<AuditSealing>().SealAsync())));
        await Sealing.SealAsync();
        await other.DisposeAsync();

        (await Sealing.VerifyAsync(auditor)).IsIntact.ShouldBeTrue();
        var entries = await Db.ReadAsync(db => db.AuditSeals.CountAsync());
        entries.ShouldBeGreaterThanOrEqualTo(50);
    }

    [Fact]
    public async Task The_trail_is_filtered_paged_and_shows_what_changed()
    {
        var auditor = await SealedAsync(entries: 3);
        await Db.Get<AuditTrail>().RecordAsync(Actor.System with { Name = "Robin" }, "Store.Update", AuditOutcome.Denied, "Store", "7", reason: "Because", details: """{"name":"New"}""");
        var log = Db.Get<AuditLog>();

        var found = await log.ListAsync(auditor, new AuditFilter(Actor: "robin", Action: "store", EntityType: "Store", EntityId: "7", Outcome: AuditOutcome.Denied, From: new DateOnly(2026, 3, 2), To: new DateOnly(2026, 3, 2)), new PageRequest());

        found.Rows.ShouldHaveSingleItem().After.ShouldBe("{\"name\":\"New\"}");
        (await log.ListAsync(auditor, new AuditFilter(To: new DateOnly(2026, 3, 1)), new PageRequest())).Rows.ShouldBeEmpty();
        var first = await log.ListAsync(auditor, new AuditFilter(), new PageRequest { Size = 2 });
        var second = await log.ListAsync(auditor, new AuditFilter(), new PageRequest { Size = 2, Cursor = first.Next });
        second.Rows[0].Id.ShouldBeLessThan(first.Rows[^1].Id);
    }

    [Fact]
    public async Task Somebody_bound_to_a_store_sees_that_stores_entries_only()
    {
        var (own, foreign) = (await A.Store().SaveToAsync(Db), await A.Store().SaveToAsync(Db));
        var auditor = await A.StaffUser().With(Permission.AuditRead).In(own).SaveToAsync(Db);

        var rows = (await Db.Get<AuditLog>().ListAsync(auditor, new AuditFilter(), new PageRequest())).Rows;

        rows.ShouldHaveSingleItem().EntityId.ShouldBe(own.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        rows.ShouldAllBe(row => row.Subject != foreign.Name);
    }

    private async Task<Actor> SealedAsync(int entries)
    {
        var auditor = await A.StaffUser().With(Permission.AuditVerify, Permission.AuditRead).SaveToAsync(Db);
        for (var entry = 0; entry < entries; entry++)
        {
            await Db.Get<AuditTrail>().RecordAsync(Actor.System, $"Entry{entry}");
        }

        Clock.Advance(TimeSpan.FromMinutes(1));
        await Sealing.SealAsync();

        return auditor;
    }

    private async Task WithoutGuardsAsync(string sql)
    {
        await using var db = await Db.ReadAsync();
        var isSqlite = db.Database.IsSqlite();
        foreach (var table in new[] { "AuditEntries", "AuditSeals" })
        {
            var guard = isSqlite
                ? $"DROP TRIGGER \"{table}_NoUPDATE\"; DROP TRIGGER \"{table}_NoDELETE\";"
                : $"DROP TRIGGER \"{table}_AppendOnly\" ON \"{table}\";";
#pragma warning disable EF1002 // Names of this test only.
            await db.Database.ExecuteSqlRawAsync(guard);
#pragma warning restore EF1002
        }

#pragma warning disable EF1002
        await db.Database.ExecuteSqlRawAsync(sql);
#pragma warning restore EF1002
    }
}
