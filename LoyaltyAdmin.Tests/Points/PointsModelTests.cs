using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Orders;
using LoyaltyAdmin.Domain.Points;
using LoyaltyAdmin.Tests.Support;

namespace LoyaltyAdmin.Tests.Points;

/// <summary>Whatever happens to orders and members in whatever sequence, the balance is what a plain calculation of the end says.</summary>
public abstract class PointsModelTests(DatabaseKind kind) : PointsTest(kind)
{
    private const int Steps = 40;

    public sealed class OnSqlite() : PointsModelTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : PointsModelTests(DatabaseKind.PostgreSql);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Purchases_refunds_corrections_cancellations_other_buyers_and_a_merge_end_at_the_same_points(int seed)
    {
        await SwitchOnAsync();
        var random = new Random(seed);
        Member[] members = [await A.Member().SaveToAsync(Db), await A.Member().SaveToAsync(Db), await A.Member().SaveToAsync(Db)];
        var orders = new Dictionary<int, ModelOrder>();
        for (var step = 0; step < Steps; step++)
        {
            await StepAsync(random, members, orders, step);
            if (step == Steps / 2)
            {
                await SettledAsync(members[0]);
                var admin = await A.StaffUser().With(Permission.MembersErase).SaveToAsync(Db);
                await Db.Get<MemberMerges>().MergeAsync(admin, members[0].Id, members[2].Id, "One person");
                members = members[..2];
                foreach (var order in orders.Values.Where(order => order.Member == 2))
                {
                    order.Member = 0;
                }
            }

            if (random.Next(4) == 0)
            {
                await SettledAsync(members[0]);
            }
        }

        await SettledAsync(members[0]);

        for (var member = 0; member < members.Length; member++)
        {
            (await BalanceAsync(members[member])).ShouldBe(orders.Values.Where(order => order.Member == member).Sum(order => order.Points), $"member {member}");
        }
    }

    private async Task StepAsync(Random random, Member[] members, Dictionary<int, ModelOrder> orders, int step)
    {
        var number = random.Next(6);
        if (!orders.TryGetValue(number, out var order))
        {
            orders[number] = order = new ModelOrder { Member = random.Next(members.Length), Total = random.Next(1, 20_000) / 100m };
        }
        else
        {
            switch (random.Next(5))
            {
                case 0:
                    order.Total = Math.Max(order.Refunded, random.Next(1, 20_000) / 100m);
                    break;
                case 1:
                    order.IsCancelled = !order.IsCancelled;
                    break;
                case 2:
                    order.Member = random.Next(members.Length);
                    break;
                default:
                    var amount = Math.Round(random.Next(0, 100) * (order.Total - order.Refunded) / 100, 2);
                    if (amount > 0 && !order.IsCancelled)
                    {
                        await RefundAsync($"{number}", amount, $"R{step}");
                        order.Refunded += amount;
                    }

                    return;
            }
        }

        await PutAsync(Order(members[order.Member], order.Total, $"{number}") with { Status = order.IsCancelled ? DeliveredStatus.Cancelled : DeliveredStatus.Paid, ChangedAt = TestClock.Start.AddDays(-9).AddMinutes(step) });
    }

    private sealed class ModelOrder
    {
        public int Member { get; set; }
        public decimal Total { get; set; }
        public decimal Refunded { get; set; }
        public bool IsCancelled { get; set; }
        public decimal Points => IsCancelled ? 0 : Math.Round((Total - Refunded) * 0.1m, 2, MidpointRounding.AwayFromZero);
    }
}
