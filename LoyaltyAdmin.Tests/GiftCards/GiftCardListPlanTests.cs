using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Tests.GiftCards;

/// <summary>What must not cost more the more cards there are: lists are read in the order of an index, from the first page to the last and back.</summary>
public abstract class GiftCardListPlanTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private const int Size = 4;

    private readonly LastQuery last = new();

    public sealed class OnSqlite() : GiftCardListPlanTests(DatabaseKind.Sqlite)
    {
        [Fact]
        public async Task A_search_is_read_as_it_finds_and_no_further_than_the_page()
        {
            await Db.Get<SoldGiftCards>().ListAsync(Actor.System, new() { Buyer = "garcia" }, new PageRequest { Size = Size });

            var plan = await last.PlanAsync(Db);
            plan.ShouldStartWith("SCAN GiftCardSearch VIRTUAL TABLE");
            plan.ShouldNotContain("TEMP B-TREE", customMessage: last.Text);
        }
    }

    public sealed class OnPostgreSql() : GiftCardListPlanTests(DatabaseKind.PostgreSql);

    protected override void Configure(IServiceCollection services) => services
        .ConfigureDbContext<SqliteLoyaltyDbContext>(options => options.AddInterceptors(last))
        .ConfigureDbContext<PostgreSqlLoyaltyDbContext>(options => options.AddInterceptors(last));

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        var (store, plan) = (await A.Store().SaveToAsync(Db), await A.GiftCardPlan().SaveToAsync(Db));
        foreach (var builder in new[] { A.GiftCard(), A.GiftCard().UsableUntil(Clock.Now.AddDays(20)), A.GiftCard().UsableUntil(Clock.Now.AddDays(10)), A.GiftCard() })
        {
            await builder.In(store).Of(plan).SaveToAsync(Db, 5);
        }

        await Db.Database.WriteAsync(Actor.System, async db =>
        {
            foreach (var card in await db.GiftCards.ToListAsync())
            {
                card.BuyerName = card.Id % 2 == 0 ? "Maria Garcia" : "John Smith";
                card.SetSearchText();
            }
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cards_by_expiry_are_read_in_the_order_of_an_index(bool descending)
    {
        var expected = await Db.ReadAsync(db => db.GiftCards.Join(db.LedgerAccounts, c => c.AccountId, a => a.Id, (c, a) => new { c.Id, a.UsableUntil }).ToListAsync());
        var inOrder = expected.OrderBy(card => card.UsableUntil ?? DateTimeOffset.MaxValue).ThenBy(card => card.Id).Select(card => card.Id);

        await WalkAsync(new(), new PageRequest { Size = Size, Sort = "ExpiresAt", Descending = descending }, descending ? inOrder.Reverse() : inOrder, "IX_LedgerAccounts_Expiry");
    }

    [Fact]
    public async Task A_search_is_walked_through_to_its_end_and_back()
    {
        var expected = await Db.ReadAsync(db => db.GiftCards.Where(card => card.Id % 2 == 0).OrderByDescending(card => card.Id).Select(card => card.Id).ToListAsync());

        await WalkAsync(new() { Buyer = "garcia" }, new PageRequest { Size = Size }, expected, index: null);
        (await Db.Get<SoldGiftCards>().CountAsync(Actor.System, new() { Buyer = "garcia" })).Count.ShouldBe(expected.Count);
    }

    [Fact]
    public async Task An_order_number_is_looked_up()
    {
        await Db.Get<GiftCardTransactions>().ListAsync(Actor.System, new() { OrderNumber = "INV-1" }, new PageRequest());

        (await last.PlanAsync(Db)).ShouldContain("IX_LedgerTransactions_OrderNumber_Id");
    }

    private async Task WalkAsync(SoldGiftCardFilter filter, PageRequest first, IEnumerable<long> expected, string? index)
    {
        var (list, found, back, page) = (Db.Get<SoldGiftCards>(), new List<long>(), new List<long>(), Page<SoldGiftCardRow>.Empty);
        for (var request = first; request is not null; request = page.Next is { } next ? first with { Cursor = next } : null)
        {
            page = await list.ListAsync(Actor.System, filter, request);
            found.AddRange(page.Rows.Select(row => row.Id));
            await CheckAsync(index);
        }

        for (; page.Previous is { } previous; back.InsertRange(0, page.Rows.Select(row => row.Id)))
        {
            page = await list.ListAsync(Actor.System, filter, first with { Cursor = previous, Backward = true });
        }

        found.ShouldBe(expected);
        back.ShouldBe(found.Take(back.Count));
        back.Count.ShouldBeGreaterThan(Size);
    }

    private async Task CheckAsync(string? index)
    {
        if (index is null)
        {
            return;
        }

        var plan = await last.PlanAsync(Db);
        plan.ShouldContain(index);
        plan.ShouldNotContain("TEMP B-TREE");
        plan.ShouldNotContain("Sort");
    }
}
