using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace LoyaltyAdmin.Domain.Data.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class LedgerIndexes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "NoticeDays",
                table: "PointSettings",
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateIndex(
                name: "IX_LedgerTransactions_AccountKind_BusinessDay_Id",
                table: "LedgerTransactions",
                columns: new[] { "AccountKind", "BusinessDay", "Id" },
                filter: "\"AccountKind\" <> 'GiftCard'");

            migrationBuilder.CreateIndex(
                name: "IX_LedgerTransactions_AccountKind_Id",
                table: "LedgerTransactions",
                columns: new[] { "AccountKind", "Id" },
                filter: "\"AccountKind\" <> 'GiftCard'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_LedgerTransactions_AccountKind_BusinessDay_Id",
                table: "LedgerTransactions");

            migrationBuilder.DropIndex(
                name: "IX_LedgerTransactions_AccountKind_Id",
                table: "LedgerTransactions");

            migrationBuilder.DropColumn(
                name: "NoticeDays",
                table: "PointSettings");
        }
    }
}
