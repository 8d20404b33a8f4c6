using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace LoyaltyAdmin.Domain.Data.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class SalesChannelsOfOrders : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "SalesChannelId",
                table: "Orders",
                type: "bigint",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_Orders_SalesChannelId_Id",
                table: "Orders",
                columns: new[] { "SalesChannelId", "Id" },
                filter: "\"SalesChannelId\" IS NOT NULL");

            migrationBuilder.AddForeignKey(
                name: "FK_Orders_SalesChannels_SalesChannelId",
                table: "Orders",
                column: "SalesChannelId",
                principalTable: "SalesChannels",
                principalColumn: "Id",
                onDelete: ReferentialAction.Restrict);
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
