using System.Globalization;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Stores;

namespace LoyaltyAdmin.Tests.Support;

/// <summary>Tests of the HTTP API: a node on the test's database, a store, a plan and a till that may do everything there.</summary>
public abstract class ApiTest(DatabaseKind kind) : DatabaseTest(kind)
{
    /// <summary>No limits in the way of tests that are about something else.</summary>
    protected static readonly IReadOnlyDictionary<string, string?> Unlimited = new Dictionary<string, string?>
    {
        ["Api:Limits:RedemptionsPerCard"] = "1000000",
        ["Api:Limits:BalanceChecksPerCard"] = "1000000",
        ["Api:Limits:BalanceChecksPerClient"] = "1000000",
    };

    private ApiHost? host;
    private ApiTill? till;

    protected ApiHost Host => host ?? throw new InvalidOperationException("The host was not started.");

    protected ApiTill Till => till ?? throw new InvalidOperationException("The host was not started.");

    protected Store Store { get; private set; } = A.Store().Build();

    protected GiftCardPlan Plan { get; private set; } = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        host = await ApiHost.StartAsync(Db, Unlimited);
        Store = await A.Store().SaveToAsync(Db);
        Plan = await A.GiftCardPlan().With(r => r with { PosRecharge = true }).SaveToAsync(Db);
        till = await Host.TillAsync(Db, c => c.Redeeming(1_000_000));
    }

    public override async Task DisposeAsync()
    {
        if (host is not null)
        {
            await host.DisposeAsync();
        }

        await base.DisposeAsync();
    }

    /// <summary>A card sold over the API, with its number and security code.</summary>
    protected async Task<SoldCard> SellAsync(decimal amount = 100, ApiTill? by = null, Store? at = null, GiftCardPlan? plan = null)
    {
        var sold = await (by ?? Till).PostAsync("/gift-cards", SaleBody(amount, (at ?? Store).Code, (plan ?? Plan).Code));
        sold.ShouldBeDone(System.Net.HttpStatusCode.Created);

        return new SoldCard(sold.Member("cardNumber"), sold.Member("securityCode"), sold["transactionId"].GetInt64());
    }

    protected string SaleBody(decimal amount = 100, string? store = null, string? plan = null, string channel = "POS") =>
        string.Create(CultureInfo.InvariantCulture, $$"""{"planCode":"{{plan ?? Plan.Code}}","amount":{{amount}},"currency":"USD","storeCode":"{{store ?? Store.Code}}","channel":"{{channel}}"}""");

    protected string PaymentBody(decimal amount, string? store = null, string channel = "POS", string? code = null, string currency = "USD") =>
        string.Create(CultureInfo.InvariantCulture, $$"""{"amount":{{amount}},"currency":"{{currency}}","storeCode":"{{store ?? Store.Code}}","channel":"{{channel}}"{{(code is null ? "" : $",\"securityCode\":\"{code}\"")}}}""");

    protected Task<ApiReply> RedeemAsync(SoldCard card, decimal amount) => Till.PostAsync($"/gift-cards/{card.Number}/redemptions", PaymentBody(amount));

    protected async Task<decimal> BalanceAsync(SoldCard card) => (await Till.GetAsync($"/gift-cards/{card.Number}")).ShouldBeDone(System.Net.HttpStatusCode.OK)["balance"].GetDecimal();
}

public sealed record SoldCard(string Number, string Code, long TransactionId);
