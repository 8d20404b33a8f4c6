using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using LoyaltyAdmin.Domain.Members;

namespace LoyaltyAdmin.Domain.Messages.Providers;

/// <summary>
/// E-mail through the merchant's relay: SMTP with STARTTLS and a password. The relay signs (DKIM) afterwards, so the unsubscribe headers are covered.
/// The Message-ID is the message's own identifier on every attempt: receivers drop what they have.
/// </summary>
public sealed class SmtpProvider(ProviderAddresses addresses) : MessageProvider
{
    public override async Task<SendOutcome> SendAsync(OutgoingMessage message, ChannelAccount account, CancellationToken cancel)
    {
        var mail = Mail(message, account.Options);
        var client = new SmtpClient(account.Options.Host, account.Options.Port) { EnableSsl = account.Options.UsesTls, UseDefaultCredentials = false };
        if (account.Options.UserName is { } user)
        {
            client.Credentials = new NetworkCredential(user, account.Secret);
        }

        var sending = client.SendMailAsync(mail, cancel);
        // The client may go on after we have stopped waiting: it is let go when it ends, whatever its end is.
        _ = sending.ContinueWith(ended =>
        {
            _ = ended.Exception;
            mail.Dispose();
            client.Dispose();
        }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        try
        {
            await sending.WaitAsync(addresses.Patience, cancel);

            return new SendOutcome(SendResult.Accepted, $"<{message.Id}@{new MailAddress(account.Options.FromAddress!).Host}>");
        }
        catch (TimeoutException)
        {
            client.SendAsyncCancel();

            return SendOutcome.Unknown("The relay did not answer in time: it may have been sent.");
        }
        catch (SmtpFailedRecipientException exception)
        {
            return Refused(exception);
        }
        catch (SmtpException exception)
        {
            return Trouble(exception);
        }
    }

    // A relay's own words may hold the address: only its codes are kept.
    private static SendOutcome Refused(SmtpFailedRecipientException exception) => exception.StatusCode switch
    {
        SmtpStatusCode.MailboxUnavailable or SmtpStatusCode.UserNotLocalTryAlternatePath or SmtpStatusCode.MailboxNameNotAllowed when !exception.Message.Contains("5.7.", StringComparison.Ordinal) =>
            SendOutcome.Refused($"The relay refused the address ({(int)exception.StatusCode}).", SuppressionReason.HardBounce),
        _ => SendOutcome.Failed($"The relay answered {(int)exception.StatusCode} to the recipient."),
    };

    private static SendOutcome Trouble(SmtpException exception) => exception.InnerException switch
    {
        SocketException socket => SendOutcome.Failed($"The relay cannot be reached ({socket.SocketErrorCode})."),
        AuthenticationException => SendOutcome.Failed("The relay's certificate is not trusted, or TLS failed."),
        IOException => SendOutcome.Unknown("The connection to the relay broke: it may have been sent."),
        _ when exception.StatusCode == SmtpStatusCode.GeneralFailure => SendOutcome.Failed("The relay refused the connection or the settings."),
        _ => SendOutcome.Failed($"The relay answered {(int)exception.StatusCode} ({exception.StatusCode})."),
    };

    private static MailMessage Mail(OutgoingMessage message, ChannelOptions options)
    {
        var from = new MailAddress(options.FromAddress!, options.FromName, Encoding.UTF8);
        var mail = new MailMessage(from, new MailAddress(message.Address))
        {
            Subject = message.Text.Subject,
            SubjectEncoding = Encoding.UTF8,
            HeadersEncoding = Encoding.UTF8,
            Body = message.Plain,
            BodyEncoding = Encoding.UTF8,
            BodyTransferEncoding = TransferEncoding.QuotedPrintable,
        };
        var html = AlternateView.CreateAlternateViewFromString(message.Html ?? message.Text.Body, Encoding.UTF8, MediaTypeNames.Text.Html);
        html.TransferEncoding = TransferEncoding.QuotedPrintable;
        mail.AlternateViews.Add(html);
        mail.Headers.Add("Message-ID", $"<{message.Id}@{from.Host}>");
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        if (message.Unsubscribe is { } url)
        {
            mail.Headers.Add("List-Unsubscribe", $"<{url}>");
            mail.Headers.Add("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        }

        return mail;
    }
}
