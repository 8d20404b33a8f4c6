using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace LoyaltyAdmin.Tests.Support;

/// <summary>A message as the server took it over, with what the client proved before.</summary>
public sealed record ReceivedMail(string From, string To, string Data, bool WasEncrypted, string? User, string? Password);

/// <summary>A mail server on the loopback address that speaks SMTP with STARTTLS and AUTH LOGIN: enough for a real conversation.</summary>
public sealed class SmtpServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<ReceivedMail> mails = new();
    private readonly X509Certificate2 certificate;

    public SmtpServer()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2120, 1, 1, 0, 0, 0, TimeSpan.Zero));
        certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        _ = LoopAsync();
    }

    public int Port { get; }

    public string Thumbprint => certificate.Thumbprint;

    public IReadOnlyList<ReceivedMail> Mails => [.. mails];

    /// <summary>The answer to RCPT TO.</summary>
    public Func<string, string> Recipient { get; set; } = _ => "250 2.1.5 OK";

    /// <summary>Off: the server knows no STARTTLS.</summary>
    public bool OffersTls { get; set; } = true;

    /// <summary>After the message came in, before it is confirmed.</summary>
    public Func<Task> BeforeConfirming { get; set; } = () => Task.CompletedTask;

    public void Dispose()
    {
        listener.Stop();
        certificate.Dispose();
    }

    private async Task LoopAsync()
    {
        while (true)
        {
            try
            {
                _ = TalkAsync(await listener.AcceptTcpClientAsync());
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        try
        {
            using var _ = client;
            Stream stream = client.GetStream();
            var (encrypted, user, password, from, to) = (false, (string?)null, (string?)null, "", "");
            await SayAsync(stream, "220 test ESMTP");
            while (await LineAsync(stream) is { } line)
            {
                var verb = line.Split(' ', ':')[0].ToUpperInvariant();
                switch (verb)
                {
                    case "EHLO":
                        await SayAsync(stream, $"250-test{(OffersTls && !encrypted ? "\r\n250-STARTTLS" : "")}{(encrypted ? "\r\n250-AUTH LOGIN" : "")}\r\n250 8BITMIME");
                        break;
                    case "STARTTLS":
                        await SayAsync(stream, "220 go");
                        var tls = new SslStream(stream);
                        await tls.AuthenticateAsServerAsync(certificate);
                        (stream, encrypted) = (tls, true);
                        break;
                    case "AUTH":
                        var parts = line.Split(' ');
                        user = parts.Length > 2 ? Decode(parts[2]) : Decode(await AskAsync(stream, "334 VXNlcm5hbWU6"));
                        password = Decode(await AskAsync(stream, "334 UGFzc3dvcmQ6"));
                        await SayAsync(stream, password == "wrong" ? "535 5.7.8 no" : "235 2.7.0 yes");
                        break;
                    case "MAIL":
                        from = line;
                        await SayAsync(stream, password == "wrong" ? "530 5.7.0 authentication required" : "250 OK");
                        break;
                    case "RCPT":
                        to = line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];
                        await SayAsync(stream, Recipient(to));
                        break;
                    case "DATA":
                        await SayAsync(stream, "354 go");
                        var data = new StringBuilder();
                        while (await LineAsync(stream) is { } text && text != ".")
                        {
                            data.Append(text.StartsWith('.') ? text[1..] : text).Append("\r\n");
                        }

                        mails.Enqueue(new ReceivedMail(from, to, data.ToString(), encrypted, user, password));
                        await BeforeConfirming();
                        await SayAsync(stream, "250 2.0.0 queued");
                        break;
                    case "QUIT":
                        await SayAsync(stream, "221 bye");
                        return;
                    default:
                        await SayAsync(stream, "250 OK");
                        break;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The client has left.
        }
    }

    private static string Decode(string? base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64 ?? ""));

    private static async Task<string?> AskAsync(Stream stream, string question)
    {
        await SayAsync(stream, question);

        return await LineAsync(stream);
    }

    private static Task SayAsync(Stream stream, string text) => stream.WriteAsync(Encoding.ASCII.GetBytes(text + "\r\n")).AsTask();

    // Byte by byte: nothing may be read ahead over the change to TLS.
    private static async Task<string?> LineAsync(Stream stream)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one) == 1)
        {
            if (one[0] == '\n')
            {
                return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            }

            line.Add(one[0]);
        }

        return null;
    }
}
