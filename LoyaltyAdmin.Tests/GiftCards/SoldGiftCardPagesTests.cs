using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;

namespace LoyaltyAdmin.Tests.GiftCards;

/// <summary>Paging through sold cards and transactions: whichever index a filter lets the list start from, every row is there once, newest first.</summary>
public abstract class SoldGiftCardPagesTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private const int Cards = 7;

    private Store store = null!;
    private Actor seller = null!;

    public sealed class OnSqlite() : SoldGiftCardPagesTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : SoldGiftCardPagesTests(DatabaseKind.PostgreSql);

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        store = await A.Store().SaveToAsync(Db);
        seller = await A.StaffUser().With(Permission.GiftCardsSell, Permission.GiftCardsRead).SaveToAsync(Db);
        var plan = await A.GiftCardPlan().SaveToAsync(Db);
        for (var i = 0; i < Cards; i++)
        {
            await Db.Get<GiftCardSales>().SellAsync(seller, new GiftCardSale { PlanCode = plan.Code, Amount = 100, Currency = "USD", StoreCode = store.Code, Channel = Channel.Pos, BuyerName = $"Ada Garcia {i}" }, $"sale-{i}");
            Db.Clock.Now = Db.Clock.Now.AddDays(1);
        }
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("garcia", null)]
    [InlineData(null, GiftCardStatus.Active)]
    [InlineData("garcia", GiftCardStatus.Active)]
    public async Task Every_card_is_on_one_page_forwards_and_backwards(string? buyer, GiftCardStatus? status)
    {
        var filter = new SoldGiftCardFilter { Buyer = buyer, Status = status };

        var forwards = await AllAsync(filter, backward: false);
        var backwards = await AllAsync(filter, backward: true);

        forwards.Count.ShouldBe(Cards);
        forwards.ShouldBe(forwards.OrderDescending());
        backwards.Order().ShouldBe(forwards.Order());
    }

    [Fact]
    public async Task Transactions_of_one_day_and_of_several_are_those_of_these_days()
    {
        var all = (await Db.Get<GiftCardTransactions>().ListAsync(seller, new(), new())).Rows;
        var (first, second) = (all[^1].BusinessDay, all[^2].BusinessDay);

        (await DaysAsync(second, second)).ShouldBe([second]);
        (await DaysAsync(first, second)).ShouldBe([second, first]);
        (await DaysAsync(null, second)).ShouldBe([second, first]);
        (await DaysAsync(second, null)).Count.ShouldBe(Cards - 1);
    }

    private async Task<List<long>> AllAsync(SoldGiftCardFilter filter, bool backward)
    {
        var ids = new List<long>();
        var request = new PageRequest { Size = 3, Backward = backward };
        while (ids.Count <= Cards)
        {
            var page = await Db.Get<SoldGiftCards>().ListAsync(seller, filter, request);
            ids.AddRange(page.Rows.Select(row => row.Id));
            if ((backward ? page.Previous : page.Next) is not { } cursor)
            {
                break;
            }

            request = request with { Cursor = cursor };
        }

        return ids;
    }

    private async Task<List<DateOnly>> DaysAsync(DateOnly? from, DateOnly? to) =>
        [.. (await Db.Get<GiftCardTransactions>().ListAsync(seller, new() { From = from, To = to }, new())).Rows.Select(row => row.BusinessDay)];
}
