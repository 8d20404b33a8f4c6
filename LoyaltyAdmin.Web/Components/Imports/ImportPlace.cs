using System.Globalization;
using LoyaltyAdmin.Domain.Imports;

namespace LoyaltyAdmin.Web.Components.Imports;

/// <summary>How one kind of import is called, and where its three pages and its files are.</summary>
/// <param name="Root">The page the import belongs to; its own pages lie below: <c>/import</c>, <c>/imports</c>, <c>/imports/{id}</c>.</param>
/// <param name="Things">What rows become, in sentences.</param>
/// <param name="BackHref">Where one came from.</param>
public sealed record ImportPlace(ImportKind Kind, string Root, string Title, string Things, string BackHref, string BackText)
{
    private const string Value = "Value";

    /// <summary>The list of what an import made, where there is one.</summary>
    public Func<long, string>? ResultOf { get; init; }

    /// <summary>What the summary of the valid rows is called: their value, or what they do.</summary>
    public string ValueTitle { get; init; } = Value;

    /// <summary>That summary is an amount.</summary>
    public bool HasValue => ValueTitle == Value;

    /// <summary>Whether an import tells of each row what it does, of those without errors too.</summary>
    public Func<ImportSummary, bool> TellsOfEachRow { get; init; } = _ => false;

    public string Upload => $"{Root}/import";

    public string History => $"{Root}/imports";

    public string TemplateFile => $"/files/imports/{Kind}/template";

    public string PathOf(long id) => string.Create(CultureInfo.InvariantCulture, $"{History}/{id}");

    public string ErrorsFile(long id) => string.Create(CultureInfo.InvariantCulture, $"/files/imports/{Kind}/{id}/errors");
}
