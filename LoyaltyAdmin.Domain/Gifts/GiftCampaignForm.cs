using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Gifts;

/// <summary>A gift campaign while it is being edited.</summary>
public sealed class GiftCampaignForm
{
    /// <summary>Null: a new campaign.</summary>
    public long? Id { get; init; }

    /// <summary>Made with the form: a form sent twice makes one campaign. Counts for new campaigns only.</summary>
    public string OperationId { get; init; } = Guid.NewGuid().ToString("N");

    /// <summary>The version that was read; a save over a newer one is refused.</summary>
    public Guid? Version { get; init; }

    /// <summary>Shown, never saved from here.</summary>
    public string? Code { get; init; }

    /// <summary>Shown, never saved from here.</summary>
    public GiftCampaignStatus? Status { get; init; }

    public string Name { get; set; } = "";
    public AudienceScope Audience { get; set; } = AudienceScope.Nobody;
    public GiftSpec Gift { get; set; } = GiftSpec.None;
    public int? MemberLimit { get; set; }
    public decimal? PointsBudget { get; set; }
    public bool CancelsPending { get; set; } = true;
    public IReadOnlyCollection<long> MiniPrograms { get; set; } = [];

    /// <summary>Starts by itself at <see cref="StartAt"/> instead of at once.</summary>
    public bool IsScheduled { get; set; }

    /// <summary>In the group's zone.</summary>
    public DateTime? StartAt { get; set; }

    public static GiftCampaignForm Of(GiftCampaign campaign, TimeZoneInfo zone) => new()
    {
        Id = campaign.Id,
        Version = campaign.Version,
        Code = campaign.Code,
        Status = campaign.Status,
        Name = campaign.Name,
        Audience = campaign.Audience,
        Gift = campaign.Gift,
        MemberLimit = campaign.MemberLimit,
        PointsBudget = campaign.PointsBudget,
        CancelsPending = campaign.CancelsPending,
        MiniPrograms = campaign.MiniProgramIds,
        IsScheduled = campaign.Status == GiftCampaignStatus.Scheduled,
        StartAt = campaign.StartAt is { } at ? TimeZoneInfo.ConvertTime(at, zone).DateTime : null,
    };

    /// <summary>What is wrong with it, but for the gift (see <see cref="GiftChecks"/>).</summary>
    /// <param name="goesLive">It is about to start: as a draft it may have gaps.</param>
    public FieldErrors Validate(bool goesLive) => new FieldErrors()
        .Text(nameof(Name), "Campaign Name", Name, 120, required: true)
        .Require(!goesLive || !Audience.IsEmpty, nameof(Audience), "Choose whom it is for.")
        .Require(MemberLimit is null or >= 1, nameof(MemberLimit), "The limit of members is 1 or more, or empty.")
        .Require(PointsBudget is null || (PointsBudget > 0 && decimal.Round(PointsBudget.Value, 2) == PointsBudget && PointsBudget <= 1_000_000_000), nameof(PointsBudget), "The points budget is above 0 with at most two decimals, or empty.")
        .Require(PointsBudget is null || Gift.Points == 0 || PointsBudget >= Gift.Points, nameof(PointsBudget), "The points budget does not reach for one member.")
        .Require(!goesLive || !IsScheduled || StartAt is not null, nameof(StartAt), "Enter when it starts.");
}
