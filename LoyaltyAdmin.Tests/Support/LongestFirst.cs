using LoyaltyAdmin.Tests.Support;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer($"LoyaltyAdmin.Tests.Support.{nameof(LongestFirst)}", "LoyaltyAdmin.Tests")]

namespace LoyaltyAdmin.Tests.Support;

/// <summary>A class whose tests take about twenty seconds or more: it starts first, so that the run does not end with one test and an idle machine.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class LongAttribute : Attribute;

/// <summary>Starts the groups of browser tests first, then the classes marked <see cref="LongAttribute"/>, then all others.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly IReadOnlyList<string> longClasses =
        [.. typeof(LongestFirst).Assembly.GetTypes().Where(type => !type.IsAbstract && type.IsDefined(typeof(LongAttribute), inherit: true)).Select(type => type.FullName!)];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) => testCollections.OrderBy(Rank).ThenBy(collection => collection.DisplayName, StringComparer.Ordinal);

    private static int Rank(ITestCollection collection) =>
        collection.CollectionDefinition is not null ? 0
        : longClasses.Any(name => collection.DisplayName.Contains($" {name} ", StringComparison.Ordinal)) ? 1
        : 2;
}
