namespace LoyaltyAdmin.Web.Components;

/// <summary>What the fields of one form share: their messages and, for the summary that links to them, their addresses in the page.</summary>
public sealed class FormScope
{
    private readonly Dictionary<string, string> ids = [];
    private Dictionary<string, string> announced = [];

    /// <summary>Messages by the form's property name.</summary>
    public IReadOnlyDictionary<string, string> Errors { get; set; } = new Dictionary<string, string>();

    /// <summary>Something was entered.</summary>
    public bool IsTouched { get; private set; }

    internal event Action? Touched;

    /// <summary>The messages are others than before.</summary>
    internal event Action? Announced;

    /// <summary>Every field says so when its value changes: the browser's own change event does not rise to the form.</summary>
    public void Touch()
    {
        if (!IsTouched)
        {
            IsTouched = true;
            Touched?.Invoke();
        }
    }

    /// <summary>Whoever changes the messages says so.</summary>
    public void Announce()
    {
        if (Errors.Count != announced.Count || Errors.Any(error => announced.GetValueOrDefault(error.Key) != error.Value))
        {
            announced = Errors.ToDictionary();
            Announced?.Invoke();
        }
    }

    public string? ErrorOf(string? field) => field is null ? null : Errors.FirstOrDefault(error => string.Equals(error.Key, field, StringComparison.OrdinalIgnoreCase)).Value;

    public string? IdOf(string field) => ids.FirstOrDefault(id => string.Equals(id.Key, field, StringComparison.OrdinalIgnoreCase)).Value;

    internal void Register(string field, string id) => ids[field] = id;
}
