using LoyaltyAdmin.Web.Components;

namespace LoyaltyAdmin.Tests.Components;

public sealed class WordsTests
{
    [Theory]
    [InlineData("fr", "French")]
    [InlineData("xx-nobody", "xx-nobody")]
    [InlineData(null, "–")]
    public void A_language_is_called_by_its_name(string? code, string name) => Words.Language(code).ShouldBe(name);
}
