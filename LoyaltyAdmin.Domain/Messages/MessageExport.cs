using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Exports;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Messages;

/// <summary>The Outbox as filtered: who was told what through which channel and what became of it; no texts and no addresses.</summary>
public sealed class MessageExport : ExportSource
{
    public override ExportKind Kind => ExportKind.Messages;

    public override Permission Needs => Permission.MessagesRead;

    internal override Task DescribeAsync(LoyaltyDbContext db, ExportRequest request, FilterWords words, CancellationToken cancel)
    {
        var filter = request.Messages ?? new();
        words.Add("Member", filter.MemberId is not null || filter.Text is not null ? "one search" : null).Add("Scenario", filter.Scenario).Add("Channel", filter.Channel?.Name()).Add("Status", filter.Status).Range("Days", filter.From, filter.To);

        return Task.CompletedTask;
    }

    internal override async Task<long> CountAsync(LoyaltyDbContext db, Grant grant, ExportRequest request, int bound, CancellationToken cancel) =>
        await (await MessageLog.FilteredAsync(db, grant, request.Messages ?? new(), cancel)).Take(bound).LongCountAsync(cancel);

    internal override async Task<long> WriteAsync(ExportWriting to, ExportRequest request, CancellationToken cancel)
    {
        var found = await MessageLog.FilteredAsync(to.Db, to.Grant, request.Messages ?? new(), cancel);

        return await to.AddSheetAsync(Sheet, await found.LongCountAsync(cancel), found.OrderBy(m => m.Id).Select(MessageLog.Row(to.Db)).AsAsyncEnumerable(), cancel);
    }

    private static Sheet<MessageRow> Sheet { get; } = new Sheet<MessageRow>("Messages")
        .Text("Message ID", row => row.MessageId.ToString(), new() { Width = 38 })
        .Text("Member", row => row.MemberNumber)
        .Text("Scenario", row => Scenarios.Of(row.Scenario).Title, new() { Width = 28 })
        .Text("Channel", row => row.Channel?.Name())
        .Text("Status", row => ExportWords.Text(row.Status))
        .Text("To", row => row.MaskedTo, new() { Width = 26 })
        .DateTime("Created At", row => row.CreatedAt)
        .DateTime("Sent At", row => row.SentAt)
        .DateTime("Delivered At", row => row.DeliveredAt)
        .Integer("Attempts", row => row.Attempts)
        .Text("Reason", row => row.Error, new() { Width = 60 });
}
