using System.Collections.Immutable;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Segments;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Tests.Segments;

/// <summary>Rules nobody would think of, each kind of condition as often as any other.</summary>
public sealed class RandomRules(Population population, Random random)
{
    private static readonly ProfileField[] withValues = [ProfileField.Gender, ProfileField.Language, ProfileField.Country, ProfileField.City, ProfileField.HomeStore];

    private readonly IReadOnlyList<Func<SegmentCondition>> kinds = Kinds(population, random);

    public int KindCount => kinds.Count;

    /// <summary>A condition of one kind.</summary>
    public SegmentCondition Condition(int kind) => kinds[kind]();

    public SegmentRule Rule(int depth = 2) => new(Pick(Match.All, Match.Any),
        [.. Enumerable.Range(0, random.Next(4)).Select(_ => Condition(random.Next(kinds.Count)))],
        depth == 0 ? [] : [.. Enumerable.Range(0, random.Next(3)).Select(_ => Rule(depth - 1))]);

    private static List<Func<SegmentCondition>> Kinds(Population all, Random random)
    {
        bool coin() => random.Next(2) == 0;
        T one<T>(IReadOnlyList<T> list) => list[random.Next(list.Count)];
        T any<T>() where T : struct, Enum => one(Enum.GetValues<T>());
        Channel? channel() => coin() ? null : any<Channel>();

        return
        [
            () => new ProfileCondition(any<ProfileField>(), [], coin()),
            () =>
            {
                var field = one(withValues);
                ImmutableArray<string> values = field switch
                {
                    ProfileField.Gender => [any<Gender>().ToString(), any<Gender>().ToString()],
                    ProfileField.Language => ["zh-CN"],
                    ProfileField.Country => ["US"],
                    ProfileField.City => [one(Population.Cities), one(Population.Cities)],
                    _ => [one(all.Stores).Code],
                };

                return new ProfileCondition(field, values, coin());
            },
            () => new AttributeCondition("Shoe size", coin() ? null : "41", coin()),
            () => new BirthdayCondition(any<BirthdayWindow>(), random.Next(1, 40)),
            () => new RegistrationCondition(coin() ? null : all.Today.AddDays(-random.Next(60)), coin() ? null : all.Today.AddDays(-random.Next(60)), coin() ? null : random.Next(60), coin() ? null : RegistrationSource.Pos),
            () =>
            {
                var tier = one(all.Tiers);

                return new CardCondition(tier.PlanId, coin() ? null : tier.Id, coin(), coin());
            },
            () => new TagCondition(one(all.Tags).Id, coin()),
            () => new SegmentMembership(one(all.Segments).Id, coin()),
            () => new ConsentCondition(any<ConsentChannel>(), any<ConsentPurpose>(), coin()),
            () =>
            {
                var figure = any<PurchaseFigure>();
                var value = figure is PurchaseFigure.Revenue or PurchaseFigure.AverageOrder ? random.Next(20) * 5.05m : random.Next(4);
                var window = random.Next(3);

                return new PurchaseCondition(figure, any<Comparison>(), value, channel(), window == 1 ? random.Next(1, 200) : null, window == 2 ? random.Next(1, 8) : null);
            },
            () => new RecencyCondition(any<Comparison>(), random.Next(100), channel(), coin()),
            () => new AverageGapCondition(any<Comparison>(), random.Next(60) / 2m),
            () => new LapsingCondition(random.Next(20), random.Next(1, 4), coin() ? null : all.Today.AddDays(random.Next(60))),
            () => new BalanceCondition(any<BalanceKind>(), any<Comparison>(), (random.Next(4) - 1) * 25),
        ];
    }

    private T Pick<T>(params ReadOnlySpan<T> values) => values[random.Next(values.Length)];
}
