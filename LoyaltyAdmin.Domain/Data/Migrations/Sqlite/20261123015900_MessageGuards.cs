using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace LoyaltyAdmin.Domain.Data.Migrations.Sqlite;

/// <summary>Written by hand: see <see cref="Migrations.Guards"/>.</summary>
[DbContext(typeof(SqliteLoyaltyDbContext))]
[Migration("20261123015900_MessageGuards")]
internal sealed class MessageGuards : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => Guards.MessagesOnSqlite(migrationBuilder);
}
