namespace LoyaltyAdmin.Domain.Excel;

/// <summary>What a column holds: it decides the format of an exported cell and how an imported one is understood.</summary>
public enum CellKind
{
    Text,
    Integer,
    Money,
    Date,
    DateTime,
    Boolean,
}
