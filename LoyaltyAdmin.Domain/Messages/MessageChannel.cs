using System.Collections.Immutable;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Members;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LoyaltyAdmin.Domain.Messages;

/// <summary>What a channel's provider asks for, apart from its secret.</summary>
public sealed record ChannelOptions
{
    /// <summary>E-mail: the relay's name.</summary>
    public string? Host { get; init; }

    public int Port { get; init; } = 587;

    /// <summary>E-mail: STARTTLS; off only for a relay on the same machine.</summary>
    public bool UsesTls { get; init; } = true;

    public string? UserName { get; init; }
    public string? FromAddress { get; init; }
    public string? FromName { get; init; }

    /// <summary>SMS: the Twilio account.</summary>
    public string? AccountSid { get; init; }

    /// <summary>SMS: a sending number, unless a messaging service is named.</summary>
    public string? From { get; init; }

    public string? MessagingServiceSid { get; init; }
}

/// <summary>How one channel leaves the house; without a row it is the sandbox, which records and sends nothing.</summary>
public sealed class MessageChannelSettings : IAudited, IVersioned
{
    public required ConsentChannel Id { get; init; }

    public required bool UsesSandbox { get; set; }

    public required ChannelOptions Options { get; set; }

    /// <summary>Password, token or service account, sealed.</summary>
    [SealedField]
    public byte[]? SealedSecret { get; set; }

    public Guid Version { get; set; }

    string? IAudited.AuditName => Id.ToString();
}

/// <summary>Whether a provider answers: the last success and the last trouble, of a channel (<c>Email</c>) or a mini program (<c>MiniProgram:3</c>).</summary>
public sealed class MessageChannelHealth
{
    public required string Id { get; init; }
    public DateTimeOffset? LastSuccessAt { get; set; }
    public DateTimeOffset? LastFailureAt { get; set; }
    public string? LastFailure { get; set; }
}

/// <summary>The rules every scenario keeps: one row.</summary>
public sealed class MessageSettings : IAudited, IVersioned
{
    public const long TheId = 1;

    public long Id { get; init; } = TheId;

    /// <summary>Local times of the member; both or none. A window such as 21:00 to 08:00 crosses midnight.</summary>
    public TimeOnly? QuietFrom { get; set; }

    public TimeOnly? QuietTo { get; set; }

    /// <summary>The most messages a member gets on one calendar day of the member's zone; null: no limit.</summary>
    public int? MostPerDay { get; set; }

    /// <summary>The most in a calendar week (from Monday).</summary>
    public int? MostPerWeek { get; set; }

    /// <summary>Where members reach this installation from outside, e.g. <c>https://loyalty.example.com</c>: links in messages.</summary>
    public string? PublicUrl { get; set; }

    /// <summary>Under every e-mail: who writes, and the postal address the law asks for.</summary>
    public string? EmailFooter { get; set; }

    public Guid Version { get; set; }

    string? IAudited.AuditName => "Messages";
}

public enum MiniProgramKind
{
    /// <summary>Subscribe messages of WeChat.</summary>
    WeChat,

    /// <summary>The same body posted to an address of the merchant's.</summary>
    Http,
}

/// <summary>The provider's template a scenario uses in a mini program.</summary>
public sealed record MiniProgramTemplate(MessageScenario Scenario, string TemplateId, string? Page = null);

/// <summary>A mini program members can be notified in.</summary>
public sealed class MiniProgram : IAudited, IVersioned
{
    public long Id { get; private set; }

    /// <summary>How the API names it; unique.</summary>
    public required string Code { get; set; }

    public required string Name { get; set; }
    public required MiniProgramKind Kind { get; set; }
    public required string AppId { get; set; }

    /// <summary>Of <see cref="MiniProgramKind.Http"/>: where notices are posted.</summary>
    public string? Url { get; set; }

    [SealedField]
    public byte[]? SealedSecret { get; set; }

    public required bool UsesSandbox { get; set; }
    public bool IsEnabled { get; set; } = true;
    public required ImmutableArray<MiniProgramTemplate> Templates { get; set; }
    public Guid Version { get; set; }

