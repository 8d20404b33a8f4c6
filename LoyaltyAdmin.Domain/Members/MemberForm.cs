using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Members;

/// <summary>One custom attribute being edited.</summary>
public sealed class MemberAttributeForm
{
    public string Name { get; set; } = "";
    public string Value { get; set; } = "";
}

/// <summary>A member being registered or edited.</summary>
public sealed class MemberForm
{
    public long? Id { get; set; }

    /// <summary>The merchant's own number of a new member; empty: one is made.</summary>
    public string? Number { get; set; }

    public string? FullName { get; set; }
    public DateOnly? BirthDate { get; set; }
    public Gender? Gender { get; set; }
    public string? Country { get; set; }
    public string? Region { get; set; }
    public string? City { get; set; }
    public string? PostalCode { get; set; }
    public string? Street { get; set; }
    public string? Street2 { get; set; }

    /// <summary>A new number; empty keeps the stored one.</summary>
    public string? IdNumber { get; set; }

    public bool RemoveIdNumber { get; set; }

    public string? Email { get; set; }
    public string? Phone { get; set; }
    public string? Language { get; set; }
    public string? TimeZone { get; set; }
    public long? HomeStoreId { get; set; }

    /// <summary>The home store by its code, where the caller does not know identifiers; wins.</summary>
    public string? HomeStoreCode { get; set; }

    public List<MemberAttributeForm> Attributes { get; set; } = [];

    /// <summary>The editor may not see personal data: empty name, contact, address and birthday keep what is stored.</summary>
    public bool HidesPersonalData { get; set; }

    /// <summary>The last four characters of the stored ID number.</summary>
    public string? IdNumberLastFour { get; set; }

    public Guid Version { get; set; }

    /// <summary>Brings texts into the form they are stored in.</summary>
    internal void Normalise()
    {
        Number = Inputs.Clean(Number);
        FullName = Inputs.Clean(FullName);
        Country = Inputs.Clean(Country)?.ToUpperInvariant();
        Region = Inputs.Clean(Region);
        City = Inputs.Clean(City);
        PostalCode = Inputs.Clean(PostalCode)?.ToUpperInvariant();
        Street = Inputs.Clean(Street);
        Street2 = Inputs.Clean(Street2);
        IdNumber = IdNumbers.Normalise(IdNumber);
        Email = Inputs.Clean(Email)?.ToLowerInvariant();
        Phone = Inputs.NormalisePhone(Phone) ?? Inputs.Clean(Phone);
        Language = Inputs.Clean(Language);
        TimeZone = Inputs.Clean(TimeZone);
        Attributes.ForEach(attribute => (attribute.Name, attribute.Value) = (attribute.Name.Trim(), attribute.Value.Trim()));
    }
}
