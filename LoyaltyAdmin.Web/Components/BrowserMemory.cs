using System.Text.Json;
using Microsoft.JSInterop;

namespace LoyaltyAdmin.Web.Components;

/// <summary>
/// Small habits kept in the user's own browser, by user: which columns a list shows, which store the header shows. A convenience only:
/// a browser that keeps nothing gets the defaults, and nothing read back is trusted further than what the page offers anyway.
/// </summary>
public sealed class BrowserMemory(IJSRuntime script)
{
    private const int Longest = 4_000;

    /// <summary>Whose habits; several people may share a browser.</summary>
    public string Owner { get; set; } = "";

    public Task KeepAsync<T>(string name, T value) => KeepAsync("loyalty.keep", name, value);

    public Task<T?> RecallAsync<T>(string name) => RecallAsync<T>("loyalty.recall", name);

    /// <summary>Keeps something until the tab is closed: it outlives a reload, and other tabs do not see it.</summary>
    public Task KeepInTabAsync<T>(string name, T value) => KeepAsync("loyalty.keepInTab", name, value);

    public Task<T?> RecallInTabAsync<T>(string name) => RecallAsync<T>("loyalty.recallInTab", name);

    private async Task KeepAsync<T>(string function, string name, T value)
    {
        try
        {
            await script.InvokeVoidAsync(function, Key(name), JsonSerializer.Serialize(value));
        }
        catch (Exception exception) when (IsOfTheBrowser(exception))
        {
        }
    }

    private async Task<T?> RecallAsync<T>(string function, string name)
    {
        try
        {
            return await script.InvokeAsync<string?>(function, Key(name)) is { Length: > 0 and <= Longest } text ? JsonSerializer.Deserialize<T>(text) : default;
        }
        catch (Exception exception) when (exception is JsonException || IsOfTheBrowser(exception))
        {
            return default;
        }
    }

    private string Key(string name) => $"{Owner} {name}";

    private static bool IsOfTheBrowser(Exception exception) => exception is JSException or JSDisconnectedException or OperationCanceledException or ObjectDisposedException;
}
