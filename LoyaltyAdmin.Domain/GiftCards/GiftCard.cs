using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.GiftCards;

/// <summary>A card's state as people see it; “Used up” is an active card with nothing left.</summary>
public enum GiftCardStatus
{
    PendingActivation,
    Active,
    UsedUp,
    Frozen,
    Refunded,
    Expired,
    Cancelled,
}

/// <summary>
/// A sold or imported gift card: who bought what, where and under which terms. Its balance and state live in its <see cref="LedgerAccount"/>,
/// so that one guarded statement decides everything; nothing here moves value.
/// </summary>
public sealed class GiftCard : IAudited
{
    public long Id { get; private set; }

    public required long PlanId { get; init; }
    public required long TermsId { get; init; }
    public required long AccountId { get; init; }
    public required GiftCardType CardType { get; init; }
    public required string Currency { get; init; }

    /// <summary>The store that sold the card and owes its balance.</summary>
    public required long StoreId { get; init; }

    public required Channel Channel { get; init; }

    /// <summary>HMAC-SHA256 of the normalised number: finds the card without storing the number readably. Unique.</summary>
    [SealedField]
    public required byte[] NumberHash { get; init; }

    /// <summary>The number, sealed, for reprints and audited reveals.</summary>
    [SealedField]
    public required byte[] SealedNumber { get; init; }

    public required string LastFour { get; init; }

    /// <summary>HMAC-SHA256 of the security code, which is asked for in the ONLINE channel; null: the card is POS only.</summary>
    [SealedField]
    public byte[]? CodeHash { get; init; }

    /// <summary>Major units, as sold; recharges are not added.</summary>
    public required decimal FaceValue { get; init; }

    /// <summary>What the buyer paid at sale, after the purchase discount. Major units.</summary>
    public required decimal Paid { get; init; }

    [SealedField]
    public string? BuyerName { get; set; }

    [SealedField]
    public string? BuyerPhone { get; set; }

    [SealedField]
    public string? BuyerEmail { get; set; }

    /// <summary>What contains-search looks in: buyer name, phone and e-mail in lower case, and the last four digits.</summary>
    [SealedField]
    public string SearchText { get; private set; } = "";

    public string? OrderNumber { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset SoldAt { get; init; }

    /// <summary>The day of sale in the selling store's zone.</summary>
    public required DateOnly SoldOn { get; init; }

    /// <summary>The import that brought the card in. It exists for others only when that import is committed.</summary>
    public long? ImportId { get; init; }

    /// <summary>“**** 1234”: the only form in which a number appears without an audited reveal.</summary>
    public static string Mask(string lastFour) => $"**** {lastFour}";

    public void SetSearchText() => SearchText = SearchTextOf(BuyerName, BuyerPhone, BuyerEmail, LastFour);

    internal static string SearchTextOf(string? name, string? phone, string? email, string lastFour) =>
        string.Join(' ', new[] { name, phone, email, lastFour }.Where(part => !string.IsNullOrEmpty(part))).ToLowerInvariant();

    string? IAudited.AuditName => Mask(LastFour);

    long? IAudited.AuditStoreId => StoreId;
}

public static class GiftCardStatuses
{
    /// <summary>What people see, from what the ledger keeps.</summary>
    public static GiftCardStatus Of(AccountStatus status, long balance) => status switch
    {
        AccountStatus.Pending => GiftCardStatus.PendingActivation,
        AccountStatus.Blocked => GiftCardStatus.Frozen,
        AccountStatus.Expired => GiftCardStatus.Expired,
        AccountStatus.Closed => GiftCardStatus.Refunded,
        AccountStatus.Cancelled => GiftCardStatus.Cancelled,
        _ => balance == 0 ? GiftCardStatus.UsedUp : GiftCardStatus.Active,
    };
}

internal sealed class GiftCardConfiguration : IEntityTypeConfiguration<GiftCard>
{
    public void Configure(EntityTypeBuilder<GiftCard> card)
    {
        card.Property(c => c.Currency).HasMaxLength(3);
        card.Property(c => c.NumberHash).HasMaxLength(32);
        card.Property(c => c.CodeHash).HasMaxLength(32);
        card.Property(c => c.SealedNumber).HasMaxLength(100);
        card.Property(c => c.LastFour).HasMaxLength(4);
        card.Property(c => c.BuyerName).HasMaxLength(120);
        card.Property(c => c.BuyerPhone).HasMaxLength(20);
        card.Property(c => c.BuyerEmail).HasMaxLength(254);
        card.Property(c => c.OrderNumber).HasMaxLength(64);
        card.HasIndex(c => c.NumberHash).IsUnique();
        card.HasIndex(c => c.AccountId).IsUnique();
        card.HasIndex(c => c.LastFour);
        card.HasIndex(c => c.BuyerPhone);
        card.HasIndex(c => new { c.SoldOn, c.AccountId });
        card.HasIndex(c => new { c.StoreId, c.AccountId });
        card.HasIndex(c => new { c.PlanId, c.AccountId });
        card.HasIndex(c => new { c.FaceValue, c.AccountId });
        card.HasIndex(c => c.ImportId);
        card.HasOne<GiftCardPlan>().WithMany().HasForeignKey(c => c.PlanId).OnDelete(DeleteBehavior.Restrict);
        card.HasOne<GiftCardTerms>().WithMany().HasForeignKey(c => c.TermsId).OnDelete(DeleteBehavior.Restrict);
        card.HasOne<LedgerAccount>().WithOne().HasForeignKey<GiftCard>(c => c.AccountId).OnDelete(DeleteBehavior.Restrict);
        card.HasOne<Store>().WithMany().HasForeignKey(c => c.StoreId).OnDelete(DeleteBehavior.Restrict);
        card.HasOne<ImportJob>().WithMany().HasForeignKey(c => c.ImportId).OnDelete(DeleteBehavior.Restrict);
    }
}
