using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Webhooks;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>Deletes what is only kept for a while: export files after 24 hours, rows of finished imports after 30 days, job history after 90, messages after two years, over sessions and attempt counters after a day.</summary>
public sealed class CleanUpJob(JobRuns runs, ExportWork exports, ImportWork imports, AttemptLimits attempts, WebhookSender webhooks, MessageSender messages, ILogger<CleanUpJob> logger) : ScheduledJob(runs, logger)
{
    private readonly JobRuns history = runs;

    protected override string Name => "Clean-up";

    protected override TimeSpan AtMostEvery => TimeSpan.FromMinutes(50);

    protected override async Task<string> RunAsync(CancellationToken cancel) =>
        $"{await exports.CleanUpAsync(cancel)} exports expired, {await imports.CleanUpAsync(cancel)} import rows, {await history.CleanUpAsync(cancel)} job runs, {await webhooks.CleanUpAsync(cancel)} webhook deliveries and {await messages.CleanUpAsync(cancel)} messages deleted, {await attempts.CleanUpAsync(cancel)} attempt counters forgotten.";
}
