using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Members;

/// <summary>The period of the Members dashboard.</summary>
public sealed record MemberDashboardFilter(DateOnly From, DateOnly To);

/// <summary>The Members dashboard as a workbook: the figures, then a sheet per table.</summary>
public sealed class MemberDashboardExport(MemberDashboard dashboard) : ExportSource
{
    private static readonly Sheet<(string Name, decimal Value, decimal? Before)> figuresSheet = new Sheet<(string Name, decimal Value, decimal? Before)>("Figures")
        .Text("Figure", row => row.Name, new() { Width = 36 })
        .Money("In the period", row => row.Value)
        .Money("Period before", row => row.Before);

    private static readonly Sheet<TierFigure> tiersSheet = new Sheet<TierFigure>("Members by tier")
        .Text("Card Plan", row => row.PlanName)
        .Text("Card Tier", row => row.TierName)
        .Integer("Members", row => row.Members);

    private static readonly Sheet<MemberMonth> monthsSheet = new Sheet<MemberMonth>("Growth")
        .Date("Month", row => row.Month)
        .Integer("Registered", row => row.Registered)
        .Integer("Members at the end", row => row.Total);

    private static readonly Sheet<GapFigure> gapsSheet = new Sheet<GapFigure>("Average gap")
        .Text("Average days between purchases", row => row.Label, new() { Width = 32 })
        .Integer("Members", row => row.Members);

    public override ExportKind Kind => ExportKind.MemberDashboard;

    public override Permission Needs => Permission.MembersRead;

    internal override Task DescribeAsync(LoyaltyDbContext db, ExportRequest request, FilterWords words, CancellationToken cancel)
    {
        words.Range<DateOnly>("Business days", Filter(request).From, Filter(request).To);

        return Task.CompletedTask;
    }

    internal override async Task<long> CountAsync(LoyaltyDbContext db, Grant grant, ExportRequest request, int bound, CancellationToken cancel) =>
        await db.CardTiers.CountAsync(cancel);

    internal override async Task<long> WriteAsync(ExportWriting to, ExportRequest request, CancellationToken cancel)
    {
        var figures = await dashboard.ReadAsync(to.Grant, Filter(request).From, Filter(request).To, request.StoreView, cancel);
        (string, decimal, decimal?)[] rows =
        [
            ("Members", figures.Total, null),
            ("Registered", figures.Registered, figures.RegisteredBefore),
            ("New buyers", figures.NewBuyers, figures.NewBuyersBefore),
            ("Returning buyers", figures.ReturningBuyers, figures.ReturningBuyersBefore),
            ($"Revenue of members, {figures.Currency}", figures.Revenue.OfMembers, figures.RevenueBefore.OfMembers),
            ($"Revenue of others, {figures.Currency}", figures.Revenue.OfOthers, figures.RevenueBefore.OfOthers),
            ($"POS revenue, {figures.Currency}", figures.Revenue.Pos, figures.RevenueBefore.Pos),
            ($"ONLINE revenue, {figures.Currency}", figures.Revenue.Online, figures.RevenueBefore.Online),
            .. figures.Activity.Select(pair => ($"{ExportWords.Text(pair.Key)} members", (decimal)pair.Value, (decimal?)null)),
        ];
        await (await to.Workbook.AddSheetAsync(figuresSheet, to.Heading.Layout(rows.Length), cancel)).WriteAllAsync(rows, cancel);
        await (await to.Workbook.AddSheetAsync(tiersSheet, to.Heading.Layout(figures.Tiers.Count), cancel)).WriteAllAsync(figures.Tiers, cancel);
        await (await to.Workbook.AddSheetAsync(monthsSheet, to.Heading.Layout(figures.Months.Count), cancel)).WriteAllAsync(figures.Months, cancel);
        await (await to.Workbook.AddSheetAsync(gapsSheet, to.Heading.Layout(figures.Gaps.Count), cancel)).WriteAllAsync(figures.Gaps, cancel);

        return figures.Tiers.Count;
    }

    private static MemberDashboardFilter Filter(ExportRequest request) => request.MemberDashboard ?? throw new RuleViolationException("no_filter", "Choose the days to report first.");
}
