using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace LoyaltyAdmin.Domain.Data.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class Wallets : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropCheckConstraint(
                name: "CK_LedgerAccounts_Balance",
                table: "LedgerAccounts");

            migrationBuilder.AddColumn<decimal>(
                name: "PointsLimit",
                table: "Roles",
                type: "decimal(19,4)",
                precision: 19,
                scale: 4,
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "PointsDueAt",
                table: "Orders",
                type: "datetimeoffset",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "MemberId",
                table: "LedgerAccounts",
                type: "bigint",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "LedgerLotMovements",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("SqlServer:Identity", "1, 1"),
                    TransactionId = table.Column<long>(type: "bigint", nullable: false),
                    LotId = table.Column<long>(type: "bigint", nullable: false),
                    Amount = table.Column<long>(type: "bigint", nullable: false),
                    GivesBackId = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_LedgerLotMovements", x => x.Id);
                    table.CheckConstraint("CK_LedgerLotMovements_Amount", "\"Amount\" <> 0");
                });

            migrationBuilder.CreateTable(
                name: "LedgerLots",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("SqlServer:Identity", "1, 1"),
                    AccountId = table.Column<long>(type: "bigint", nullable: false),
                    Kind = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Remaining = table.Column<long>(type: "bigint", nullable: false),
                    UsableFrom = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    ExpiresAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_LedgerLots", x => x.Id);
                    table.CheckConstraint("CK_LedgerLots_Remaining", "\"Remaining\" >= 0");
                });

            migrationBuilder.CreateTable(
                name: "OrderPoints",
                columns: table => new
                {
                    OrderId = table.Column<long>(type: "bigint", nullable: false),
                    MemberId = table.Column<long>(type: "bigint", nullable: false),
                    Rate = table.Column<decimal>(type: "decimal(19,4)", precision: 19, scale: 4, nullable: false),
                    Earned = table.Column<long>(type: "bigint", nullable: false),
                    Revision = table.Column<int>(type: "int", nullable: false),
                    EarningId = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_OrderPoints", x => x.OrderId);
                });

            migrationBuilder.CreateTable(
                name: "PointSettings",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false),
                    IsActive = table.Column<bool>(type: "bit", nullable: false),
                    ActiveSince = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    DefaultRate = table.Column<decimal>(type: "decimal(19,4)", precision: 19, scale: 4, nullable: false),
                    MinimumOrder = table.Column<decimal>(type: "decimal(19,4)", precision: 19, scale: 4, nullable: false),
                    Stores = table.Column<string>(type: "nvarchar(max)", nullable: false),
                    ExcludedCategoryIds = table.Column<string>(type: "nvarchar(max)", nullable: false),
                    ExcludedProductIds = table.Column<string>(type: "nvarchar(max)", nullable: false),
                    Expiry = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Months = table.Column<int>(type: "int", nullable: false),
                    UsableAfterDays = table.Column<int>(type: "int", nullable: false),
                    AllowsDebt = table.Column<bool>(type: "bit", nullable: false),
                    Version = table.Column<Guid>(type: "uniqueidentifier", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PointSettings", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "WalletHolds",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false),
                    AccountId = table.Column<long>(type: "bigint", nullable: false),
                    MemberId = table.Column<long>(type: "bigint", nullable: false),
                    Amount = table.Column<long>(type: "bigint", nullable: false),
                    ExpiresAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    Status = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    Captured = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_WalletHolds", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "WalletSettings",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false),
                    SpendOrder = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    AllowsWithdrawal = table.Column<bool>(type: "bit", nullable: false),
                    HoldMinutes = table.Column<int>(type: "int", nullable: false),
                    Version = table.Column<Guid>(type: "uniqueidentifier", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_WalletSettings", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "WalletTopUps",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("SqlServer:Identity", "1, 1"),
                    AccountId = table.Column<long>(type: "bigint", nullable: false),
                    MemberId = table.Column<long>(type: "bigint", nullable: false),
                    TransactionId = table.Column<long>(type: "bigint", nullable: false),
                    Source = table.Column<string>(type: "nvarchar(80)", maxLength: 80, nullable: false),
                    Principal = table.Column<long>(type: "bigint", nullable: false),
                    Bonus = table.Column<long>(type: "bigint", nullable: false),
                    Paid = table.Column<long>(type: "bigint", nullable: false),
                    StoreId = table.Column<long>(type: "bigint", nullable: false),
                    Channel = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    At = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_WalletTopUps", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Orders_PointsDueAt",
                table: "Orders",
                column: "PointsDueAt",
                filter: "\"PointsDueAt\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_LedgerAccounts_MemberId_Kind_Currency",
                table: "LedgerAccounts",
                columns: new[] { "MemberId", "Kind", "Currency" },
                unique: true,
                filter: "\"MemberId\" IS NOT NULL");

            migrationBuilder.AddCheckConstraint(
                name: "CK_LedgerAccounts_Balance",
                table: "LedgerAccounts",
                sql: "\"Balance\" >= 0 OR \"Kind\" = 'Points'");

            migrationBuilder.CreateIndex(
                name: "IX_LedgerLotMovements_GivesBackId",
                table: "LedgerLotMovements",
                column: "GivesBackId",
                filter: "\"GivesBackId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_LedgerLotMovements_LotId",
                table: "LedgerLotMovements",
                column: "LotId");

            migrationBuilder.CreateIndex(
                name: "IX_LedgerLotMovements_TransactionId",
                table: "LedgerLotMovements",
                column: "TransactionId");

            migrationBuilder.CreateIndex(
                name: "IX_LedgerLots_AccountId_ExpiresAt",
                table: "LedgerLots",
                columns: new[] { "AccountId", "ExpiresAt" });

            migrationBuilder.CreateIndex(
                name: "IX_LedgerLots_ExpiresAt_Id",
                table: "LedgerLots",
                columns: new[] { "ExpiresAt", "Id" },
                filter: "\"Remaining\" > 0 AND \"ExpiresAt\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_OrderPoints_MemberId",
                table: "OrderPoints",
                column: "MemberId");

            migrationBuilder.CreateIndex(
                name: "IX_WalletHolds_AccountId_Status",
                table: "WalletHolds",
                columns: new[] { "AccountId", "Status" });

            migrationBuilder.CreateIndex(
                name: "IX_WalletHolds_ExpiresAt_Id",
                table: "WalletHolds",
                columns: new[] { "ExpiresAt", "Id" },
                filter: "\"Status\" = 'Open'");

            migrationBuilder.CreateIndex(
                name: "IX_WalletTopUps_MemberId_Id",
                table: "WalletTopUps",
                columns: new[] { "MemberId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_WalletTopUps_TransactionId",
                table: "WalletTopUps",
                column: "TransactionId",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "LedgerLotMovements");

            migrationBuilder.DropTable(
                name: "LedgerLots");

            migrationBuilder.DropTable(
                name: "OrderPoints");

            migrationBuilder.DropTable(
                name: "PointSettings");

            migrationBuilder.DropTable(
                name: "WalletHolds");

            migrationBuilder.DropTable(
                name: "WalletSettings");

            migrationBuilder.DropTable(
                name: "WalletTopUps");

            migrationBuilder.DropIndex(
                name: "IX_Orders_PointsDueAt",
                table: "Orders");

            migrationBuilder.DropIndex(
                name: "IX_LedgerAccounts_MemberId_Kind_Currency",
                table: "LedgerAccounts");

            migrationBuilder.DropCheckConstraint(
                name: "CK_LedgerAccounts_Balance",
                table: "LedgerAccounts");

            migrationBuilder.DropColumn(
                name: "PointsLimit",
                table: "Roles");

            migrationBuilder.DropColumn(
                name: "PointsDueAt",
                table: "Orders");

            migrationBuilder.DropColumn(
                name: "MemberId",
                table: "LedgerAccounts");

            migrationBuilder.AddCheckConstraint(
                name: "CK_LedgerAccounts_Balance",
                table: "LedgerAccounts",
                sql: "\"Balance\" >= 0");
        }
    }
}
