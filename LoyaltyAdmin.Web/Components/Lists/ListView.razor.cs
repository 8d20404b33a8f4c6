using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;

namespace LoyaltyAdmin.Web.Components;

// More than a screen of code because it is the one place that knows how lists behave.
public sealed partial class ListView<TRow>
{
    private readonly List<ListColumn<TRow>> columns = [];
    private readonly ListFilters filters = new();
    private readonly HashSet<long> selected = [];
    private Dictionary<string, bool> chosen = [];
    private CancellationTokenSource? running;
    private ListQuery query = null!;
    private Page<TRow>? rows;
    private BoundedCount? count;
    private string? failure;
    private bool isLoading;
    private bool hasMore;

    [Parameter, EditorRequired]
    public required string Caption { get; set; }

    /// <summary>Reads the page the address asks for.</summary>
    [Parameter, EditorRequired]
    public required Func<ListQuery, CancellationToken, Task<Page<TRow>>> Load { get; set; }

    /// <summary>Counts what the filters find; null: not counted.</summary>
    [Parameter]
    public Func<ListQuery, CancellationToken, Task<BoundedCount>>? Count { get; set; }

    [Parameter]
    public RenderFragment? Filters { get; set; }

    /// <summary>Filters used less often, folded away until one of them is set.</summary>
    [Parameter]
    public RenderFragment? MoreFilters { get; set; }

    [Parameter, EditorRequired]
    public required RenderFragment Columns { get; set; }

    /// <summary>Shown when there is nothing at all yet; says what to do next.</summary>
    [Parameter]
    public RenderFragment? Empty { get; set; }

    /// <summary>Right above the table, e.g. Import and Export.</summary>
    [Parameter]
    public RenderFragment? ToolbarRight { get; set; }

    /// <summary>What can be done with the picked rows; null: rows cannot be picked.</summary>
    [Parameter]
    public RenderFragment<IReadOnlyCollection<long>>? BulkActions { get; set; }

    /// <summary>Identifies a row; needed for picking.</summary>
    [Parameter]
    public Func<TRow, long>? Key { get; set; }

    /// <summary>Names a row for screen readers.</summary>
    [Parameter]
    public Func<TRow, string>? RowName { get; set; }

    /// <summary>Highlights a row, e.g. one that needs attention.</summary>
    [Parameter]
    public Func<TRow, string?>? RowClass { get; set; }

    /// <summary>Everything is loaded at once: there are no pages to turn.</summary>
    [Parameter]
    public bool IsWhole { get; set; }

    /// <summary>What the address asks for, e.g. for an export of exactly what is filtered.</summary>
    public ListQuery Query => query;

    internal bool CanSelect => BulkActions is not null && Key is not null;

    private bool HasPages => !IsWhole && (rows is { Next: not null } or { Previous: not null } || rows?.Rows.Count > Pager.SmallestSize);

    private string MemoryName => $"columns {Caption}";

    private bool HasFilter => filters.Values.Any(pair => query.Text(pair.Key) is not null);

    private string Summary => (rows, count) switch
    {
        (null, _) => "",
        ({ Rows.Count: 0 }, _) => "No entries",
        ({ Rows.Count: var shown }, null) => $"{shown} shown",
        ({ Rows.Count: var shown }, { } all) => all.IsExact && all.Count <= shown ? $"{all.Count} {(all.Count == 1 ? "entry" : "entries")}" : $"{shown} of {all} entries",
    };

