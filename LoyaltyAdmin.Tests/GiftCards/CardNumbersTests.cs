using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.GiftCards;

namespace LoyaltyAdmin.Tests.GiftCards;

public sealed class CardNumbersTests
{
    private readonly CardNumbers numbers = new(SecretKeys.Ephemeral());

    [Fact]
    public void A_new_number_has_nineteen_digits_and_a_check_digit()
    {
        var number = CardNumbers.NewNumber();

        number.Length.ShouldBe(19);
        CardNumbers.CheckDigit(number).ShouldBe(0);
    }

    [Fact]
    public void The_check_digit_catches_every_wrong_digit_and_every_swap_of_neighbours()
    {
        var number = CardNumbers.NewNumber();
        for (var i = 0; i < number.Length; i++)
        {
            for (var digit = '0'; digit <= '9'; digit++)
            {
                if (digit != number[i])
                {
                    CardNumbers.CheckDigit(number[..i] + digit + number[(i + 1)..]).ShouldNotBe(0);
                }
            }

            if (i > 0 && number[i] != number[i - 1])
            {
                CardNumbers.CheckDigit(number[..(i - 1)] + number[i] + number[i - 1] + number[(i + 1)..]).ShouldNotBe(0);
            }
        }
    }

    [Fact]
    public void A_number_hashes_alike_however_it_is_typed_and_only_under_one_installations_key()
    {
        numbers.HashNumber("9600 4712-3456").ShouldBe(numbers.HashNumber("960047123456"));
        new CardNumbers(SecretKeys.Ephemeral()).HashNumber("960047123456").ShouldNotBe(numbers.HashNumber("960047123456"));
    }

    [Fact]
    public void A_code_belongs_to_its_card_and_reads_letters_people_confuse_alike()
    {
        numbers.HashCode("111122223333", "0A1B2C3D").ShouldBe(numbers.HashCode("1111 2222 3333", "oa-lb 2c3d"));
        numbers.HashCode("111122223333", "0A1B2C3D").ShouldNotBe(numbers.HashCode("444422223333", "0A1B2C3D"));
    }

    [Fact]
    public void A_sealed_number_opens_unchanged_and_a_changed_one_does_not()
    {
        var value = numbers.Seal("0012345678901234567");
        numbers.Open(value).ShouldBe("0012345678901234567");
        value[^1] ^= 1;

        Should.Throw<System.Security.Cryptography.CryptographicException>(() => numbers.Open(value));
    }

    [Theory]
    [InlineData("1234567")]
    [InlineData("123456789012345678901")]
    [InlineData("12345_678")]
    [InlineData("4111111111111111")]
    public void A_merchants_number_that_breaks_the_rules_is_named(string number) => CardNumbers.Fault(number).ShouldNotBeNull();
}
