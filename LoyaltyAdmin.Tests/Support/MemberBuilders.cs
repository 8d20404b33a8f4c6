using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Tests.Support;

public sealed class MemberBuilder
{
    private Action<Member> change = _ => { };
    private string? number;
    private DateOnly? registeredOn;
    private RegistrationSource through = RegistrationSource.Staff;

    public MemberBuilder Registered(DateOnly on, RegistrationSource source = RegistrationSource.Staff)
    {
        (registeredOn, through) = (on, source);

        return this;
    }

    public MemberBuilder Numbered(string text)
    {
        number = text;

        return this;
    }

    /// <summary>At home in the store.</summary>
    public MemberBuilder In(Store store) => Where(member => member.HomeStoreId = store.Id);

    /// <summary>Sets anything else.</summary>
    public MemberBuilder Where(Action<Member> set)
    {
        change += set;

        return this;
    }

    public Member Build(DateTimeOffset now)
    {
        var member = new Member { Number = number ?? A.Unique("M"), RegisteredThrough = through, RegisteredAt = now, RegisteredOn = registeredOn ?? DateOnly.FromDateTime(now.UtcDateTime) };
        change(member);
        member.Index();

        return member;
    }

    public async Task<Member> SaveToAsync(TestDatabase database)
    {
        var member = Build(database.Clock.Now);
        await database.AddAsync(member);

        return member;
    }
}

/// <summary>A card plan with tiers: by default Member (0), Silver (500), Gold (1,000) by spend over 12 months.</summary>
public sealed class CardPlanBuilder(string code)
{
    private (string Name, decimal UpgradeAt)[] tiers = [("Member", 0), ("Silver", 500), ("Gold", 1000)];
    private Action<CardPlan> change = _ => { };

    public CardPlanBuilder WithTiers(params (string Name, decimal UpgradeAt)[] steps)
    {
        tiers = steps;

        return this;
    }

    public CardPlanBuilder Where(Action<CardPlan> set)
    {
        change += set;

        return this;
    }

    /// <summary>The plan and its tiers in their order.</summary>
    public async Task<(CardPlan Plan, IReadOnlyList<CardTier> Tiers)> SaveToAsync(TestDatabase database)
    {
        var plan = new CardPlan { Code = code, Name = $"Plan {code}", Validity = ValidityPeriod.Unlimited, CreatedAt = database.Clock.Now };
        change(plan);
        await database.AddAsync(plan);
        var saved = tiers.Select((tier, i) => new CardTier { PlanId = plan.Id, Rank = i + 1, Name = tier.Name, UpgradeAt = tier.UpgradeAt, RetainAt = tier.UpgradeAt, EarningRate = 0.1m }).ToList();
        await database.AddAsync([.. saved]);

        return (plan, saved);
    }
}
