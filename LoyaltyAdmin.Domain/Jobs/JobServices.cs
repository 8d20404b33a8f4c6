using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Domain.Jobs;

/// <summary>What runs jobs, and the Jobs page. Each module registers its own jobs as <see cref="BackgroundWork"/>; those of the schedule stand in one list in the web project.</summary>
internal static class JobServices
{
    public static IServiceCollection AddJobs(this IServiceCollection services) => services
        .AddSingleton(new JobSettings())
        .AddSingleton<JobLeases>()
        .AddSingleton<JobRuns>()
        .AddSingleton<JobRunner>()
        .AddSingleton<JobCatalog>()
        .AddSingleton<JobSignal>()
        .AddSingleton<JobBoard>();
}
