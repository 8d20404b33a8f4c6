using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Tests.Values;

public sealed class CurrencyTests
{
    [Theory]
    [InlineData("USD", "12.34", 1234)]
    [InlineData("JPY", "500", 500)]
    [InlineData("KWD", "1.005", 1005)]
    public void An_amount_is_exact_in_its_currencys_minor_units(string code, string amount, long minor)
    {
        var currency = Currency.Of(code);

        currency.ToMinor(Parse(amount)).ShouldBe(minor);
        currency.ToMajor(minor).ShouldBe(Parse(amount));
    }

    [Theory]
    [InlineData("USD", "0.001")]
    [InlineData("JPY", "0.5")]
    [InlineData("KWD", "1.0005")]
    [InlineData("USD", "1000000000000.01")]
    public void An_amount_the_currency_cannot_hold_is_refused(string code, string amount) =>
        Should.Throw<RuleViolationException>(() => Currency.Of(code).ToMinor(Parse(amount))).Code.ShouldBe("invalid_amount");

    [Fact]
    public void Ten_thousand_random_splits_sum_to_their_total()
    {
        var random = new Random(20261122);
        foreach (var currency in Currency.All)
        {
            for (var i = 0; i < 10_000 / Currency.All.Count + 1; i++)
            {
                var total = currency.ToMajor(random.NextInt64(1, 1_000_000_000));
                var part = currency.Round(total * random.Next(0, 101) / 100m);

                (currency.ToMinor(part) + currency.ToMinor(total - part)).ShouldBe(currency.ToMinor(total));
            }
        }
    }

    [Fact]
    public void Every_house_account_has_its_own_identifier_that_reads_back()
    {
        var ids = new HashSet<long>();
        foreach (var house in Enum.GetValues<House>())
        {
            foreach (var currency in Currency.All)
            {
                var id = HouseAccount.Id(house, currency.Code);
                id.ShouldBeLessThan(0);
                ids.Add(id).ShouldBeTrue();
                HouseAccount.Of(id).ShouldBe((house, currency.Code));
            }
        }
    }

    private static decimal Parse(string amount) => decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture);
}
