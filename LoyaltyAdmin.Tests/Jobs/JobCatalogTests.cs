using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Tests.Jobs;

public sealed class JobCatalogTests
{
    [Fact]
    public void Every_job_there_is_runs_and_is_on_the_Jobs_page()
    {
        using var portal = new Portal();
        var catalog = portal.Services.GetRequiredService<JobCatalog>();
        var written = new[] { typeof(Job).Assembly, typeof(Program).Assembly }.SelectMany(assembly => assembly.GetTypes()).Where(type => type.IsSubclassOf(typeof(Job)) && !type.IsAbstract);

        catalog.All.Select(job => job.GetType().Name).Order().ShouldBe(written.Select(type => type.Name).Order());
        catalog.All.Select(job => job.Key).ShouldBeUnique();
        catalog.All.ShouldAllBe(job => job.Purpose.EndsWith('.') && job.Name.Length <= 40);
    }
}
