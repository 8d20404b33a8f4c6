namespace LoyaltyAdmin.Tests.Support;

/// <summary>The databases the tests run on. The third, SQL Server, cannot run here: its scripts are checked instead.</summary>
public enum DatabaseKind
{
    Sqlite,
    PostgreSql,
}
