using System.Text.RegularExpressions;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace LoyaltyAdmin.Tests.Data;

/// <summary>The checked-in scripts are what a fresh database of each kind runs. SQL Server cannot run here: its script is read instead.</summary>
public sealed partial class MigrationScriptTests
{
    public static TheoryData<string> Providers => ["Sqlite", "PostgreSql", "SqlServer"];

    [Theory]
    [MemberData(nameof(Providers))]
    public void The_migrations_are_what_the_model_says(string provider)
    {
        using var db = Context(provider);

        db.Database.HasPendingModelChanges().ShouldBeFalse("Run ./migrate.sh NameOfTheFeature.");
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void The_checked_in_script_is_what_the_migrations_run(string provider)
    {
        using var db = Context(provider);

        Lines(Script(provider)).ShouldBe(Lines(db.GetService<IMigrator>().GenerateScript()));
    }

    [Fact]
    public void Every_append_only_table_is_guarded_on_every_database()
    {
        foreach (var table in AppendOnlyTests.TableNames)
        {
            Script("SqlServer").ShouldContain($"CREATE TRIGGER [{table}_AppendOnly] ON [{table}] INSTEAD OF UPDATE, DELETE AS");
            Script("PostgreSql").ShouldContain($"BEFORE UPDATE OR DELETE ON \"{table}\" FOR EACH ROW EXECUTE FUNCTION refuse_change()");
            Script("PostgreSql").ShouldContain($"BEFORE TRUNCATE ON \"{table}\"");
            foreach (var verb in new[] { "UPDATE", "DELETE", "REPLACE" })
            {
                Script("Sqlite").ShouldContain($"CREATE TRIGGER \"{table}_No{verb}\"");
            }
        }
    }

    [Fact]
    public void SQL_Server_stores_plain_types_only()
    {
        var types = ColumnType().Matches(Script("SqlServer")).Select(match => match.Groups["type"].Value).Distinct();

        types.ShouldBeSubsetOf(["bigint", "int", "bit", "uniqueidentifier", "date", "datetimeoffset", "decimal(19,4)", "nvarchar", "varbinary"]);
    }

    [Theory]
    [InlineData("SYSTEM_VERSIONING")]
    [InlineData("MEMORY_OPTIMIZED")]
    [InlineData("LEDGER = ON")]
    [InlineData("COLUMNSTORE")]
    [InlineData("CREATE SCHEMA")]
    [InlineData("CREATE SEQUENCE")]
    [InlineData("float")]
    [InlineData("datetime2")]
    public void SQL_Server_uses_nothing_that_needs_a_special_edition_or_rounds(string feature) => Script("SqlServer").ShouldNotContain(feature, Case.Insensitive);

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("PostgreSql")]
    public void No_database_stores_money_or_time_inexactly(string provider)
    {
        Script(provider).ShouldNotContain(" REAL", Case.Insensitive);
        Script(provider).ShouldNotContain("double precision", Case.Insensitive);
        Script(provider).ShouldNotContain("timestamp without time zone", Case.Insensitive);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Nothing_is_deleted_with_something_else_but_a_staff_users_own_sign_in_data(string provider)
    {
        var cascades = Script(provider).Split('\n').Where(line => line.Contains("ON DELETE CASCADE", StringComparison.Ordinal));

        cascades.ShouldAllBe(line => line.Contains("Staff", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void The_ledgers_keys_are_unique_in_the_database(string provider)
    {
        var script = Script(provider).Replace('[', '"').Replace(']', '"');

        script.ShouldContain("CREATE UNIQUE INDEX \"IX_LedgerTransactions_Source_IdempotencyKey\" ON \"LedgerTransactions\" (\"Source\", \"IdempotencyKey\");");
        script.ShouldContain("CREATE UNIQUE INDEX \"IX_LedgerTransactions_AccountId_Sequence\" ON \"LedgerTransactions\" (\"AccountId\", \"Sequence\")");
        script.ShouldContain("CHECK (\"Balance\" >= 0)");
        script.ShouldContain("CHECK (\"Remaining\" >= 0)");
    }

    private static string Script(string provider) =>
        File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "LoyaltyAdmin.Domain", "Data", "Migrations", $"{provider}.sql"));

    private static string[] Lines(string script) => [.. script.TrimStart('\uFEFF').Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0)];

    // Nothing is connected to: the model and the scripts are all that is asked for.
    private static LoyaltyDbContext Context(string provider) => provider switch
    {
        "Sqlite" => new SqliteLoyaltyDbContext(new DbContextOptionsBuilder<SqliteLoyaltyDbContext>().UseSqlite("Data Source=none.db").Options),
        "PostgreSql" => new PostgreSqlLoyaltyDbContext(new DbContextOptionsBuilder<PostgreSqlLoyaltyDbContext>().UseNpgsql("Host=none").Options),
        _ => new SqlServerLoyaltyDbContext(new DbContextOptionsBuilder<SqlServerLoyaltyDbContext>().UseSqlServer("Server=none").Options),
    };

    [GeneratedRegex(@"^    \[\w+\] (?<type>\w+(\(\d+,\d+\))?)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex ColumnType();
}
