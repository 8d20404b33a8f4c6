using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Web.Components;

namespace LoyaltyAdmin.Web.Pages.SystemConfiguration.Jobs;

/// <summary>What became of a job, in words and colours.</summary>
internal static class JobWords
{
    public static string Outcome(JobRunRow run) => run switch
    {
        { FinishedAt: null } => "Running",
        { Succeeded: true } => "Done",
        { Succeeded: false } => "Failed",
        _ => "Stopped",
    };

    public static Tone Tone(JobRunRow run) => run switch
    {
        { FinishedAt: null } => Components.Tone.Attention,
        { Succeeded: true } => Components.Tone.Good,
        { Succeeded: false } => Components.Tone.Bad,
        _ => Components.Tone.Neutral,
    };

    public static Tone Tone(JobState state) => state switch
    {
        JobState.Running => Components.Tone.Good,
        JobState.Paused => Components.Tone.Attention,
        JobState.Late or JobState.Failing => Components.Tone.Bad,
        _ => Components.Tone.Neutral,
    };
}
