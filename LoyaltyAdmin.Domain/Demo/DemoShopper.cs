using System.Globalization;
using LoyaltyAdmin.Domain.Members;

namespace LoyaltyAdmin.Domain.Demo;

/// <summary>A member of the demo company and how they shop: a rhythm, and for some a day after which they stay away.</summary>
internal sealed class DemoShopper
{
    private static readonly string[] languages = ["en", "en", "en", "es", "fr", "zh-CN"];
    private static readonly (string Region, string City, string PostalCode)[] places = [("NY", "New York", "10018"), ("IL", "Chicago", "60622"), ("CA", "Los Angeles", "90026"), ("NJ", "Newark", "07102")];

    private int nextIn;

    public required int Number { get; init; }
    public required int HomeStore { get; init; }
    public required int RegisteredInWeek { get; init; }

    /// <summary>Days between purchases, on average; 0: registered and never bought.</summary>
    public required int Rhythm { get; init; }

    /// <summary>Stays away for this many days before today; 0: still comes.</summary>
    public required int AwayFor { get; init; }

    public required int Chance { get; init; }

    public string MemberNumber => (100_000 + Number).ToString(CultureInfo.InvariantCulture);

    private DemoPerson Person => DemoPeople.Of(Number);

    public static DemoShopper Of(int number, Random random, int stores)
    {
        var rhythm = random.Next(100) switch { < 12 => 0, < 35 => random.Next(5, 12), < 75 => random.Next(12, 35), _ => random.Next(35, 90) };

        return new DemoShopper
        {
            Number = number,
            HomeStore = random.Next(stores),
            // Half of them were there from the start of the story, the others came since.
            RegisteredInWeek = random.Next(2) == 0 ? random.Next(8) : random.Next(8, 60),
            Rhythm = rhythm,
            AwayFor = random.Next(100) switch { < 60 => 0, < 80 => rhythm + random.Next(9, 40), _ => random.Next(120, 300) },
            Chance = random.Next(100),
            nextIn = random.Next(1, 20),
        };
    }

    /// <summary>Moves the shopper's own calendar by a day.</summary>
    public bool BuysOn(DateOnly day, DateTimeOffset until)
    {
        var today = DateOnly.FromDateTime(until.UtcDateTime);
        var isThere = Rhythm > 0 && day >= today.AddDays(7 * (RegisteredInWeek - 60)) && day <= today.AddDays(-AwayFor);
        if (!isThere || --nextIn > 0)
        {
            return false;
        }

        // Between half and one and a half of the rhythm, from numbers of their own: one shopper's days never depend on another's.
        nextIn = Math.Max(1, Rhythm / 2 + (day.DayNumber * 31 + Number * 17) % Math.Max(1, Rhythm));

        return true;
    }

    public MemberForm Form(long homeStoreId)
    {
        var place = places[HomeStore % places.Length];

        return new MemberForm
        {
            Number = MemberNumber,
            FullName = Person.Name,
            Phone = Person.Phone,
            Email = Number % 9 == 0 ? null : Person.Email,
            BirthDate = Chance < 75 ? new DateOnly(1955 + Number * 7 % 48, 1 + Number % 12, 1 + Number * 5 % 28) : null,
            Gender = Number % 5 == 4 ? null : Number % 2 == 0 ? Members.Gender.Female : Members.Gender.Male,
            Country = "US",
            Region = place.Region,
            City = place.City,
            PostalCode = Chance < 60 ? place.PostalCode : null,
            Street = Chance < 50 ? $"{10 + Number % 90} Market Street" : null,
            Language = languages[Number % languages.Length],
            HomeStoreId = homeStoreId,
        };
    }

    /// <summary>What the shopper said yes to; about two thirds say yes to e-mail.</summary>
    public IEnumerable<ConsentStatement> Consents
    {
        get
        {
            if (Chance < 66 && Number % 9 != 0)
            {
                yield return Yes(ConsentChannel.Email, ConsentPurpose.Marketing);
                yield return Yes(ConsentChannel.Email, ConsentPurpose.LoyaltyNotification);
            }

            if (Chance < 35)
            {
                yield return Yes(ConsentChannel.Sms, ConsentPurpose.Marketing);
            }

            if (Chance is > 20 and < 45)
            {
                yield return Yes(ConsentChannel.Push, ConsentPurpose.Marketing);
            }
        }
    }

    private static ConsentStatement Yes(ConsentChannel channel, ConsentPurpose purpose) =>
        new() { Channel = channel, Purpose = purpose, Status = ConsentStatus.Granted, Source = ConsentSource.Pos, TextVersion = "2025-06" };
}
