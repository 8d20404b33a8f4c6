using LoyaltyAdmin.Domain.Access;

namespace LoyaltyAdmin.Tests.Access;

public sealed class PasswordRulesTests
{
    [Theory]
    [InlineData("short")]
    [InlineData("elevenchars")]
    public void Fewer_than_twelve_characters_are_too_few(string password) => PasswordRules.Fault(password)!.ShouldContain("12");

    [Theory]
    [InlineData("passwordpassword")]
    [InlineData("P@ssw0rd2026!!")]
    [InlineData("qwertyuiop123")]
    [InlineData("123456789012345")]
    [InlineData("aaaaaaaaaaaaaaaa")]
    [InlineData("iloveyou1234567")]
    [InlineData("Summer2026Summer")]
    [InlineData("correcthorsebatterystaple")]
    [InlineData("LoyaltyAdmin2026")]
    [InlineData("manchester-united")]
    [InlineData("zyxwvutsrqponm")]
    public void What_everybody_tries_first_is_refused_however_it_is_dressed_up(string password) => PasswordRules.Fault(password).ShouldNotBeNull();

    [Theory]
    [InlineData("kathrin.brandl2026", "Kathrin Brandl", null)]
    [InlineData("borealis-99-borealis", null, "Borealis Tea House")]
    public void The_users_and_the_companys_own_names_are_refused(string password, string? name, string? company) => PasswordRules.Fault(password, name, company).ShouldNotBeNull();

    [Theory]
    [InlineData("seven violet umbrellas dancing")]
    [InlineData("k7#Vq9!tLm2x")]
    [InlineData("my nephew collects bottle caps")]
    [InlineData("grüne Fenster im Regenlicht")]
    public void Something_of_ones_own_is_accepted_without_rules_of_composition(string password) => PasswordRules.Fault(password, "Alex Morgan", "alex@demo.example").ShouldBeNull();
}
