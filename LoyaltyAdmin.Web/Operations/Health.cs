using System.Text.Json;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Jobs;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LoyaltyAdmin.Web.Operations;

/// <summary>
/// <c>/health/live</c>: the process answers. <c>/health/ready</c>: it can do its work. Names and states only, nothing about the inside.
/// </summary>
public static class Health
{
    public static void AddHealth(this IServiceCollection services) => services.AddHealthChecks()
        .AddCheck<DatabaseHealth>("database")
        .AddCheck<MigrationHealth>("migrations")
        .AddCheck<JobHealth>("jobs")
        .AddCheck<DiskHealth>("disk")
        .AddCheck<LedgerHealth>("ledger")
        .AddCheck<SecurityHealth>("security");

    public static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = WriteAsync }).AllowAnonymous();
    }

    private static Task WriteAsync(HttpContext http, HealthReport report)
    {
        http.Response.ContentType = "application/json";

        return http.Response.WriteAsync(JsonSerializer.Serialize(new
        {
            status = report.Status.ToString(),
            checks = report.Entries.ToDictionary(entry => entry.Key, entry => new { status = entry.Value.Status.ToString(), description = entry.Value.Description }),
        }, JsonSerializerOptions.Web));
    }

    private sealed class DatabaseHealth(LoyaltyDatabase database) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await using var db = await database.ReadAsync(cancellationToken);
                await db.Roles.AnyAsync(cancellationToken);

                return HealthCheckResult.Healthy();
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                return HealthCheckResult.Unhealthy("The database does not answer.");
            }
        }
    }

    private sealed class MigrationHealth(DatabaseStartup startup) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                return await startup.PendingMigrationsAsync(cancellationToken) is { Count: > 0 } pending
                    ? HealthCheckResult.Unhealthy($"{pending.Count} migrations are pending.")
                    : HealthCheckResult.Healthy();
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                return HealthCheckResult.Unhealthy("Unknown: the database does not answer.");
            }
        }
    }

    /// <summary>A job that is late, or failed the last time it ran, makes the node degraded, not useless.</summary>
    private sealed class JobHealth(JobBoard board) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                var troubles = await board.TroublesAsync(cancellationToken);
                string[] told = [Told("Failed last time", JobState.Failing), Told("Late", JobState.Late)];

                return troubles.Count > 0 ? HealthCheckResult.Degraded(string.Join(' ', told).Trim()) : HealthCheckResult.Healthy();

                string Told(string what, JobState state) => troubles.Any(job => job.State == state) ? $"{what}: {string.Join(", ", troubles.Where(job => job.State == state).Select(job => job.Name))}." : "";
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                return HealthCheckResult.Degraded("Unknown: the database does not answer.");
            }
        }
    }

    private sealed class DiskHealth(Storage storage) : IHealthCheck
    {
        private const long Megabyte = 1024 * 1024;
        private const long Little = 500 * Megabyte;
        private const long TooLittle = 50 * Megabyte;

        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            var free = new DriveInfo(Path.GetDirectoryName(storage.KeyFile)!).AvailableFreeSpace;

            return Task.FromResult(free < TooLittle ? HealthCheckResult.Unhealthy($"{free / Megabyte} MB are free.")
                : free < Little ? HealthCheckResult.Degraded($"{free / Megabyte} MB are free.")
                : HealthCheckResult.Healthy());
        }
    }

    /// <summary>Alerts that nobody has looked at make the node degraded: monitoring calls a person.</summary>
    private sealed class SecurityHealth(SecurityAlerts alerts) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                return await alerts.CountUnseenAsync(cancellationToken) is > 0 and var unseen
                    ? HealthCheckResult.Degraded($"Security alerts nobody has seen: {unseen}. They are on the Dashboard.")
                    : HealthCheckResult.Healthy();
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                return HealthCheckResult.Degraded("Unknown: the database does not answer.");
            }
        }
    }

    /// <summary>What the last run of the ledger check found; the check itself is too heavy for a probe.</summary>
    private sealed class LedgerHealth(LoyaltyDatabase database) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await using var db = await database.ReadAsync(cancellationToken);
                var violations = await db.LedgerCheckRuns.OrderByDescending(run => run.Id).Select(run => (int?)run.Violations).FirstOrDefaultAsync(cancellationToken);

                return violations > 0 ? HealthCheckResult.Degraded($"The last ledger check found {violations} violations.")
                    : HealthCheckResult.Healthy(violations is null ? "Not checked yet." : null);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                return HealthCheckResult.Degraded("Unknown: the database does not answer.");
            }
        }
    }
}
