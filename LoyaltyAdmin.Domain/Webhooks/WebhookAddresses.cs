using System.Net;
using System.Net.Sockets;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Webhooks;

/// <summary>Where events may be sent. Loopback is for development: a server must not call itself or its neighbours because somebody typed an address.</summary>
public sealed record WebhookSettings(bool AllowLoopback);

/// <summary>
/// Guards against requests into the merchant's own network (SSRF): checked when an address is saved, and again on the address each connection really
/// goes to, because a name can resolve to something else a minute later.
/// </summary>
internal static class WebhookAddresses
{
    private static readonly IPNetwork[] closed =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("169.254.0.0/16"),
        IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.0.0.0/24"), IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("198.18.0.0/15"),
        IPNetwork.Parse("198.51.100.0/24"), IPNetwork.Parse("203.0.113.0/24"), IPNetwork.Parse("224.0.0.0/3"),
        // IPv6: everything but global unicast, and the ranges of it that carry IPv4 addresses inside.
        IPNetwork.Parse("::/3"), IPNetwork.Parse("4000::/2"), IPNetwork.Parse("8000::/1"), IPNetwork.Parse("2001::/32"), IPNetwork.Parse("2002::/16"), IPNetwork.Parse("2001:db8::/32"),
    ];

    /// <summary>What is wrong with an endpoint's address, or null.</summary>
    public static string? Fault(string? text, WebhookSettings settings)
    {
        if (Inputs.Clean(text) is not { } url || !Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
        {
            return "Enter an address such as https://shop.example.com/webhooks.";
        }

        var isLoopback = uri.IsLoopback;
        if (uri.Scheme != Uri.UriSchemeHttps && !(uri.Scheme == Uri.UriSchemeHttp && isLoopback))
        {
            return "The address must begin with https://.";
        }

        if (uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
        {
            return "The address must hold neither a user name nor a fragment (#).";
        }

        if (isLoopback)
        {
            return settings.AllowLoopback ? null : "This server's own address is allowed in development only.";
        }

        return IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && !IsOpen(address, settings) ? "Addresses of private networks are not allowed." : null;
    }

    public static bool IsOpen(IPAddress address, WebhookSettings settings)
    {
        var actual = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

        return IPAddress.IsLoopback(actual) ? settings.AllowLoopback : !closed.Any(network => network.BaseAddress.AddressFamily == actual.AddressFamily && network.Contains(actual));
    }

    /// <summary>Connects to the first address of the host that is open; HTTP's own resolution never decides.</summary>
    public static async ValueTask<Stream> ConnectAsync(DnsEndPoint host, WebhookSettings settings, CancellationToken cancel)
    {
        var addresses = (await Dns.GetHostAddressesAsync(host.Host, cancel)).Where(address => IsOpen(address, settings)).ToArray();
        if (addresses.Length == 0)
        {
            throw new WebhookAddressException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, host.Port, cancel);

            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>The endpoint's name leads into a private network.</summary>
internal sealed class WebhookAddressException() : IOException("The address leads into a private network.");
