using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace LoyaltyAdmin.Domain.Data.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class Jobs : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "Amount",
                table: "JobRuns",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "AskedBy",
                table: "JobRuns",
                type: "nvarchar(120)",
                maxLength: 120,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Node",
                table: "JobRuns",
                type: "nvarchar(120)",
                maxLength: 120,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "JobBeats",
                columns: table => new
                {
                    Job = table.Column<string>(type: "nvarchar(80)", maxLength: 80, nullable: false),
                    Node = table.Column<string>(type: "nvarchar(120)", maxLength: 120, nullable: false),
                    SeenAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    LookedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    BusySince = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_JobBeats", x => new { x.Job, x.Node });
                });

            migrationBuilder.CreateTable(
                name: "JobControls",
                columns: table => new
                {
                    Id = table.Column<string>(type: "nvarchar(80)", maxLength: 80, nullable: false),
                    PausedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    PausedBy = table.Column<string>(type: "nvarchar(120)", maxLength: 120, nullable: true),
                    PauseReason = table.Column<string>(type: "nvarchar(400)", maxLength: 400, nullable: true),
                    AskedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    AskedBy = table.Column<string>(type: "nvarchar(120)", maxLength: 120, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_JobControls", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_JobRuns_StartedAt",
                table: "JobRuns",
                column: "StartedAt");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "JobBeats");

            migrationBuilder.DropTable(
                name: "JobControls");

            migrationBuilder.DropIndex(
                name: "IX_JobRuns_StartedAt",
                table: "JobRuns");

            migrationBuilder.DropColumn(
                name: "Amount",
                table: "JobRuns");

            migrationBuilder.DropColumn(
                name: "AskedBy",
                table: "JobRuns");

            migrationBuilder.DropColumn(
                name: "Node",
                table: "JobRuns");
        }
    }
}
