using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace LoyaltyAdmin.Domain.Data.Migrations.PostgreSql;

/// <summary>Written by hand: see <see cref="Migrations.Guards"/>.</summary>
[DbContext(typeof(PostgreSqlLoyaltyDbContext))]
[Migration("20261122235902_MemberGuards")]
internal sealed class MemberGuards : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => Guards.MembersOnPostgreSql(migrationBuilder);
}
