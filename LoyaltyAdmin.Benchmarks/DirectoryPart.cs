using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>The Member Directory through its service: each field somebody searches by, each filter, deep pages and counts (P5, P10).</summary>
internal static class DirectoryPart
{
    private const int Deep = 2_000;

    public static async Task MeasureAsync(IServiceProvider services, int members, DateOnly today, Func<string, Func<Task<long>>, Task> line)
    {
        var directory = services.GetRequiredService<MemberDirectory>();
        Func<Task<long>> Found(MemberFilter filter, PageRequest? page = null) => async () => (await directory.ListAsync(Actor.System, filter, page ?? new())).Rows.Count;
        Func<Task<long>> Counted(MemberFilter filter) => async () => (await directory.CountAsync(Actor.System, filter)).Count;
        var some = members / 2;
        foreach (var (what, filter) in new (string, MemberFilter)[]
        {
            ("first page", new()),
            ("by number", new() { Text = $"9{some}" }),
            ("by whole name", new() { Text = $"member {some}" }),
            ("by a name many have", new() { Text = "member" }),
            ("by phone", new() { Text = $"+1{2_000_000_000L + some}" }),
            ("by part of a phone", new() { Text = (2_000_000_000L + some).ToString(CultureInfo.InvariantCulture)[3..] }),
            ("by e-mail", new() { Text = $"member{some}@example.com" }),
            ("by card number", new() { Text = $"C-{some}" }),
            ("by what nobody has", new() { Text = "nobody at all" }),
            ("of a card plan", new() { CardPlanId = 1 }),
            ("of a tier", new() { TierId = 2 }),
            ("registered in the last 30 days", new() { RegisteredFrom = today.AddDays(-30) }),
            ("last purchase in the last 30 days", new() { LastPurchaseFrom = today.AddDays(-30) }),
            ("last purchase over a year ago", new() { LastPurchaseTo = today.AddYears(-1) }),
            ("never purchased", new() { NeverPurchased = true }),
            ("says yes to e-mail about the programme", new() { Consent = ConsentChannel.Email, ConsentPurpose = ConsentPurpose.LoyaltyNotification }),
            ("frozen", new() { Status = MemberStatus.Frozen }),
            ("of a store", new() { StoreId = 1 }),
        })
        {
            await line($"directory: {what}", Found(filter));
        }

        var cursor = (string?)null;
        var pages = Math.Min(Deep, members / new PageRequest().Size - 1);
        for (var page = 0; page < pages; page++)
        {
            cursor = (await directory.ListAsync(Actor.System, new(), new PageRequest { Cursor = cursor })).Next;
        }

        await line($"directory: page {pages:N0}", Found(new(), new PageRequest { Cursor = cursor }));
        await line("directory: count all", Counted(new()));
        await line("directory: count frozen", Counted(new() { Status = MemberStatus.Frozen }));
    }
}
