using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.MemberPortal;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Webhooks;

namespace LoyaltyAdmin.Web.Jobs;

/// <summary>Deletes what is only kept for a while: export files after 24 hours, rows of finished imports after 30 days, job history after 90, messages after two years, members' codes, sessions and links some time after their end, over sessions and attempt counters after a day.</summary>
public sealed class CleanUpJob(JobRuns history, ExportWork exports, ImportWork imports, AttemptLimits attempts, WebhookSender webhooks, MessageSender messages, PortalCodeWork portal) : ScheduledJob
{
    public override string Name => "Clean-up";

    public override string Purpose => "Deletes what is kept only for a while: export files for 24 hours, rows of finished imports for 30 days, job history for 90 days, messages for two years, members' codes for two days, sessions for 30, links for a year.";

    public override JobTiming Timing => new EveryMinutes(60);

    public override async Task<JobResult> RunAsync(CancellationToken cancel = default) =>
        new($"{await exports.CleanUpAsync(cancel)} exports expired, {await imports.CleanUpAsync(cancel)} import rows, {await history.CleanUpAsync(cancel)} job runs, {await webhooks.CleanUpAsync(cancel)} webhook deliveries and {await messages.CleanUpAsync(cancel)} messages deleted, {await portal.CleanUpAsync(cancel)} member page links, sessions and codes forgotten, {await attempts.CleanUpAsync(cancel)} attempt counters forgotten.");
}
