namespace LoyaltyAdmin.Web.Components;

/// <summary>The name lists log under.</summary>
public sealed class ListPage;