    string? IAudited.AuditName => Name;
}

public enum DeviceKind
{
    /// <summary>A registration token of the app.</summary>
    FcmToken,

    /// <summary>A Firebase installation, which is to replace tokens.</summary>
    FirebaseInstallation,

    /// <summary>The member in a mini program (WeChat: openid).</summary>
    MiniProgramUser,
}

/// <summary>Where an app or a mini program reaches a member. An address belongs to one member: whoever signs in on the device takes it over.</summary>
public sealed class MemberDevice
{
    public long Id { get; private set; }
    public required long MemberId { get; set; }
    public required DeviceKind Kind { get; init; }
    public long? MiniProgramId { get; init; }
    public required string Address { get; init; }

    /// <summary>Keyed hash of the address within its kind and mini program; unique.</summary>
    public required byte[] AddressHash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the app last said it is there; the latest is used.</summary>
    public required DateTimeOffset SeenAt { get; set; }
}

internal sealed class MessageChannelSettingsConfiguration : IEntityTypeConfiguration<MessageChannelSettings>
{
    public void Configure(EntityTypeBuilder<MessageChannelSettings> settings)
    {
        settings.Property(s => s.Options).AsJson().HasMaxLength(2000);
        settings.Property(s => s.SealedSecret).HasMaxLength(8000);
        settings.Property(s => s.Version).IsConcurrencyToken();
    }
}

internal sealed class MessageChannelHealthConfiguration : IEntityTypeConfiguration<MessageChannelHealth>
{
    public void Configure(EntityTypeBuilder<MessageChannelHealth> health) => health.Property(h => h.Id).HasMaxLength(40);
}

internal sealed class MessageSettingsConfiguration : IEntityTypeConfiguration<MessageSettings>
{
    public void Configure(EntityTypeBuilder<MessageSettings> settings)
    {
        settings.Property(s => s.Id).ValueGeneratedNever();
        // Minutes of the day: a time type is not the same on every database.
        settings.Property(s => s.QuietFrom).HasConversion(time => (time!.Value.Hour * 60) + time.Value.Minute, minutes => (TimeOnly?)new TimeOnly(minutes / 60, minutes % 60));
        settings.Property(s => s.QuietTo).HasConversion(time => (time!.Value.Hour * 60) + time.Value.Minute, minutes => (TimeOnly?)new TimeOnly(minutes / 60, minutes % 60));
        settings.Property(s => s.EmailFooter).HasMaxLength(1000);
        settings.Property(s => s.Version).IsConcurrencyToken();
    }
}

internal sealed class MiniProgramConfiguration : IEntityTypeConfiguration<MiniProgram>
{
    public void Configure(EntityTypeBuilder<MiniProgram> program)
    {
        program.Property(p => p.Code).HasMaxLength(40);
        program.Property(p => p.Name).HasMaxLength(120);
        program.Property(p => p.AppId).HasMaxLength(120);
        program.Property(p => p.Url).HasMaxLength(1000);
        program.Property(p => p.SealedSecret).HasMaxLength(2000);
        program.Property(p => p.Templates).AsJson().HasMaxLength(4000);
        program.HasIndex(p => p.Code).IsUnique();
        program.Property(p => p.Version).IsConcurrencyToken();
    }
}

internal sealed class MemberDeviceConfiguration : IEntityTypeConfiguration<MemberDevice>
{
    public void Configure(EntityTypeBuilder<MemberDevice> device)
    {
        device.Property(d => d.Address).HasMaxLength(1000);
        device.Property(d => d.AddressHash).HasMaxLength(32);
        device.HasIndex(d => d.AddressHash).IsUnique();
        device.HasIndex(d => d.MemberId);
        device.HasOne<Member>().WithMany().HasForeignKey(d => d.MemberId).OnDelete(DeleteBehavior.Restrict);
        device.HasOne<MiniProgram>().WithMany().HasForeignKey(d => d.MiniProgramId).OnDelete(DeleteBehavior.Restrict);
    }
}
