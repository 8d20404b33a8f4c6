using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace LoyaltyAdmin.Domain.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class ListIndexes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "IX_LedgerTransactions_OrderNumber_Id",
                table: "LedgerTransactions",
                columns: new[] { "OrderNumber", "Id" },
                filter: "\"OrderNumber\" IS NOT NULL");

            // By hand: the model cannot say an index on an expression. Cards that never expire are last; SQL Server sorts.
            migrationBuilder.Sql("""
                CREATE INDEX "IX_LedgerAccounts_Expiry" ON "LedgerAccounts" (COALESCE("UsableUntil", 3155378975999999999), "Id") WHERE "Kind" = 'GiftCard';
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP INDEX \"IX_LedgerAccounts_Expiry\"");

            migrationBuilder.DropIndex(
                name: "IX_LedgerTransactions_OrderNumber_Id",
                table: "LedgerTransactions");
        }
    }
}
