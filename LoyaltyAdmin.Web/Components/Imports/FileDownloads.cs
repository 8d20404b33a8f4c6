using System.Globalization;
using LoyaltyAdmin.Domain.Exports;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Web.Access;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LoyaltyAdmin.Web.Components.Imports;

/// <summary>The downloads of imports and exports. The services decide who gets which file; somebody else's does not exist.</summary>
public static class FileDownloads
{
    private const string Excel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    public static string Export(long id) => string.Create(CultureInfo.InvariantCulture, $"/files/exports/{id}");

    public static void MapFileDownloads(this WebApplication app)
    {
        var files = app.MapGroup("/files").RequireAuthorization().ExcludeFromDescription();
        files.MapGet("/imports/{kind}/template", TemplateAsync);
        files.MapGet("/imports/{kind}/{id:long}/errors", ErrorsAsync);
        files.MapGet("/exports/{id:long}", ExportAsync);
    }

    private static Task<Results<FileContentHttpResult, FileStreamHttpResult, NotFound, ForbidHttpResult>> TemplateAsync(string kind, HttpContext http, IEnumerable<ImportFlow> flows) => AnswerAsync(http, async () =>
    {
        var imports = Of(flows, kind);

        return TypedResults.File(await imports.TemplateAsync(StaffClaims.ActorOf(http.User)!, http.RequestAborted), Excel, $"{Words.Plain(imports.Kind.ToString())} import template.xlsx");
    });

    private static Task<Results<FileContentHttpResult, FileStreamHttpResult, NotFound, ForbidHttpResult>> ErrorsAsync(string kind, long id, HttpContext http, IEnumerable<ImportFlow> flows) => AnswerAsync(http, async () =>
    {
        using var file = new MemoryStream();
        await Of(flows, kind).WriteErrorRowsAsync(StaffClaims.ActorOf(http.User)!, id, file, http.RequestAborted);

        return TypedResults.File(file.ToArray(), Excel, string.Create(CultureInfo.InvariantCulture, $"Rows to correct, import {id}.xlsx"));
    });

    private static Task<Results<FileContentHttpResult, FileStreamHttpResult, NotFound, ForbidHttpResult>> ExportAsync(long id, HttpContext http, Domain.Exports.Exports exports) => AnswerAsync(http, async () =>
    {
        var file = await exports.OpenAsync(StaffClaims.ActorOf(http.User)!, id, http.RequestAborted);

        return TypedResults.File(file.Content, Excel, file.Name);
    });

    private static ImportFlow Of(IEnumerable<ImportFlow> flows, string kind) =>
        flows.FirstOrDefault(flow => flow.Kind.ToString().Equals(kind, StringComparison.OrdinalIgnoreCase)) ?? throw new NotFoundException("The import");

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
