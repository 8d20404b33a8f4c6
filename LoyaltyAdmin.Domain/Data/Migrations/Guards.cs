using Microsoft.EntityFrameworkCore.Migrations;

namespace LoyaltyAdmin.Domain.Data.Migrations;

/// <summary>The database's own refusal to change what is append-only, and its search indexes: what the model cannot say.</summary>
internal static class Guards
{
    /// <summary>Tables whose rows are never changed or deleted: of each migration that brought some.</summary>
    private static readonly string[] first = ["LedgerTransactions", "LedgerEntries", "LedgerCheckRuns", "AuditEntries", "AuditSeals", "AgreementVersions", "GiftCardTerms"];

    private static readonly string[] ofMembers = ["MemberMerges", "ConsentEvents", "TierChanges", "TagChanges"];

    private static readonly string[] ofMessages = ["MessageTemplateVersions"];

    private static readonly string[] ofCoupons = ["CouponTerms", "CouponRedemptions"];

    private static readonly string[] ofWallets = ["LedgerLotMovements", "WalletTopUps"];

    private static readonly string[] ofPortal = ["AgreementAcceptances"];

    public static void Sqlite(MigrationBuilder migration)
    {
        RefuseChangesOnSqlite(migration, first);
        SearchOnSqlite(migration, "GiftCards", "GiftCardSearch");
    }

    public static void MembersOnSqlite(MigrationBuilder migration)
    {
        RefuseChangesOnSqlite(migration, ofMembers);
        SearchOnSqlite(migration, "Members", "MemberSearch");
    }

    public static void PostgreSql(MigrationBuilder migration)
    {
        migration.Sql("CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;");
        RefuseChangesOnPostgreSql(migration, first);
        migration.Sql("CREATE EXTENSION IF NOT EXISTS pg_trgm;");
        SearchOnPostgreSql(migration, "GiftCards");
    }

    public static void MembersOnPostgreSql(MigrationBuilder migration)
    {
        RefuseChangesOnPostgreSql(migration, ofMembers);
        SearchOnPostgreSql(migration, "Members");
    }

    public static void SqlServer(MigrationBuilder migration) => RefuseChangesOnSqlServer(migration, first);

    public static void MembersOnSqlServer(MigrationBuilder migration) => RefuseChangesOnSqlServer(migration, ofMembers);

    public static void MessagesOnSqlite(MigrationBuilder migration) => RefuseChangesOnSqlite(migration, ofMessages);

    public static void MessagesOnPostgreSql(MigrationBuilder migration) => RefuseChangesOnPostgreSql(migration, ofMessages);

    public static void MessagesOnSqlServer(MigrationBuilder migration) => RefuseChangesOnSqlServer(migration, ofMessages);

    public static void CouponsOnSqlite(MigrationBuilder migration) => RefuseChangesOnSqlite(migration, ofCoupons);

    public static void CouponsOnPostgreSql(MigrationBuilder migration) => RefuseChangesOnPostgreSql(migration, ofCoupons);

    public static void CouponsOnSqlServer(MigrationBuilder migration) => RefuseChangesOnSqlServer(migration, ofCoupons);

    public static void WalletsOnSqlite(MigrationBuilder migration) => RefuseChangesOnSqlite(migration, ofWallets);

    public static void WalletsOnPostgreSql(MigrationBuilder migration) => RefuseChangesOnPostgreSql(migration, ofWallets);

    public static void WalletsOnSqlServer(MigrationBuilder migration) => RefuseChangesOnSqlServer(migration, ofWallets);

    public static void PortalOnSqlite(MigrationBuilder migration) => RefuseChangesOnSqlite(migration, ofPortal);

    public static void PortalOnPostgreSql(MigrationBuilder migration) => RefuseChangesOnPostgreSql(migration, ofPortal);

    public static void PortalOnSqlServer(MigrationBuilder migration) => RefuseChangesOnSqlServer(migration, ofPortal);

    private static void RefuseChangesOnSqlite(MigrationBuilder migration, string[] tables)
    {
        foreach (var table in tables)
        {
            foreach (var verb in new[] { "UPDATE", "DELETE" })
            {
                migration.Sql($"CREATE TRIGGER \"{table}_No{verb}\" BEFORE {verb} ON \"{table}\" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;");
            }

            // INSERT OR REPLACE deletes without firing the delete trigger unless recursive triggers are on, which a foreign connection may not have.
            migration.Sql($"CREATE TRIGGER \"{table}_NoREPLACE\" BEFORE INSERT ON \"{table}\" WHEN NEW.\"Id\" IS NOT NULL AND EXISTS (SELECT 1 FROM \"{table}\" WHERE \"Id\" = NEW.\"Id\") BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;");
        }
    }

    // External content: the index holds trigrams only, the text stays in its row.
    private static void SearchOnSqlite(MigrationBuilder migration, string table, string index)
    {
        migration.Sql($"CREATE VIRTUAL TABLE \"{index}\" USING fts5(\"SearchText\", content='{table}', content_rowid='Id', tokenize='trigram');");
        migration.Sql($"CREATE TRIGGER \"{table}_SearchInsert\" AFTER INSERT ON \"{table}\" BEGIN INSERT INTO \"{index}\"(rowid, \"SearchText\") VALUES (NEW.\"Id\", NEW.\"SearchText\"); END;");
        migration.Sql($"CREATE TRIGGER \"{table}_SearchDelete\" AFTER DELETE ON \"{table}\" BEGIN INSERT INTO \"{index}\"(\"{index}\", rowid, \"SearchText\") VALUES ('delete', OLD.\"Id\", OLD.\"SearchText\"); END;");
        migration.Sql($"CREATE TRIGGER \"{table}_SearchUpdate\" AFTER UPDATE OF \"SearchText\" ON \"{table}\" BEGIN INSERT INTO \"{index}\"(\"{index}\", rowid, \"SearchText\") VALUES ('delete', OLD.\"Id\", OLD.\"SearchText\"); INSERT INTO \"{index}\"(rowid, \"SearchText\") VALUES (NEW.\"Id\", NEW.\"SearchText\"); END;");
    }

    private static void RefuseChangesOnPostgreSql(MigrationBuilder migration, string[] tables)
    {
        foreach (var table in tables)
        {
            migration.Sql($"CREATE TRIGGER \"{table}_AppendOnly\" BEFORE UPDATE OR DELETE ON \"{table}\" FOR EACH ROW EXECUTE FUNCTION refuse_change();");
            migration.Sql($"CREATE TRIGGER \"{table}_NoTruncate\" BEFORE TRUNCATE ON \"{table}\" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();");
        }
    }

    private static void SearchOnPostgreSql(MigrationBuilder migration, string table) =>
        migration.Sql($"CREATE INDEX \"IX_{table}_SearchText\" ON \"{table}\" USING gin (\"SearchText\" gin_trgm_ops);");

    private static void RefuseChangesOnSqlServer(MigrationBuilder migration, string[] tables)
    {
        foreach (var table in tables)
        {
            // A trigger must open its batch, which only EXEC gives it inside a script.
            migration.Sql($"EXEC(N'CREATE TRIGGER [{table}_AppendOnly] ON [{table}] INSTEAD OF UPDATE, DELETE AS BEGIN SET NOCOUNT ON; THROW 50001, ''{table} is append-only'', 1; END;');");
        }
    }
}
