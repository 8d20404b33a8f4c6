using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Coupons;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Points;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Wallets;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Ledger;

/// <summary>Whatever is done to members' points, wallets and coupons in whatever sequence, merges included: after each step they have what plain sums say, and the ledger ties out.</summary>
public abstract class MemberValueModelTests(DatabaseKind kind) : DatabaseTest(kind)
{
    private const int Steps = 45;

    public sealed class OnSqlite() : MemberValueModelTests(DatabaseKind.Sqlite);

    public sealed class OnPostgreSql() : MemberValueModelTests(DatabaseKind.PostgreSql);

    private readonly List<Person> people = [];
    private readonly List<Spending> spendings = [];
    private readonly List<Hold> holds = [];
    private Actor shop = null!;
    private Actor clerk = null!;
    private Store store = null!;
    private Coupon coupon = null!;
    private int step;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        store = await A.Store().SaveToAsync(Db);
        shop = await A.ApiClient().With(Enum.GetValues<ApiScope>()).SaveToAsync(Db);
        clerk = await A.StaffUser().With(Permission.WalletsTopUp, Permission.MembersErase, Permission.CouponsIssue).SaveToAsync(Db);
        coupon = await A.Coupon().With(r => r with { Stacking = CouponStacking.WithOtherCoupons }).SaveToAsync(Db);
        await Db.AddAsync(new PointSettings());
        for (var i = 0; i < 4; i++)
        {
            people.Add(new Person(await A.Member().In(store).SaveToAsync(Db)));
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public async Task Points_wallets_and_coupons_are_what_plain_sums_say(int seed)
    {
        var random = new Random(seed);
        for (step = 0; step < Steps; step++)
        {
            await (step is 15 or 30 ? MergeAsync(random) : StepAsync(random));
            (await Db.Get<LedgerInvariants>().CheckAsync()).ShouldBeEmpty($"seed {seed}, step {step}");
            foreach (var person in people)
            {
                var wallet = (await Db.Get<WalletDirectory>().OfNumberAsync(shop, person.Number)).SingleOrDefault();
                (wallet?.Balance ?? 0, wallet?.Held ?? 0, (await Db.Get<PointsAccounts>().FindAsync(shop, person.Number)).Balance, await UsableCouponsAsync(person))
                    .ShouldBe((person.Wallet, person.Held, person.Points, person.Coupons), $"seed {seed}, step {step}");
            }
        }

        spendings.Count.ShouldBeGreaterThan(5);
    }

    private async Task StepAsync(Random random)
    {
        var person = people[random.Next(people.Count)];
        var amount = random.Next(1, 4_000) / 100m;
        switch (random.Next(10))
        {
            case 0:
                await Db.Get<WalletTopUps>().TopUpAsync(clerk, person.Number, amount * 3, "USD", store.Code, orderNumber: null, Key());
                person.Wallet += amount * 3;
                break;
            case 1:
                await SpendAsync(person, amount, isWallet: true);
                break;
            case 2:
                await Db.Get<PointsSpending>().GrantAsync(shop, new PointsGift(person.Number, amount * 3, "Gift", store.Code), Key());
                person.Points += amount * 3;
                break;
            case 3:
                await SpendAsync(person, amount, isWallet: false);
                break;
            case 4 or 5:
                await GiveBackAsync(random);
                break;
            case 6:
                await HoldAsync(person, amount);
                break;
            case 7:
                await EndHoldAsync(random);
                break;
            case 8:
                await Db.Get<MemberCoupons>().IssueAsync(shop, person.Number, new CouponWish(CouponCode: coupon.Code), Operation.For(shop, Key(), "issue"));
                person.Coupons++;
                break;
            default:
                await UseCouponAsync(person, random);
                break;
        }
    }

    private async Task SpendAsync(Person person, decimal amount, bool isWallet)
    {
        var covers = (isWallet ? person.Wallet : person.Points) >= amount;
        try
        {
            var id = isWallet
                ? (await Db.Get<WalletPayments>().PayAsync(shop, Movement(person, amount), Key())).TransactionId
                : (await Db.Get<PointsSpending>().SpendAsync(shop, new PointsMovement { MemberNumber = person.Number, Points = amount, StoreCode = store.Code, Channel = Channel.Pos }, Key())).TransactionId;
            covers.ShouldBeTrue();
            spendings.Add(new Spending(person, id, isWallet) { Left = amount });
            person.Add(isWallet, -amount);
        }
        catch (InsufficientBalanceException)
        {
            covers.ShouldBeFalse();
        }
    }

    // Also of members that were merged since: it comes to whoever they are now.
    private async Task GiveBackAsync(Random random)
    {
        if (spendings.Where(s => s.Left > 0).OrderBy(_ => random.Next()).FirstOrDefault() is not { } spending)
        {
            return;
        }

        var part = random.Next(2) == 0 ? spending.Left : Math.Max(0.01m, Math.Round(spending.Left / 2, 2));
        var balance = spending.IsWallet
            ? (await Db.Get<WalletPayments>().RefundAsync(shop, spending.Id, part, Key())).Balance
            : (await Db.Get<PointsSpending>().GiveBackAsync(shop, spending.Id, part, Key())).Balance;
        spending.Left -= part;
        spending.Person.Now.Add(spending.IsWallet, part);
        balance.ShouldBe(spending.IsWallet ? spending.Person.Now.Wallet : spending.Person.Now.Points);
    }

    private async Task HoldAsync(Person person, decimal amount)
    {
        if (person.Wallet < amount)
        {
            await Should.ThrowAsync<InsufficientBalanceException>(() => Db.Get<WalletHolds>().HoldAsync(shop, Movement(person, amount), minutes: null, Key()));

            return;
        }

        holds.Add(new Hold(person, (await Db.Get<WalletHolds>().HoldAsync(shop, Movement(person, amount), minutes: null, Key())).HoldId, amount));
        (person.Wallet, person.Held) = (person.Wallet - amount, person.Held + amount);
    }

    private async Task EndHoldAsync(Random random)
    {
        if (holds.Count == 0)
        {
            return;
        }

        var hold = holds[random.Next(holds.Count)];
        holds.Remove(hold);
        var person = hold.Person.Now;
        var due = random.Next(3) == 0 ? 0 : Math.Max(0.01m, Math.Round(hold.Amount / random.Next(1, 4), 2));
        if (due == 0)
        {
            await Db.Get<WalletHolds>().ReleaseAsync(shop, hold.Id, reason: null, Key());
        }
        else
        {
            var captured = await Db.Get<WalletHolds>().CaptureAsync(shop, hold.Id, due, orderNumber: null, Key());
            spendings.Add(new Spending(person, captured.PaymentId!.Value, IsWallet: true) { Left = due });
        }

        (person.Wallet, person.Held) = (person.Wallet + hold.Amount - due, person.Held - hold.Amount);
    }

    private async Task UseCouponAsync(Person person, Random random)
    {
        var redeeming = Db.Get<CouponRedeeming>();
        if (random.Next(3) == 0 && person.Redeemed.Count > 0)
        {
            await redeeming.ReverseAsync(shop, person.Redeemed[0], "Returned", Operation.For(shop, Key(), "reverse"));
            person.Redeemed.RemoveAt(0);
            person.Coupons++;
        }
        else if ((await Db.Get<MemberCoupons>().OfMemberAsync(shop, person.Number)).FirstOrDefault() is { Code: { } code })
        {
            var use = new CouponUse { Code = code, StoreCode = store.Code, Channel = Channel.Pos, Currency = "USD", Lines = [new CouponLine("A", 1, 50)] };
            person.Redeemed.Add((await redeeming.RedeemAsync(shop, use, Operation.For(shop, Key(), "redeem"))).RedemptionId);
            person.Coupons--;
        }
    }

    private async Task MergeAsync(Random random)
    {
        var from = people[random.Next(people.Count)];
        var into = people.First(p => p != from);
        foreach (var hold in holds.Where(h => h.Person.Now == from).ToList())
        {
            await Db.Get<WalletHolds>().ReleaseAsync(shop, hold.Id, reason: null, Key());
            (from.Wallet, from.Held) = (from.Wallet + hold.Amount, from.Held - hold.Amount);
            holds.Remove(hold);
        }

        await Db.Get<MemberMerges>().MergeAsync(clerk, into.Id, from.Id, "One person");
        (into.Wallet, into.Points, into.Coupons) = (into.Wallet + from.Wallet, into.Points + from.Points, into.Coupons + from.Coupons);
        into.Redeemed.AddRange(from.Redeemed);
        from.Into = into;
        people.Remove(from);
    }

    private async Task<int> UsableCouponsAsync(Person person) => (await Db.Get<MemberCoupons>().OfMemberAsync(shop, person.Number)).Count;

    private WalletMovement Movement(Person person, decimal amount) => new() { MemberNumber = person.Number, Amount = amount, Currency = "USD", StoreCode = store.Code, Channel = Channel.Pos };

    private string Key() => Guid.NewGuid().ToString("N");

    private sealed class Person(Member member)
    {
        public long Id => member.Id;
        public string Number => member.Number;
        public decimal Wallet { get; set; }
        public decimal Held { get; set; }
        public decimal Points { get; set; }
        public int Coupons { get; set; }
        public List<long> Redeemed { get; } = [];
        public Person? Into { get; set; }
        public Person Now => Into?.Now ?? this;

        public void Add(bool isWallet, decimal amount)
        {
            if (isWallet)
            {
                Wallet += amount;
            }
            else
            {
                Points += amount;
            }
        }
    }

    private sealed record Spending(Person Person, long Id, bool IsWallet)
    {
        public decimal Left { get; set; }
    }

    private sealed record Hold(Person Person, long Id, decimal Amount);
}
