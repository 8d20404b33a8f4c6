using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace LoyaltyAdmin.Domain.Data.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class Coupons : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "CouponImages",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    Image = table.Column<byte[]>(type: "bytea", nullable: false),
                    ContentType = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CouponImages", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "CouponPackages",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    Code = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    Name = table.Column<string>(type: "character varying(120)", maxLength: 120, nullable: false),
                    Description = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: true),
                    Status = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Items = table.Column<string>(type: "text", maxLength: -1, nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    Version = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CouponPackages", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Coupons",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    Code = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    Name = table.Column<string>(type: "character varying(120)", maxLength: 120, nullable: false),
                    Type = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    CodeKind = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    CodeHash = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: true),
                    UniversalCode = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: true),
                    Status = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    Rules = table.Column<string>(type: "text", maxLength: -1, nullable: false),
                    Stock = table.Column<int>(type: "integer", nullable: true),
                    PerMemberLimit = table.Column<int>(type: "integer", nullable: true),
                    ImageId = table.Column<long>(type: "bigint", nullable: true),
                    TermsId = table.Column<long>(type: "bigint", nullable: true),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    Version = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Coupons", x => x.Id);
                    table.ForeignKey(
                        name: "FK_Coupons_CouponImages_ImageId",
                        column: x => x.ImageId,
                        principalTable: "CouponImages",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "CouponCodes",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    CouponId = table.Column<long>(type: "bigint", nullable: false),
                    CodeHash = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: false),
                    SealedCode = table.Column<byte[]>(type: "bytea", maxLength: 100, nullable: false),
                    LastFour = table.Column<string>(type: "character varying(4)", maxLength: 4, nullable: false),
                    ImportId = table.Column<long>(type: "bigint", nullable: true),
                    MemberCouponId = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CouponCodes", x => x.Id);
                    table.ForeignKey(
                        name: "FK_CouponCodes_Coupons_CouponId",
                        column: x => x.CouponId,
                        principalTable: "Coupons",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_CouponCodes_ImportJobs_ImportId",
                        column: x => x.ImportId,
                        principalTable: "ImportJobs",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "CouponIssues",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    OperationId = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    CouponId = table.Column<long>(type: "bigint", nullable: true),
                    PackageId = table.Column<long>(type: "bigint", nullable: true),
                    Quantity = table.Column<int>(type: "integer", nullable: false),
                    Audience = table.Column<string>(type: "text", maxLength: -1, nullable: false),
                    Reason = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: false),
                    ActorKey = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    ActorName = table.Column<string>(type: "character varying(120)", maxLength: 120, nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    FinishedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    LastMemberId = table.Column<long>(type: "bigint", nullable: false),
                    Members = table.Column<int>(type: "integer", nullable: false),
                    Coupons = table.Column<int>(type: "integer", nullable: false),
                    AtLimit = table.Column<int>(type: "integer", nullable: false),
                    Stopped = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CouponIssues", x => x.Id);
                    table.ForeignKey(
                        name: "FK_CouponIssues_CouponPackages_PackageId",
                        column: x => x.PackageId,
                        principalTable: "CouponPackages",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_CouponIssues_Coupons_CouponId",
                        column: x => x.CouponId,
                        principalTable: "Coupons",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "CouponStocks",
                columns: table => new
                {
                    CouponId = table.Column<long>(type: "bigint", nullable: false),
                    Limit = table.Column<int>(type: "integer", nullable: true),
                    Issued = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CouponStocks", x => x.CouponId);
                    table.ForeignKey(
                        name: "FK_CouponStocks_Coupons_CouponId",
                        column: x => x.CouponId,
                        principalTable: "Coupons",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "CouponTerms",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    CouponId = table.Column<long>(type: "bigint", nullable: false),
                    Number = table.Column<int>(type: "integer", nullable: false),
                    Rules = table.Column<string>(type: "text", maxLength: -1, nullable: false),
                    Since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CouponTerms", x => x.Id);
                    table.ForeignKey(
                        name: "FK_CouponTerms_Coupons_CouponId",
                        column: x => x.CouponId,
                        principalTable: "Coupons",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "MemberCoupons",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    CouponId = table.Column<long>(type: "bigint", nullable: false),
                    TermsId = table.Column<long>(type: "bigint", nullable: false),
                    MemberId = table.Column<long>(type: "bigint", nullable: false),
                    Ordinal = table.Column<int>(type: "integer", nullable: false),
                    Source = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    SourceItem = table.Column<int>(type: "integer", nullable: false),
                    Origin = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    PackageId = table.Column<long>(type: "bigint", nullable: true),
                    Status = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    UsableFrom = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    UsableUntil = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    IssuedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    IssuedOn = table.Column<DateOnly>(type: "date", nullable: false),
                    IssuedBy = table.Column<string>(type: "character varying(120)", maxLength: 120, nullable: false),
                    Reason = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: true),
                    CodeHash = table.Column<byte[]>(type: "bytea", maxLength: 32, nullable: true),
                    SealedCode = table.Column<byte[]>(type: "bytea", maxLength: 100, nullable: true),
                    LastFour = table.Column<string>(type: "character varying(4)", maxLength: 4, nullable: true),
                    VoidedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    VoidedBy = table.Column<string>(type: "character varying(120)", maxLength: 120, nullable: true),
                    VoidReason = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_MemberCoupons", x => x.Id);
                    table.ForeignKey(
                        name: "FK_MemberCoupons_CouponPackages_PackageId",
                        column: x => x.PackageId,
                        principalTable: "CouponPackages",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_MemberCoupons_CouponTerms_TermsId",
                        column: x => x.TermsId,
                        principalTable: "CouponTerms",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_MemberCoupons_Coupons_CouponId",
                        column: x => x.CouponId,
                        principalTable: "Coupons",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_MemberCoupons_Members_MemberId",
                        column: x => x.MemberId,
                        principalTable: "Members",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "CouponRedemptions",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    MemberCouponId = table.Column<long>(type: "bigint", nullable: false),
                    CouponId = table.Column<long>(type: "bigint", nullable: false),
                    ReversesId = table.Column<long>(type: "bigint", nullable: true),
                    Sign = table.Column<int>(type: "integer", nullable: false),
                    Currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    BasketAmount = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: false),
                    Eligible = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: false),
                    Discount = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: false),
                    Cost = table.Column<decimal>(type: "numeric(19,4)", precision: 19, scale: 4, nullable: false),
                    StoreId = table.Column<long>(type: "bigint", nullable: false),
                    Channel = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    OrderNumber = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    At = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    BusinessDay = table.Column<DateOnly>(type: "date", nullable: false),
                    Source = table.Column<string>(type: "character varying(80)", maxLength: 80, nullable: false),
                    IdempotencyKey = table.Column<string>(type: "character varying(128)", maxLength: 128, nullable: false),
                    RequestHash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Answer = table.Column<string>(type: "text", maxLength: -1, nullable: false),
                    ActorName = table.Column<string>(type: "character varying(120)", maxLength: 120, nullable: false),
                    Reason = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CouponRedemptions", x => x.Id);
                    table.ForeignKey(
                        name: "FK_CouponRedemptions_CouponRedemptions_ReversesId",
                        column: x => x.ReversesId,
                        principalTable: "CouponRedemptions",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_CouponRedemptions_Coupons_CouponId",
                        column: x => x.CouponId,
                        principalTable: "Coupons",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_CouponRedemptions_MemberCoupons_MemberCouponId",
                        column: x => x.MemberCouponId,
                        principalTable: "MemberCoupons",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_CouponRedemptions_Stores_StoreId",
                        column: x => x.StoreId,
                        principalTable: "Stores",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "CouponOrderUses",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    StoreId = table.Column<long>(type: "bigint", nullable: false),
                    OrderNumber = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Place = table.Column<int>(type: "integer", nullable: false),
                    Stacking = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    RedemptionId = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CouponOrderUses", x => x.Id);
                    table.ForeignKey(
                        name: "FK_CouponOrderUses_CouponRedemptions_RedemptionId",
                        column: x => x.RedemptionId,
                        principalTable: "CouponRedemptions",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_CouponCodes_CodeHash",
                table: "CouponCodes",
                column: "CodeHash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_CouponCodes_CouponId_MemberCouponId_Id",
                table: "CouponCodes",
                columns: new[] { "CouponId", "MemberCouponId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_CouponCodes_ImportId",
                table: "CouponCodes",
                column: "ImportId");

            migrationBuilder.CreateIndex(
                name: "IX_CouponCodes_MemberCouponId",
                table: "CouponCodes",
                column: "MemberCouponId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_CouponIssues_CouponId",
                table: "CouponIssues",
                column: "CouponId");

            migrationBuilder.CreateIndex(
                name: "IX_CouponIssues_FinishedAt",
                table: "CouponIssues",
                column: "FinishedAt");

            migrationBuilder.CreateIndex(
                name: "IX_CouponIssues_OperationId",
                table: "CouponIssues",
                column: "OperationId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_CouponIssues_PackageId",
                table: "CouponIssues",
                column: "PackageId");

            migrationBuilder.CreateIndex(
                name: "IX_CouponOrderUses_RedemptionId",
                table: "CouponOrderUses",
                column: "RedemptionId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_CouponOrderUses_StoreId_OrderNumber_Place",
                table: "CouponOrderUses",
                columns: new[] { "StoreId", "OrderNumber", "Place" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_CouponPackages_Code",
                table: "CouponPackages",
                column: "Code",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_CouponRedemptions_CouponId_BusinessDay",
                table: "CouponRedemptions",
                columns: new[] { "CouponId", "BusinessDay" });

            migrationBuilder.CreateIndex(
                name: "IX_CouponRedemptions_MemberCouponId",
                table: "CouponRedemptions",
                column: "MemberCouponId");

            migrationBuilder.CreateIndex(
                name: "IX_CouponRedemptions_OrderNumber",
                table: "CouponRedemptions",
                column: "OrderNumber");

            migrationBuilder.CreateIndex(
                name: "IX_CouponRedemptions_ReversesId",
                table: "CouponRedemptions",
                column: "ReversesId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_CouponRedemptions_Source_IdempotencyKey",
                table: "CouponRedemptions",
                columns: new[] { "Source", "IdempotencyKey" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_CouponRedemptions_StoreId_BusinessDay",
                table: "CouponRedemptions",
                columns: new[] { "StoreId", "BusinessDay" });

            migrationBuilder.CreateIndex(
                name: "IX_Coupons_Code",
                table: "Coupons",
                column: "Code",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Coupons_CodeHash",
                table: "Coupons",
                column: "CodeHash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Coupons_ImageId",
                table: "Coupons",
                column: "ImageId");

            migrationBuilder.CreateIndex(
                name: "IX_CouponTerms_CouponId_Number",
                table: "CouponTerms",
                columns: new[] { "CouponId", "Number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_MemberCoupons_CodeHash",
                table: "MemberCoupons",
                column: "CodeHash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_MemberCoupons_CouponId_MemberId_Ordinal",
                table: "MemberCoupons",
                columns: new[] { "CouponId", "MemberId", "Ordinal" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_MemberCoupons_IssuedOn",
                table: "MemberCoupons",
                column: "IssuedOn");

            migrationBuilder.CreateIndex(
                name: "IX_MemberCoupons_LastFour",
                table: "MemberCoupons",
                column: "LastFour");

            migrationBuilder.CreateIndex(
                name: "IX_MemberCoupons_MemberId",
                table: "MemberCoupons",
                column: "MemberId");

            migrationBuilder.CreateIndex(
                name: "IX_MemberCoupons_PackageId",
                table: "MemberCoupons",
                column: "PackageId");

            migrationBuilder.CreateIndex(
                name: "IX_MemberCoupons_Source_CouponId_MemberId_SourceItem",
                table: "MemberCoupons",
                columns: new[] { "Source", "CouponId", "MemberId", "SourceItem" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_MemberCoupons_Status_UsableUntil",
                table: "MemberCoupons",
                columns: new[] { "Status", "UsableUntil" });

            migrationBuilder.CreateIndex(
                name: "IX_MemberCoupons_TermsId",
                table: "MemberCoupons",
                column: "TermsId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "CouponCodes");

            migrationBuilder.DropTable(
                name: "CouponIssues");

            migrationBuilder.DropTable(
                name: "CouponOrderUses");

            migrationBuilder.DropTable(
                name: "CouponStocks");

            migrationBuilder.DropTable(
                name: "CouponRedemptions");

            migrationBuilder.DropTable(
                name: "MemberCoupons");

            migrationBuilder.DropTable(
                name: "CouponPackages");

            migrationBuilder.DropTable(
                name: "CouponTerms");

            migrationBuilder.DropTable(
                name: "Coupons");

            migrationBuilder.DropTable(
                name: "CouponImages");
        }
    }
}
