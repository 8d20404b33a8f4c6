using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Web.Components;

namespace LoyaltyAdmin.Web.Pages.MembershipMarketing.Members.MemberBenefits.GiftCards.Transactions;

/// <summary>The Transaction Details address as the filter its list, count and export share.</summary>
public static class TransactionQuery
{
    public static GiftCardTransactionFilter Filter(ListQuery query, long? cardId = null) => new()
    {
        CardId = cardId ?? query.Number("card"),
        TransactionId = query.Number("transaction"),
        Number = query.Text("number"),
        Type = query.Choice<TransactionType>("type"),
        PlanId = query.Number("plan"),
        From = query.Day("from"),
        To = query.Day("to"),
        StoreId = query.Number("store"),
        HomeStoreId = query.Number("homeStore"),
        Channel = query.Choice<Channel>("channel"),
        Currency = query.Text("currency"),
        AmountFrom = query.Amount("amountFrom"),
        AmountTo = query.Amount("amountTo"),
        BalanceFrom = query.Amount("balanceFrom"),
        BalanceTo = query.Amount("balanceTo"),
        OrderNumber = query.Text("order"),
        Operator = query.Text("operator"),
        Reason = query.Text("reason"),
    };
}
