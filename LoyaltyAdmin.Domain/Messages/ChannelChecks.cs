using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages.Providers;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Messages;

/// <summary>What each provider's settings must hold. A channel in the sandbox may be half filled in.</summary>
internal static class ChannelChecks
{
    public static FieldErrors Of(ChannelForm form)
    {
        var errors = new FieldErrors()
            .Text(nameof(form.Host), "Server", form.Host, 200).Text(nameof(form.UserName), "User name", form.UserName, 200).Text(nameof(form.FromName), "Sender's name", form.FromName, 100)
            .Email(nameof(form.FromAddress), "Sender's address", form.FromAddress).Phone(nameof(form.From), "Sending number", form.From)
            .Require(form.Port is >= 1 and <= 65535, nameof(form.Port), "1 to 65535; 587 is usual.")
            .Require(form.Port != 465, nameof(form.Port), "Port 465 expects TLS before the first word, which is not spoken here. Use 587 with STARTTLS.")
            .Require(form.UsesTls || Inputs.Clean(form.UserName) is null || form.Host is "localhost" or "127.0.0.1", nameof(form.UsesTls), "A password is sent over TLS only.")
            .Require(Inputs.Clean(form.AccountSid) is not { } account || (account.Length == 34 && account.StartsWith("AC", StringComparison.Ordinal) && account.All(char.IsAsciiLetterOrDigit)), nameof(form.AccountSid), "It begins with AC and has 34 characters.")
            .Require(Inputs.Clean(form.MessagingServiceSid) is not { } service || (service.Length == 34 && service.StartsWith("MG", StringComparison.Ordinal) && service.All(char.IsAsciiLetterOrDigit)), nameof(form.MessagingServiceSid), "It begins with MG and has 34 characters.")
            .Require(form.Secret is not { Length: > 6000 }, nameof(form.Secret), "This is too long.")
            .Require(form.Id != ConsentChannel.Push || Inputs.Clean(form.Secret) is not { } json || ServiceAccount.Read(json) is not null, nameof(form.Secret), "Paste the whole key file (JSON) of a Google service account.");
        if (form.UsesSandbox)
        {
            return errors;
        }

        return form.Id switch
        {
            ConsentChannel.Email => errors.Require(Inputs.Clean(form.Host) is not null, nameof(form.Host), "Server is required.").Require(Inputs.Clean(form.FromAddress) is not null, nameof(form.FromAddress), "Sender's address is required.")
                .Require(Inputs.Clean(form.UserName) is null || form.HasSecret || Inputs.Clean(form.Secret) is not null, nameof(form.Secret), "Password is required."),
            ConsentChannel.Sms => errors.Require(Inputs.Clean(form.AccountSid) is not null, nameof(form.AccountSid), "Account SID is required.").Require(form.HasSecret || Inputs.Clean(form.Secret) is not null, nameof(form.Secret), "Auth token is required.")
                .Require(Inputs.Clean(form.From) is not null || Inputs.Clean(form.MessagingServiceSid) is not null, nameof(form.From), "Enter a sending number or a messaging service."),
            _ => errors.Require(form.HasSecret || Inputs.Clean(form.Secret) is not null, nameof(form.Secret), "The service account is required."),
        };
    }

    public static ChannelOptions Options(ChannelForm form) => new()
    {
        Host = Inputs.Clean(form.Host),
        Port = form.Port ?? 587,
        UsesTls = form.UsesTls,
        UserName = Inputs.Clean(form.UserName),
        FromAddress = Inputs.Clean(form.FromAddress),
        FromName = Inputs.Clean(form.FromName),
        AccountSid = Inputs.Clean(form.AccountSid),
        From = Inputs.NormalisePhone(form.From),
        MessagingServiceSid = Inputs.Clean(form.MessagingServiceSid),
    };

    /// <summary>What a saved channel lacks before it can send; null: nothing.</summary>
    public static string? Missing(MessageChannelSettings settings) => settings.Id switch
    {
        ConsentChannel.Email => settings.Options.Host is null || settings.Options.FromAddress is null ? "server" : null,
        ConsentChannel.Sms => settings.Options.AccountSid is null || settings.SealedSecret is null || (settings.Options.From ?? settings.Options.MessagingServiceSid) is null ? "account" : null,
        _ => settings.SealedSecret is null ? "service account" : null,
    };
}
