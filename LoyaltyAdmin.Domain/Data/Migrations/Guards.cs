using Microsoft.EntityFrameworkCore.Migrations;

namespace LoyaltyAdmin.Domain.Data.Migrations;

/// <summary>The database's own refusal to change what is append-only, and its search indexes: what the model cannot say.</summary>
internal static class Guards
{
    /// <summary>Tables whose rows are never changed or deleted.</summary>
    public static readonly string[] AppendOnly =
    [
        "LedgerTransactions", "LedgerEntries", "LedgerCheckRuns", "AuditEntries", "AuditSeals", "AgreementVersions", "GiftCardTerms",
    ];

    public static void Sqlite(MigrationBuilder migration)
    {
        foreach (var table in AppendOnly)
        {
            foreach (var verb in new[] { "UPDATE", "DELETE" })
            {
                migration.Sql($"CREATE TRIGGER \"{table}_No{verb}\" BEFORE {verb} ON \"{table}\" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;");
            }

            // INSERT OR REPLACE deletes without firing the delete trigger unless recursive triggers are on, which a foreign connection may not have.
            migration.Sql($"CREATE TRIGGER \"{table}_NoREPLACE\" BEFORE INSERT ON \"{table}\" WHEN NEW.\"Id\" IS NOT NULL AND EXISTS (SELECT 1 FROM \"{table}\" WHERE \"Id\" = NEW.\"Id\") BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;");
        }

        // External content: the index holds trigrams only, the text stays in the card.
        migration.Sql("CREATE VIRTUAL TABLE \"GiftCardSearch\" USING fts5(\"SearchText\", content='GiftCards', content_rowid='Id', tokenize='trigram');");
        migration.Sql("CREATE TRIGGER \"GiftCards_SearchInsert\" AFTER INSERT ON \"GiftCards\" BEGIN INSERT INTO \"GiftCardSearch\"(rowid, \"SearchText\") VALUES (NEW.\"Id\", NEW.\"SearchText\"); END;");
        migration.Sql("CREATE TRIGGER \"GiftCards_SearchDelete\" AFTER DELETE ON \"GiftCards\" BEGIN INSERT INTO \"GiftCardSearch\"(\"GiftCardSearch\", rowid, \"SearchText\") VALUES ('delete', OLD.\"Id\", OLD.\"SearchText\"); END;");
        migration.Sql("CREATE TRIGGER \"GiftCards_SearchUpdate\" AFTER UPDATE OF \"SearchText\" ON \"GiftCards\" BEGIN INSERT INTO \"GiftCardSearch\"(\"GiftCardSearch\", rowid, \"SearchText\") VALUES ('delete', OLD.\"Id\", OLD.\"SearchText\"); INSERT INTO \"GiftCardSearch\"(rowid, \"SearchText\") VALUES (NEW.\"Id\", NEW.\"SearchText\"); END;");
    }

    public static void PostgreSql(MigrationBuilder migration)
    {
        migration.Sql("CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;");
        foreach (var table in AppendOnly)
        {
            migration.Sql($"CREATE TRIGGER \"{table}_AppendOnly\" BEFORE UPDATE OR DELETE ON \"{table}\" FOR EACH ROW EXECUTE FUNCTION refuse_change();");
            migration.Sql($"CREATE TRIGGER \"{table}_NoTruncate\" BEFORE TRUNCATE ON \"{table}\" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();");
        }

        migration.Sql("CREATE EXTENSION IF NOT EXISTS pg_trgm;");
        migration.Sql("CREATE INDEX \"IX_GiftCards_SearchText\" ON \"GiftCards\" USING gin (\"SearchText\" gin_trgm_ops);");
    }

    public static void SqlServer(MigrationBuilder migration)
    {
        foreach (var table in AppendOnly)
        {
            // A trigger must open its batch, which only EXEC gives it inside a script.
            migration.Sql($"EXEC(N'CREATE TRIGGER [{table}_AppendOnly] ON [{table}] INSTEAD OF UPDATE, DELETE AS BEGIN SET NOCOUNT ON; THROW 50001, ''{table} is append-only'', 1; END;');");
        }
    }
}
