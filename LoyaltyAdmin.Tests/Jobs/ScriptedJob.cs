using LoyaltyAdmin.Domain.Jobs;

namespace LoyaltyAdmin.Tests.Jobs;

/// <summary>A scheduled job that does what a test says.</summary>
internal sealed class ScriptedJob(Func<CancellationToken, Task<JobResult>> script, JobTiming? timing = null) : ScheduledJob
{
    private int runs;

    public ScriptedJob(string summary = "done", JobTiming? timing = null)
        : this(_ => Task.FromResult(new JobResult(summary, 1)), timing)
    {
    }

    public int Runs => runs;

    public override string Name => "Scripted job";

    public override string Purpose => "Does what a test says.";

    public override JobTiming Timing => timing ?? new EveryMinutes(5);

    public override Task<JobResult> RunAsync(CancellationToken cancel = default)
    {
        Interlocked.Increment(ref runs);

        return script(cancel);
    }
}

/// <summary>A loop that finds what a test gives it.</summary>
internal sealed class ScriptedLoop(Func<CancellationToken, Task<JobResult?>> script) : BackgroundWork
{
    public override string Name => "Scripted loop";

    public override string Purpose => "Looks for what a test gives it.";

    public override Task<JobResult?> RunOnceAsync(CancellationToken cancel = default) => script(cancel);
}
