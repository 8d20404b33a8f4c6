namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>One of the product's own card faces; drawn by the portal under its key.</summary>
public sealed record LibraryDesign(string Key, string Name);

/// <summary>The template library every installation has (2.5.2, Card Design).</summary>
public static class CardDesignLibrary
{
    public static IReadOnlyList<LibraryDesign> All { get; } =
    [
        new("classic", "Classic"),
        new("mid-autumn", "Mid-Autumn Moon"),
        new("spring-festival", "Spring Festival"),
        new("birthday", "Birthday"),
        new("thank-you", "Thank You"),
        new("evergreen", "Evergreen"),
        new("ocean", "Ocean"),
        new("midnight", "Midnight"),
    ];
}
