using System.Collections.Immutable;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Messages;

public enum MessageStatus
{
    Waiting,

    /// <summary>Quiet hours: sent when they end, unless its offer ends before.</summary>
    Held,

    /// <summary>Taken over by the provider.</summary>
    Sent,

    /// <summary>The provider says it arrived.</summary>
    Delivered,

    /// <summary>No channel had both consent and an address that is not suppressed.</summary>
    Suppressed,

    /// <summary>The member had enough messages this day or week.</summary>
    Capped,

    /// <summary>Its reason went away: the offer ended, the scenario is off, the member left.</summary>
    Cancelled,

    /// <summary>The provider did not answer: it may have arrived, so it is not repeated by itself.</summary>
    Unknown,

    /// <summary>Given up after its last attempt; can be sent again by hand.</summary>
    Dead,
}

/// <summary>What was asked before sending and what the answer was, in the order it happened; no personal data.</summary>
public sealed record MessageDecision(DateTimeOffset At, string Check, string Verdict, ConsentChannel? Channel = null);

/// <summary>
/// One thing a member is told, written in the save of its reason and sent afterwards (the outbox and the message log are this table). Delivered at least once
/// under the same <see cref="MessageId"/>, by which providers and receivers drop what they have seen.
/// </summary>
public sealed class Message
{
    public long Id { get; private set; }

    /// <summary>The provider's idempotency key; the same over every attempt and replay.</summary>
    public required Guid MessageId { get; init; }

    /// <summary>Why it exists, e.g. <c>tier-change:418</c>; unique: one reason tells once.</summary>
    public required string ReasonKey { get; init; }

    public required MessageScenario Scenario { get; init; }
    public required long MemberId { get; set; }

    /// <summary>Sent without consent and at any hour: a receipt or a code the member asked for. An explicit property of the scenario, kept as it was.</summary>
    public required bool IsTransactional { get; init; }

    public required ConsentPurpose Purpose { get; init; }

    /// <summary>What the template may name, as JSON.</summary>
    public required string Variables { get; set; }

    /// <summary>Values nobody may read in the log (a one-time code), sealed; gone once the message is.</summary>
    public byte[]? SealedVariables { get; set; }

    /// <summary>The only channel it makes sense through, e.g. the phone being verified.</summary>
    public ConsentChannel? OnlyChannel { get; init; }

    /// <summary>The mini programs its reason chose; empty: none, so no mini-program notice.</summary>
    public required ImmutableArray<long> MiniProgramIds { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>UTC: the end of the offer it tells of; never sent after it.</summary>
    public DateTimeOffset? NotAfter { get; init; }

    public MessageStatus Status { get; set; }

    /// <summary>UTC: not before this instant; the lease while <see cref="Claim"/> is set; null: nothing is to be done.</summary>
    public DateTimeOffset? NextAt { get; set; }

    /// <summary>The sender at work on it: only the holder of this value may write the outcome.</summary>
    public Guid? Claim { get; set; }

    public int Attempts { get; set; }

    public ConsentChannel? Channel { get; set; }
    public long? MiniProgramId { get; set; }

    /// <summary>Where it went, e.g. <c>j•••@example.com</c>.</summary>
    public string? MaskedTo { get; set; }

    /// <summary>The template's edition; null: the built-in text.</summary>
    public long? TemplateVersionId { get; set; }

    public string? Language { get; set; }
    public string? Subject { get; set; }

    /// <summary>As rendered; an e-mail's layout is put around it.</summary>
    public string? Body { get; set; }

    /// <summary>The provider's own number.</summary>
    public string? ProviderRef { get; set; }

    /// <summary>What went wrong at the last attempt, for people; no personal data.</summary>
    public string? Error { get; set; }

    public DateTimeOffset? SentAt { get; set; }
    public DateTimeOffset? DeliveredAt { get; set; }

    public required ImmutableArray<MessageDecision> Decisions { get; set; }
}

internal sealed class MessageConfiguration : IEntityTypeConfiguration<Message>
{
    public void Configure(EntityTypeBuilder<Message> message)
    {
        message.Property(m => m.ReasonKey).HasMaxLength(160);
        message.Property(m => m.Variables).HasMaxLength(-1);
        message.Property(m => m.SealedVariables).HasMaxLength(2000);
        message.Property(m => m.MiniProgramIds).AsJson().HasMaxLength(400);
        message.Property(m => m.MaskedTo).HasMaxLength(120);
        message.Property(m => m.Language).HasMaxLength(20);
        message.Property(m => m.Subject).HasMaxLength(1000);
        message.Property(m => m.Body).HasMaxLength(-1);
        message.Property(m => m.ProviderRef).HasMaxLength(200);
        message.Property(m => m.Decisions).AsJson().HasMaxLength(-1);
        message.HasIndex(m => m.MessageId).IsUnique();
        message.HasIndex(m => m.ReasonKey).IsUnique();
        message.HasIndex(m => new { m.NextAt, m.Id }).HasFilter("\"NextAt\" IS NOT NULL");
        message.HasIndex(m => m.Claim).HasFilter("\"Claim\" IS NOT NULL");
        message.HasIndex(m => m.ProviderRef).HasFilter("\"ProviderRef\" IS NOT NULL");
        message.HasIndex(m => new { m.MemberId, m.SentAt });
        message.HasIndex(m => new { m.MemberId, m.Id });
        message.HasIndex(m => new { m.Status, m.Id });
        message.HasOne<Member>().WithMany().HasForeignKey(m => m.MemberId).OnDelete(DeleteBehavior.Restrict);
    }
}
