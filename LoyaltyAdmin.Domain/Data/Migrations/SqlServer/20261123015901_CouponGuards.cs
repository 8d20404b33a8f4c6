using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace LoyaltyAdmin.Domain.Data.Migrations.SqlServer;

/// <summary>Written by hand: see <see cref="Migrations.Guards"/>.</summary>
[DbContext(typeof(SqlServerLoyaltyDbContext))]
[Migration("20261123015901_CouponGuards")]
internal sealed class CouponGuards : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => Guards.CouponsOnSqlServer(migrationBuilder);
}
