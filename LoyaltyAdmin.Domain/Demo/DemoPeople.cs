using System.Globalization;

namespace LoyaltyAdmin.Domain.Demo;

/// <summary>A person who does not exist, with a phone number and an address reserved for fiction.</summary>
internal sealed record DemoPerson(string Name, string Phone, string Email);

/// <summary>The demo company's customers.</summary>
internal static class DemoPeople
{
    private static readonly string[] firstNames =
    [
        "Amelia", "Ben", "Carmen", "Daniel", "Elena", "Farid", "Grace", "Hassan", "Isla", "Jonas", "Keiko", "Liam", "Mei", "Noah", "Olivia", "Pedro",
        "Quinn", "Rosa", "Samir", "Tara", "Umar", "Violet", "Wei", "Ximena", "Yusuf", "Zoe", "Aisha", "Bruno", "Chloe", "Diego", "Emma", "Felix",
    ];

    private static readonly string[] lastNames =
    [
        "Anderson", "Bauer", "Chen", "Diaz", "Evans", "Fischer", "Garcia", "Haddad", "Ivanova", "Johnson", "Kim", "Lopez", "Martin", "Nguyen", "O'Brien",
        "Park", "Quiroga", "Rossi", "Sato", "Taylor", "Usman", "Vargas", "Walker", "Xu", "Young", "Zimmer", "Brooks", "Costa", "Dubois", "Eriksen",
    ];

    private static readonly string[] areaCodes = ["212", "312", "213", "646", "773", "323"];

    /// <summary>How many people there are before a phone number comes back.</summary>
    public const int Count = 600;

    /// <summary>The same person for the same number.</summary>
    public static DemoPerson Of(int number)
    {
        var (first, last) = (firstNames[number % firstNames.Length], lastNames[number / firstNames.Length * 7 % lastNames.Length]);
        var phone = string.Create(CultureInfo.InvariantCulture, $"+1 {areaCodes[number % areaCodes.Length]} 555 01{number / areaCodes.Length * 37 % 100:D2}");

        return new DemoPerson($"{first} {last}", phone, $"{first}.{last.Replace("'", "", StringComparison.Ordinal)}{number}@example.com".ToLowerInvariant());
    }
}