    /// <summary>Loads the same page again, e.g. after an operation.</summary>
    public async Task ReloadAsync()
    {
        running?.Cancel();
        running?.Dispose();
        var mine = running = new CancellationTokenSource();
        (isLoading, failure) = (true, null);
        StateHasChanged();
        try
        {
            var loaded = await Load(query, mine.Token);
            if (mine == running)
            {
                (rows, isLoading) = (loaded, false);
                StateHasChanged();
            }

            if (Count is not null && mine == running)
            {
                // Rows go out first: a database in this process would be counted through before anything is drawn.
                await Task.Yield();
                var counted = await Count(query, mine.Token);
                count = mine == running ? counted : count;
            }
        }
        catch (OperationCanceledException) when (mine.IsCancellationRequested)
        {
            return;
        }
        catch (RuleViolationException refusal)
        {
            failure = refusal.Message;
        }
        catch (DatabaseUnavailableException)
        {
            failure = "The database is not available at the moment.";
        }
        catch (Exception exception)
        {
            Log.LogError(exception, "The list {List} could not be loaded", Caption);
            failure = "This list could not be loaded.";
        }

        if (mine == running)
        {
            isLoading = false;
            StateHasChanged();
        }
    }

    public void Dispose()
    {
        Navigation.LocationChanged -= Moved;
        running?.Cancel();
        running?.Dispose();
    }

    internal void Add(ListColumn<TRow> column) => columns.Add(column);

    internal string? SortOf(ListColumn<TRow> column) => column.Sort is null || query.Text("sort") != column.Sort ? null : query.Page.Descending ? "descending" : "ascending";

    internal void SortBy(ListColumn<TRow> column) => Navigation.NavigateTo(query.SortedBy(column.Sort!));

    // Cards on a narrow screen have no headings to press.
    private IReadOnlyList<(string Value, string Text)> SortChoices =>
        [.. columns.Where(column => column.Sort is not null && IsShown(column)).SelectMany(column => new[] { ($"-{column.Sort}", $"{column.Title}, descending"), (column.Sort!, $"{column.Title}, ascending") })];

    private string SortChoice => query.Text("sort") is { } sort ? (query.Page.Descending ? $"-{sort}" : sort) : "";

    private void SortBy(string? choice) => Navigation.NavigateTo(query.With(
    [
        KeyValuePair.Create("sort", choice?.TrimStart('-')),
        KeyValuePair.Create("asc", string.IsNullOrEmpty(choice) || choice[0] == '-' ? null : "1"),
    ]));

    internal void SelectionChanged() => StateHasChanged();

    protected override void OnInitialized()
    {
        query = ListQuery.Read(Navigation);
        filters.Read(query);
        Navigation.LocationChanged += Moved;
    }

    protected override Task OnInitializedAsync() => Task.WhenAll(RecallAsync(), ReloadAsync());

    protected override void OnAfterRender(bool firstRender)
    {
        // Filters have announced themselves now.
        if (firstRender && filters.HasFolded)
        {
            hasMore = true;
            StateHasChanged();
        }
    }

    private void Moved(object? sender, LocationChangedEventArgs moved)
    {
        var next = ListQuery.Read(Navigation);
        if (next.Path != query.Path || next.ShowsSameAs(query))
        {
            return;
        }

        query = next;
        selected.Clear();
        filters.Read(query);
        _ = InvokeAsync(ReloadAsync);
    }

    private Task SearchAsync()
    {
        var wanted = query.With(filters.Values);
        if (wanted == query.With([], keepsPosition: true))
        {
            return ReloadAsync();
        }

        Navigation.NavigateTo(wanted);

        return Task.CompletedTask;
    }

    private void Reset()
    {
        filters.Clear();
        Navigation.NavigateTo(query.With(filters.Values));
    }

    private bool IsShown(ListColumn<TRow> column) => column.IsOperations || (chosen.TryGetValue(column.Title, out var shown) ? shown : !column.Hidden);

    private Task ToggleAsync(string title)
    {
        chosen[title] = !IsShown(columns.First(c => c.Title == title));

        return Memory.KeepAsync(MemoryName, chosen);
    }

    private async Task RecallAsync()
    {
        if (await Memory.RecallAsync<Dictionary<string, bool>>(MemoryName) is { } kept)
        {
            chosen = kept;
            StateHasChanged();
        }
    }
}
