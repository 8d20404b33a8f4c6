using System.Globalization;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.GiftCards;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Web.Access;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LoyaltyAdmin.Web.Pages.MembershipMarketing.Members.MemberBenefits.GiftCards;

/// <summary>The downloads of the gift card pages. The services decide who gets which file; somebody else's does not exist.</summary>
public static class GiftCardFiles
{
    public const string Template = "/files/gift-card-import-template";

    private const string Excel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    public static string Export(long id) => string.Create(CultureInfo.InvariantCulture, $"/files/exports/{id}");

    public static string ImportErrors(long id) => string.Create(CultureInfo.InvariantCulture, $"/files/imports/{id}/errors");

    public static void MapGiftCardFiles(this WebApplication app)
    {
        var files = app.MapGroup("/files").RequireAuthorization().ExcludeFromDescription();
        files.MapGet("/gift-card-import-template", TemplateAsync);
        files.MapGet("/imports/{id:long}/errors", ErrorsAsync);
        files.MapGet("/exports/{id:long}", ExportAsync);
    }

    private static Task<Results<FileContentHttpResult, FileStreamHttpResult, NotFound, ForbidHttpResult>> TemplateAsync(HttpContext http, GiftCardImports imports) => AnswerAsync(http, async () =>
        TypedResults.File(await imports.TemplateAsync(StaffClaims.ActorOf(http.User)!, http.RequestAborted), Excel, "Gift Card Import Template.xlsx"));

    private static Task<Results<FileContentHttpResult, FileStreamHttpResult, NotFound, ForbidHttpResult>> ErrorsAsync(long id, HttpContext http, GiftCardImports imports) => AnswerAsync(http, async () =>
    {
        using var file = new MemoryStream();
        await imports.WriteErrorRowsAsync(StaffClaims.ActorOf(http.User)!, id, file, http.RequestAborted);

        return TypedResults.File(file.ToArray(), Excel, string.Create(CultureInfo.InvariantCulture, $"Rows to correct, import {id}.xlsx"));
    });

    private static Task<Results<FileContentHttpResult, FileStreamHttpResult, NotFound, ForbidHttpResult>> ExportAsync(long id, HttpContext http, Domain.Exports.Exports exports) => AnswerAsync(http, async () =>
    {
        var file = await exports.OpenAsync(StaffClaims.ActorOf(http.User)!, id, http.RequestAborted);

        return TypedResults.File(file.Content, Excel, file.Name);
    });

    private static async Task<Results<FileContentHttpResult, FileStreamHttpResult, NotFound, ForbidHttpResult>> AnswerAsync<TFile>(HttpContext http, Func<Task<TFile>> open) where TFile : IResult
    {
        http.Response.Headers.CacheControl = "no-store";
        try
        {
            return await open() switch
            {
                FileContentHttpResult bytes => bytes,
                FileStreamHttpResult stream => stream,
                _ => TypedResults.NotFound(),
            };
        }
        catch (NotFoundException)
        {
            return TypedResults.NotFound();
        }
        catch (AccessDeniedException)
        {
            return TypedResults.Forbid();
        }
    }
}
