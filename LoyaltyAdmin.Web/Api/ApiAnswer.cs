using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LoyaltyAdmin.Web.Api;

/// <summary>A JSON answer of known length: written in one piece, without chunks.</summary>
internal static class ApiAnswer
{
    public static async Task WriteAsync<T>(this HttpResponse response, int status, T value, JsonTypeInfo<T> type, string contentType = "application/json; charset=utf-8")
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(value, type);
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        // Balances and security codes belong to the caller alone.
        response.Headers.CacheControl = "no-store";
        await response.BodyWriter.WriteAsync(body);
    }

    public static IResult Ok<T>(T value, JsonTypeInfo<T> type) => new Json<T>(StatusCodes.Status200OK, value, type, Location: null);

    public static IResult Created<T>(T value, JsonTypeInfo<T> type, string? location = null) => new Json<T>(StatusCodes.Status201Created, value, type, location);

    private sealed record Json<T>(int Status, T Value, JsonTypeInfo<T> Type, string? Location) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            if (Location is not null)
            {
                httpContext.Response.Headers.Location = Location;
            }

            return httpContext.Response.WriteAsync(Status, Value, Type);
        }
    }
}
