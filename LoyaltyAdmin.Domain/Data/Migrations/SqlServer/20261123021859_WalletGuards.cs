using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace LoyaltyAdmin.Domain.Data.Migrations.SqlServer;

/// <summary>Written by hand: see <see cref="Migrations.Guards"/>.</summary>
[DbContext(typeof(SqlServerLoyaltyDbContext))]
[Migration("20261123021859_WalletGuards")]
internal sealed class WalletGuards : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => Guards.WalletsOnSqlServer(migrationBuilder);
}
