using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LoyaltyAdmin.Benchmarks;

/// <summary>
/// One kept-alive connection that redeems from random cards, one request after the other. Written on the socket: an HttpClient costs about
/// as much as the server does, on the same two cores.
/// </summary>
internal static class RedemptionConnection
{
    public static async Task<(List<double> Milliseconds, int Errors)> RunAsync(IPEndPoint address, BenchmarkCompany company, long until)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address);
        var (times, errors) = (new List<double>(), 0);
        var answer = new byte[8192];
        while (Stopwatch.GetTimestamp() < until)
        {
            var request = Encoding.ASCII.GetBytes(Request(company));
            var sent = Stopwatch.GetTimestamp();
            await socket.SendAsync(request);
            var status = await ReceiveAsync(socket, answer);
            times.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            errors += status == 201 ? 0 : 1;
        }

        return (times, errors);
    }

    private static string Request(BenchmarkCompany company)
    {
        var (with, where) = (company.Pick(), $"\"storeCode\":\"{company.StoreCode}\",\"channel\":\"POS\"");
        var (path, body) = company.Means switch
        {
            PayMeans.Wallets => ($"members/{with}/wallet/payments", $$"""{"amount":0.01,"currency":"USD",{{where}},"orderNumber":"R-1"}"""),
            PayMeans.Points => ($"members/{with}/points/spendings", $$"""{"points":0.01,{{where}},"orderNumber":"R-1"}"""),
            PayMeans.Coupons => ($"coupons/{with}/redemptions", $$"""{"currency":"USD",{{where}},"orderNumber":"{{with}}","lines":[{"productCode":"A","quantity":1,"unitPrice":30}]}"""),
            _ => ($"gift-cards/{with}/redemptions", $$"""{"amount":0.01,"currency":"USD",{{where}},"orderNumber":"R-1"}"""),
        };

        return string.Create(CultureInfo.InvariantCulture,
            $"POST /api/v1/{path} HTTP/1.1\r\nHost: bench\r\nX-Api-Key: {company.ApiKey}\r\nIdempotency-Key: {Guid.NewGuid():N}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    }

    private static async Task<int> ReceiveAsync(Socket socket, byte[] buffer)
    {
        var filled = 0;
        while (true)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(filled));
            if (count == 0)
            {
                throw new IOException("The server closed the connection.");
            }

            filled += count;
            var head = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
            if (head >= 0 && filled >= head + 4 + ContentLength(buffer.AsSpan(0, head)))
            {
                return int.Parse(buffer.AsSpan(9, 3), CultureInfo.InvariantCulture);
            }
        }
    }

    private static int ContentLength(ReadOnlySpan<byte> head)
    {
        var at = head.IndexOf("Content-Length: "u8);
        var value = head[(at + 16)..];
        var end = value.IndexOf("\r\n"u8);

        return int.Parse(end < 0 ? value : value[..end], CultureInfo.InvariantCulture);
    }
}
