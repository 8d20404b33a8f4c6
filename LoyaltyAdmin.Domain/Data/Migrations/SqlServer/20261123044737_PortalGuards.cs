using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace LoyaltyAdmin.Domain.Data.Migrations.SqlServer;

/// <summary>Written by hand: see <see cref="Migrations.Guards"/>.</summary>
[DbContext(typeof(SqlServerLoyaltyDbContext))]
[Migration("20261123044737_PortalGuards")]
internal sealed class PortalGuards : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => Guards.PortalOnSqlServer(migrationBuilder);
}
