namespace LoyaltyAdmin.Domain.Values;

/// <summary>“J•••”, “••• 0100”, “j•••@example.com”: enough to recognise, not to use.</summary>
public static class Masks
{
    public const string Hidden = "•••";

    public static string? Name(string? name) => name is { Length: > 0 } ? $"{name[0]}{Hidden}" : null;

    public static string? Phone(string? phone) => phone is { Length: > 4 } ? $"{Hidden} {phone[^4..]}" : phone is null ? null : Hidden;

    public static string? Email(string? email) => email is null ? null : email.IndexOf('@', StringComparison.Ordinal) is var at and > 0 ? $"{email[0]}{Hidden}{email[at..]}" : Hidden;
}
