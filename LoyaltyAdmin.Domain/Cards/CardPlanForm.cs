using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Cards;

/// <summary>One tier of the plan being edited; its place in the list is its rank.</summary>
public sealed class TierForm
{
    /// <summary>Null: a new tier.</summary>
    public long? Id { get; init; }

    /// <summary>Names the row while it is edited, whatever moves around it.</summary>
    public Guid Key { get; } = Guid.NewGuid();

    public string Name { get; set; } = "";
    public decimal? UpgradeAt { get; set; }

    /// <summary>Empty: as much as reaching it takes.</summary>
    public decimal? RetainAt { get; set; }

    /// <summary>Points per unit of the currency.</summary>
    public decimal? EarningRate { get; set; }

    public string Colour { get; set; } = "#64748b";
}

/// <summary>A card plan while it is being edited.</summary>
public sealed class CardPlanForm
{
    public const int MaximumTiers = 12;
    public const int LongestPeriod = 60;

    /// <summary>Null: a new plan.</summary>
    public long? Id { get; set; }

    public Guid? Version { get; set; }

    /// <summary>Tills and imports name the plan by it; fixed once saved.</summary>
    public string Code { get; set; } = "";

    public string Name { get; set; } = "";
    public string? Description { get; set; }

    /// <summary>Shown, never saved from here.</summary>
    public CardPlanStatus? Status { get; init; }

    public ValidityUnit ValidityUnit { get; set; }
    public int ValidityCount { get; set; } = 1;
    public TierBasis Basis { get; set; }
    public int PeriodMonths { get; set; } = 12;
    public bool FallsOneTierOnly { get; set; } = true;
    public bool IsIssuedOnRegistration { get; set; }
    public List<TierForm> Tiers { get; set; } = [];

    /// <summary>A new plan to start from: one tier that everybody has.</summary>
    public static CardPlanForm New() => new() { Tiers = [new TierForm { Name = "Member", UpgradeAt = 0 }] };

    public static CardPlanForm Of(CardPlan plan, IEnumerable<CardTier> tiers) => new()
    {
        Id = plan.Id,
        Version = plan.Version,
        Code = plan.Code,
        Name = plan.Name,
        Description = plan.Description,
        Status = plan.Status,
        ValidityUnit = plan.Validity.Unit,
        ValidityCount = Math.Max(1, plan.Validity.Count),
        Basis = plan.Basis,
        PeriodMonths = plan.PeriodMonths,
        FallsOneTierOnly = plan.FallsOneTierOnly,
        IsIssuedOnRegistration = plan.IsIssuedOnRegistration,
        Tiers = [.. tiers.OrderBy(tier => tier.Rank).Select(tier => new TierForm { Id = tier.Id, Name = tier.Name, UpgradeAt = tier.UpgradeAt, RetainAt = tier.RetainAt, EarningRate = tier.EarningRate, Colour = tier.Colour })],
    };

    public ValidityPeriod Validity => ValidityUnit == ValidityUnit.None ? ValidityPeriod.Unlimited : new ValidityPeriod(ValidityCount, ValidityUnit);

    /// <summary>Everything that is wrong, field by field.</summary>
    public FieldErrors Validate()
    {
        var errors = new FieldErrors()
            .Text(nameof(Name), "Card Plan Name", Name, 120, required: true)
            .Text(nameof(Description), "Description", Description, 1000)
            .Require(Code.Trim() is { Length: >= 1 and <= 20 } code && code.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'), nameof(Code), "Code has 1 to 20 letters, digits, hyphens or underscores.")
            .Require(Enum.IsDefined(Basis), nameof(Basis), "Choose spend, visits or points.")
            .Require(PeriodMonths is >= 1 and <= LongestPeriod, nameof(PeriodMonths), $"The period is 1 to {LongestPeriod} months.")
            .Require(ValidityUnit == ValidityUnit.None || ValidityCount is >= 1 and <= 1000, nameof(ValidityCount), "Validity is 1 to 1,000.")
            .Require(Tiers.Count is >= 1 and <= MaximumTiers, nameof(Tiers), $"A plan has 1 to {MaximumTiers} tiers.")
            .Require(Tiers.GroupBy(tier => tier.Name.Trim(), StringComparer.OrdinalIgnoreCase).All(same => same.Count() == 1), nameof(Tiers), "Each tier has a name of its own.");
        for (var i = 0; i < Tiers.Count; i++)
        {
            Validate(errors, Tiers[i], i == 0 ? null : Tiers[i - 1], $"{nameof(Tiers)}[{i}].");
        }

        return errors;
    }

    private static void Validate(FieldErrors errors, TierForm tier, TierForm? below, string path)
    {
        var name = string.IsNullOrWhiteSpace(tier.Name) ? "The tier" : tier.Name.Trim();
        errors.Text(path + nameof(tier.Name), "Tier Name", tier.Name, 60, required: true)
            .Require(tier.UpgradeAt is not null, path + nameof(tier.UpgradeAt), $"{name} needs a threshold.")
            .Require(below is not null || tier.UpgradeAt is null or 0, path + nameof(tier.UpgradeAt), "The first tier starts at 0: everybody has it.")
            .Require(below is null || tier.UpgradeAt is null || below.UpgradeAt is null || tier.UpgradeAt > below.UpgradeAt, path + nameof(tier.UpgradeAt), $"{name} must need more than {below?.Name} below it.")
            .Require(tier.UpgradeAt is null or (>= 0 and <= 1_000_000_000), path + nameof(tier.UpgradeAt), "A threshold is 0 to 1,000,000,000.")
            .Require(tier.RetainAt is null || (tier.RetainAt >= 0 && tier.RetainAt <= (tier.UpgradeAt ?? decimal.MaxValue)), path + nameof(tier.RetainAt), $"Keeping {name} cannot take more than reaching it.")
            .Require(tier.EarningRate is null or (>= 0 and <= 1000), path + nameof(tier.EarningRate), "Points per unit are 0 to 1,000.")
            .Require(tier.Colour.Length == 7 && tier.Colour[0] == '#' && tier.Colour.Skip(1).All(char.IsAsciiHexDigit), path + nameof(tier.Colour), "A colour is written #RRGGBB.");
    }
}
