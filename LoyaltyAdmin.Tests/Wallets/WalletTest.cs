using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Wallets;
using LoyaltyAdmin.Tests.Support;

namespace LoyaltyAdmin.Tests.Wallets;

/// <summary>A member with a wallet in USD, a store and a till that may pay with it.</summary>
public abstract class WalletTest(DatabaseKind kind) : DatabaseTest(kind)
{
    protected Member Member { get; private set; } = null!;

    protected Store Store { get; private set; } = null!;

    protected Actor Till { get; private set; } = null!;

    protected WalletPayments Payments => Db.Get<WalletPayments>();

    protected WalletHolds Holds => Db.Get<WalletHolds>();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Store = await A.Store().SaveToAsync(Db);
        Member = await A.Member().In(Store).SaveToAsync(Db);
        Till = await A.ApiClient().With(ApiScope.WalletsRead, ApiScope.WalletsPay, ApiScope.WalletsRefund).SaveToAsync(Db);
    }

    /// <summary>Tops up as later modules do, inside a write.</summary>
    protected async Task<LedgerTransaction> TopUpAsync(decimal principal, decimal bonus = 0, decimal? paid = null, DateTimeOffset? bonusExpiresAt = null, DateTimeOffset? bonusUsableFrom = null)
    {
        var grant = (await Db.Get<AccessControl>().FindAsync(Actor.System))!;
        var credit = new WalletCredit { MemberNumber = Member.Number, Principal = principal, Bonus = bonus, Paid = paid, Currency = "USD", StoreCode = Store.Code, Channel = Channel.Pos, BonusExpiresAt = bonusExpiresAt, BonusUsableFrom = bonusUsableFrom };

        return await Db.Database.WriteAsync(Actor.System, db => Db.Get<WalletTopUps>().CreditAsync(db, grant, Operation.For(Actor.System, A.Unique("top-up")), credit));
    }

    protected WalletMovement Movement(decimal amount, string currency = "USD", string? order = null) =>
        new() { MemberNumber = Member.Number, Amount = amount, Currency = currency, StoreCode = Store.Code, Channel = Channel.Pos, OrderNumber = order };

    protected Task<WalletMoved> PayAsync(decimal amount, string? key = null) => Payments.PayAsync(Till, Movement(amount), key ?? A.Unique("pay"));

    protected async Task<WalletView> WalletAsync() => (await Db.Get<WalletDirectory>().OfNumberAsync(Till, Member.Number)).Single();

    /// <summary>Principal, bonus and what is set aside.</summary>
    protected async Task<(decimal Principal, decimal Bonus, decimal Held)> PartsAsync()
    {
        var wallet = await WalletAsync();
        wallet.Balance.ShouldBe(wallet.Principal + wallet.Bonus);

        return (wallet.Principal, wallet.Bonus, wallet.Held);
    }

    protected static async Task<string> CodeAsync(Func<Task> work) => (await Should.ThrowAsync<RuleViolationException>(work)).Code;
}
