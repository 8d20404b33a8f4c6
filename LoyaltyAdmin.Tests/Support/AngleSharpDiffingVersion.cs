#if !FULL_FEED
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace LoyaltyAdmin.Tests.Support;

/// <summary>bunit asks for a newer AngleSharp.Diffing than the feed has; the copy beside the tests has all it calls.</summary>
internal static class AngleSharpDiffingVersion
{
#pragma warning disable CA2255 // Must run before the first test touches bunit.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void AnswerWithTheCopyAtHand() =>
        AssemblyLoadContext.Default.Resolving += (context, name) => name.Name == "AngleSharp.Diffing"
            ? context.LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, "AngleSharp.Diffing.dll"))
            : null;
}
#endif
