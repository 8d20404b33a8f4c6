using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace LoyaltyAdmin.Domain.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class SalesChannelsOfOrders : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // With its foreign key at once: added afterwards, SQLite would write the whole table anew, outside the transaction.
            migrationBuilder.Sql("""ALTER TABLE "Orders" ADD "SalesChannelId" INTEGER NULL CONSTRAINT "FK_Orders_SalesChannels_SalesChannelId" REFERENCES "SalesChannels" ("Id") ON DELETE RESTRICT;""");

            migrationBuilder.CreateIndex(
                name: "IX_Orders_SalesChannelId_Id",
                table: "Orders",
                columns: new[] { "SalesChannelId", "Id" },
                filter: "\"SalesChannelId\" IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "FK_Orders_SalesChannels_SalesChannelId",
                table: "Orders");

            migrationBuilder.DropIndex(
                name: "IX_Orders_SalesChannelId_Id",
                table: "Orders");

            migrationBuilder.DropColumn(
                name: "SalesChannelId",
                table: "Orders");
        }
    }
}
