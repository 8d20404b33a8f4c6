using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Wallets;
using LoyaltyAdmin.Tests.Support;

namespace LoyaltyAdmin.Tests.Wallets;

public abstract class WalletHoldsTests(DatabaseKind kind) : WalletTest(kind)
{
    public sealed class OnSqlite() : WalletHoldsTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : WalletHoldsTests(DatabaseKind.PostgreSql);

    [Fact]
    public async Task A_hold_leaves_the_balance_and_a_capture_pays_with_part_of_it()
    {
        await TopUpAsync(100, bonus: 20);

        var held = await Holds.HoldAsync(Till, Movement(110), minutes: null, "hold");
        (held.Status, held.Amount, held.Balance).ShouldBe((WalletHoldStatus.Open, 110m, 10m));
        (await PartsAsync()).ShouldBe((0m, 10m, 110m));
        await Should.ThrowAsync<InsufficientBalanceException>(() => PayAsync(11));

        var captured = await Holds.CaptureAsync(Till, held.HoldId, 60, "R-1", "capture");
        (captured.Status, captured.Captured, captured.Balance).ShouldBe((WalletHoldStatus.Captured, 60m, 60m));
        (await PartsAsync()).ShouldBe((40m, 20m, 0m));
        (await Holds.CaptureAsync(Till, held.HoldId, 60, "R-1", "capture")).ShouldBe(captured);

        await Payments.RefundAsync(Till, captured.PaymentId!.Value, amount: null, "refund");
        (await PartsAsync()).ShouldBe((100m, 20m, 0m));
    }

    [Fact]
    public async Task A_hold_ends_once()
    {
        await TopUpAsync(100);
        var held = await Holds.HoldAsync(Till, Movement(50), minutes: 5, "hold");

        var ends = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => Task.Run(async () =>
        {
            try
            {
                await (i % 2 == 0 ? Holds.CaptureAsync(Till, held.HoldId, amount: null, orderNumber: null, A.Unique("capture")) : Holds.ReleaseAsync(Till, held.HoldId, reason: null, A.Unique("release")));

                return true;
            }
            catch (Domain.Values.RuleViolationException refusal)
            {
                refusal.Code.ShouldBe("hold_closed");

                return false;
            }
        })));

        ends.Count(done => done).ShouldBe(1);
        (await CodeAsync(() => Holds.CaptureAsync(Till, held.HoldId, 1, orderNumber: null, "late"))).ShouldBe("hold_closed");
    }

    [Fact]
    public async Task A_hold_whose_time_is_over_comes_back_once()
    {
        await TopUpAsync(100);
        var held = await Holds.HoldAsync(Till, Movement(50), minutes: 5, "hold");
        (await Holds.ExpireAsync()).ShouldBe(0);
        Clock.Advance(TimeSpan.FromMinutes(5));

        (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Holds.ExpireAsync())))).Sum().ShouldBe(1);

        (await PartsAsync()).ShouldBe((100m, 0m, 0m));
        (await CodeAsync(() => Holds.ReleaseAsync(Till, held.HoldId, reason: null, "late"))).ShouldBe("hold_closed");
    }

    [Fact]
    public async Task A_capture_takes_the_lots_it_held_though_they_expired_meanwhile()
    {
        await TopUpAsync(10, bonus: 20, bonusExpiresAt: Clock.Now.AddMinutes(10));
        var held = await Holds.HoldAsync(Till, Movement(25), minutes: 60, "hold");
        Clock.Advance(TimeSpan.FromMinutes(30));
        await Db.Get<LotExpiry>().RunAsync();

        (await Holds.CaptureAsync(Till, held.HoldId, amount: null, orderNumber: null, "capture")).Captured.ShouldBe(25);

        (await PartsAsync()).ShouldBe((0m, 0m, 0m));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(43_201)]
    public async Task A_hold_lasts_a_month_at_most(int minutes) =>
        (await CodeAsync(() => Holds.HoldAsync(Till, Movement(5), minutes, "hold"))).ShouldBe("invalid_input");

    [Fact]
    public async Task More_than_the_hold_is_not_captured()
    {
        await TopUpAsync(100);
        var held = await Holds.HoldAsync(Till, Movement(50), minutes: null, "hold");

        (await CodeAsync(() => Holds.CaptureAsync(Till, held.HoldId, 50.01m, orderNumber: null, "capture"))).ShouldBe("exceeds_hold");
        (await PartsAsync()).ShouldBe((50m, 0m, 50m));
    }
}
