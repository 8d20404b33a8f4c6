using System.Net;
using LoyaltyAdmin.Domain.Webhooks;

namespace LoyaltyAdmin.Domain.Messages.Providers;

/// <summary>Posts to providers: no redirects, no cookies, never into private networks, and a clear answer to whether something may have been sent.</summary>
public sealed class ProviderHttp(WebhookSettings settings, ProviderAddresses addresses) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        ConnectCallback = (context, cancel) => WebhookAddresses.ConnectAsync(context.DnsEndPoint, settings, cancel),
    })
    {
        Timeout = addresses.Patience,
        MaxResponseContentBufferSize = 256 * 1024,
    };

    /// <summary>The answer, or what became of it without one.</summary>
    public async Task<ProviderAnswer> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        try
        {
            using var response = await http.SendAsync(request, cancel);

            return new ProviderAnswer(response.StatusCode, await response.Content.ReadAsStringAsync(cancel), null);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new ProviderAnswer(null, "", SendOutcome.Unknown("The provider did not answer in time: it may have been sent."));
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError || exception.InnerException is WebhookAddressException)
        {
            return new ProviderAnswer(null, "", SendOutcome.Failed(exception.InnerException is WebhookAddressException refused ? refused.Message : $"The provider cannot be reached ({exception.HttpRequestError})."));
        }
        catch (HttpRequestException exception)
        {
            return new ProviderAnswer(null, "", SendOutcome.Unknown($"The connection broke ({exception.HttpRequestError}): it may have been sent."));
        }
    }

    public void Dispose() => http.Dispose();
}

/// <param name="Status">Null: there was no answer, and <paramref name="Trouble"/> says what that means.</param>
public sealed record ProviderAnswer(HttpStatusCode? Status, string Body, SendOutcome? Trouble)
{
    public int Code => Status is { } status ? (int)status : 0;

    public bool IsSuccess => Code is >= 200 and < 300;
}
