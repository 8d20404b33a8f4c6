namespace LoyaltyAdmin.Domain.Excel;

/// <summary>Text a spreadsheet could take for a formula (OWASP ASVS 1.2.10, and CR).</summary>
internal static class FormulaText
{
    public static bool LooksLikeFormula(ReadOnlySpan<char> text) => text is ['=' or '+' or '-' or '@' or '\t' or '\r' or '\0', ..];
}
