namespace LoyaltyAdmin.Domain;

/// <summary>Names this assembly to those that search it: EF configurations and the border tests.</summary>
public static class DomainAssembly
{
    public static System.Reflection.Assembly Value { get; } = typeof(DomainAssembly).Assembly;
}
