namespace LoyaltyAdmin.Tests.Support;

/// <summary>Marks classes that run when all others are done, one after the other: a promise of seconds cannot be kept on a machine that is busy with other tests.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneGroup
{
    public const string Name = "Alone";
}
