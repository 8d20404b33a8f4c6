using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace LoyaltyAdmin.Domain.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Gifts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "GiftCampaigns",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Code = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    Name = table.Column<string>(type: "TEXT", maxLength: 120, nullable: false),
                    Audience = table.Column<string>(type: "TEXT", maxLength: -1, nullable: false),
                    Gift = table.Column<string>(type: "TEXT", maxLength: -1, nullable: false),
                    MemberLimit = table.Column<int>(type: "INTEGER", nullable: true),
                    PointsBudget = table.Column<long>(type: "INTEGER", precision: 19, scale: 4, nullable: true),
                    CancelsPending = table.Column<bool>(type: "INTEGER", nullable: false),
                    MiniProgramIds = table.Column<string>(type: "TEXT", nullable: false),
                    Status = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    StartAt = table.Column<long>(type: "INTEGER", nullable: true),
                    StartedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    EndedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    StopReason = table.Column<string>(type: "TEXT", maxLength: 400, nullable: true),
                    ActorKey = table.Column<string>(type: "TEXT", maxLength: 40, nullable: true),
                    ActorName = table.Column<string>(type: "TEXT", maxLength: 120, nullable: true),
                    LastMemberId = table.Column<long>(type: "INTEGER", nullable: false),
                    Granted = table.Column<int>(type: "INTEGER", nullable: false),
                    PointsGranted = table.Column<long>(type: "INTEGER", precision: 19, scale: 4, nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    Version = table.Column<Guid>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_GiftCampaigns", x => x.Id);
                    table.CheckConstraint("CK_GiftCampaigns_Granted", "\"MemberLimit\" IS NULL OR \"Granted\" <= \"MemberLimit\"");
                    table.CheckConstraint("CK_GiftCampaigns_PointsGranted", "\"PointsBudget\" IS NULL OR \"PointsGranted\" <= \"PointsBudget\"");
                });

            migrationBuilder.CreateTable(
                name: "GiftGrants",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    SourceKind = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    SourceId = table.Column<long>(type: "INTEGER", nullable: false),
                    SourceName = table.Column<string>(type: "TEXT", maxLength: 120, nullable: false),
                    MemberId = table.Column<long>(type: "INTEGER", nullable: false),
                    Episode = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    GrantedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    GrantedOn = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    ActorName = table.Column<string>(type: "TEXT", maxLength: 120, nullable: false),
                    MiniProgramIds = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_GiftGrants", x => x.Id);
                    table.ForeignKey(
                        name: "FK_GiftGrants_Members_MemberId",
                        column: x => x.MemberId,
                        principalTable: "Members",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "GiftItems",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    GrantId = table.Column<long>(type: "INTEGER", nullable: false),
                    MemberId = table.Column<long>(type: "INTEGER", nullable: false),
                    Line = table.Column<int>(type: "INTEGER", nullable: false),
                    Kind = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    Points = table.Column<long>(type: "INTEGER", precision: 19, scale: 4, nullable: true),
                    CouponId = table.Column<long>(type: "INTEGER", nullable: true),
                    PackageId = table.Column<long>(type: "INTEGER", nullable: true),
                    Quantity = table.Column<int>(type: "INTEGER", nullable: false),
                    Validity = table.Column<string>(type: "TEXT", nullable: true),
                    DueAt = table.Column<long>(type: "INTEGER", nullable: false),
                    Status = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    NextAt = table.Column<long>(type: "INTEGER", nullable: true),
                    Attempts = table.Column<int>(type: "INTEGER", nullable: false),
                    DeliveredAt = table.Column<long>(type: "INTEGER", nullable: true),
                    Reason = table.Column<string>(type: "TEXT", maxLength: 400, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_GiftItems", x => x.Id);
                    table.CheckConstraint("CK_GiftItems_NextAt", "\"Status\" = 'Pending' OR \"NextAt\" IS NULL");
                    table.ForeignKey(
                        name: "FK_GiftItems_CouponPackages_PackageId",
                        column: x => x.PackageId,
                        principalTable: "CouponPackages",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_GiftItems_Coupons_CouponId",
                        column: x => x.CouponId,
                        principalTable: "Coupons",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_GiftItems_GiftGrants_GrantId",
                        column: x => x.GrantId,
                        principalTable: "GiftGrants",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_GiftItems_Members_MemberId",
                        column: x => x.MemberId,
                        principalTable: "Members",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_GiftCampaigns_Code",
                table: "GiftCampaigns",
                column: "Code",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_GiftCampaigns_Status_StartAt",
                table: "GiftCampaigns",
                columns: new[] { "Status", "StartAt" });

            migrationBuilder.CreateIndex(
                name: "IX_GiftGrants_GrantedOn",
                table: "GiftGrants",
                column: "GrantedOn");

            migrationBuilder.CreateIndex(
                name: "IX_GiftGrants_MemberId",
                table: "GiftGrants",
                column: "MemberId");

            migrationBuilder.CreateIndex(
                name: "IX_GiftGrants_SourceKind_SourceId_MemberId_Episode",
                table: "GiftGrants",
                columns: new[] { "SourceKind", "SourceId", "MemberId", "Episode" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_GiftItems_CouponId",
                table: "GiftItems",
                column: "CouponId");

            migrationBuilder.CreateIndex(
                name: "IX_GiftItems_GrantId_Line",
                table: "GiftItems",
                columns: new[] { "GrantId", "Line" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_GiftItems_MemberId",
                table: "GiftItems",
                column: "MemberId");

            migrationBuilder.CreateIndex(
                name: "IX_GiftItems_NextAt_Id",
                table: "GiftItems",
                columns: new[] { "NextAt", "Id" },
                filter: "\"NextAt\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_GiftItems_PackageId",
                table: "GiftItems",
                column: "PackageId");

            migrationBuilder.CreateIndex(
                name: "IX_GiftItems_Status_Id",
                table: "GiftItems",
                columns: new[] { "Status", "Id" },
                filter: "\"Status\" <> 'Delivered'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "GiftCampaigns");

            migrationBuilder.DropTable(
                name: "GiftItems");

            migrationBuilder.DropTable(
                name: "GiftGrants");
        }
    }
}
