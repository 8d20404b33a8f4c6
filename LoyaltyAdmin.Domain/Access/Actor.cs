namespace LoyaltyAdmin.Domain.Access;

public enum ActorKind
{
    System,
    Staff,
    ApiClient,

    /// <summary>On the member's own page: may do what members may with what is theirs, and nothing else.</summary>
    Member,
}

/// <summary>
/// Who acts: a staff user, an API client, a member on the own page or the system itself. Only an identity: what the actor may do is read afresh by
/// <see cref="AccessControl"/> at every command, so that disabling a user or changing a role holds at once.
/// </summary>
public sealed record Actor(ActorKind Kind, long Id, string Name)
{
    /// <summary>Jobs, imports being applied, start-up.</summary>
    public static readonly Actor System = new(ActorKind.System, 0, "System");

    public static Actor Staff(long userId, string name) => new(ActorKind.Staff, userId, name);

    public static Actor ApiClient(long clientId, string name) => new(ActorKind.ApiClient, clientId, name);

    /// <param name="memberId">The member.</param>
    /// <param name="name">The member's number, and how the page was opened where that matters as proof.</param>
    public static Actor Member(long memberId, string name) => new(ActorKind.Member, memberId, name);

    /// <summary>The actor a stored <see cref="Key"/> belongs to.</summary>
    public static Actor Of(string key, string name) => key.Split(':') switch
    {
        ["staff", var id] => Staff(long.Parse(id, global::System.Globalization.CultureInfo.InvariantCulture), name),
        ["api", var id] => ApiClient(long.Parse(id, global::System.Globalization.CultureInfo.InvariantCulture), name),
        ["member", var id] => Member(long.Parse(id, global::System.Globalization.CultureInfo.InvariantCulture), name),
        _ => System,
    };

    /// <summary>The stable identity stored with what the actor did, e.g. <c>staff:4</c>, <c>api:2</c>, <c>system</c>.</summary>
    public string Key => Kind switch
    {
        ActorKind.Staff => $"staff:{Id}",
        ActorKind.ApiClient => $"api:{Id}",
        ActorKind.Member => $"member:{Id}",
        _ => "system",
    };

    /// <summary>The caller's network address, where it came through a door that has one. Kept in the audit trail only.</summary>
    public string? IpAddress { get; init; }

    /// <summary>Ties together everything one request or circuit did.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>How the actor proved who it is, e.g. <c>password</c>, <c>password+totp</c>, <c>api-key</c>.</summary>
    public string? AuthenticationMethod { get; init; }
}
