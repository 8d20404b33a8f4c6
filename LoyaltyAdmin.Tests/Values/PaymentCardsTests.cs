using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Tests.Values;

public sealed class PaymentCardsTests
{
    [Theory]
    // The payment brands' published test numbers.
    [InlineData("4111111111111111")]
    [InlineData("4012888888881881")]
    [InlineData("4222222222222")]
    [InlineData("4000056655665556")]
    [InlineData("5555555555554444")]
    [InlineData("5105105105105100")]
    [InlineData("5200828282828210")]
    [InlineData("2223003122003222")]
    [InlineData("2720998837779594")]
    [InlineData("378282246310005")]
    [InlineData("371449635398431")]
    [InlineData("378734493671000")]
    [InlineData("6011111111111117")]
    [InlineData("6011000990139424")]
    [InlineData("6011981111111113")]
    [InlineData("30569309025904")]
    [InlineData("38520000023237")]
    [InlineData("3530111333300000")]
    [InlineData("3566002020360505")]
    [InlineData("6200000000000005")]
    [InlineData("paid with 4111 1111 1111 1111 today")]
    [InlineData("4111-1111-1111-1111")]
    public void A_payment_card_number_is_found_however_it_is_written(string text) => PaymentCards.Contains(text).ShouldBeTrue();

    [Theory]
    [InlineData("4111111111111112")]
    [InlineData("+1 212 555 0100")]
    [InlineData("Order 2026-11-22 / 1234567")]
    [InlineData("")]
    [InlineData(null)]
    public void Other_numbers_are_left_alone(string? text) => PaymentCards.Contains(text).ShouldBeFalse();

    [Fact]
    public void The_products_own_card_numbers_are_never_taken_for_payment_cards()
    {
        for (var i = 0; i < 2_000; i++)
        {
            var number = CardNumbers.NewNumber();

            PaymentCards.Contains(number).ShouldBeFalse();
            CardNumbers.Fault(number).ShouldBeNull();
        }
    }
}
