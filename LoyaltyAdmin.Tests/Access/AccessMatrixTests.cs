using System.Net;
using System.Reflection;
using System.Text;
using LoyaltyAdmin.Domain;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Demo;
using LoyaltyAdmin.Domain.MemberPortal;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Tests.Support;
using LoyaltyAdmin.Web.Access;
using LoyaltyAdmin.Web.Portal;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Tests.Access;

/// <summary>
/// Who may do what, generated from the code and compared with <c>access-matrix.txt</c>: a page or service method nobody thought about shows up
/// in review. Regenerate with <c>LOYALTY_WRITE_MATRIX=1 dotnet test --filter AccessMatrix</c>.
/// </summary>
[Long]
public sealed class AccessMatrixTests
{
    private const string Member = "member";

    private static readonly string file = Path.Combine(TestPaths.RepositoryRoot, "LoyaltyAdmin.Tests", "Access", "access-matrix.txt");
    private static readonly IReadOnlyList<Role> roles = DefaultRoles.Create(withTwoFactor: true);

    private static IEnumerable<(string Route, Type Page)> Pages => typeof(Program).Assembly.GetTypes()
        .SelectMany(page => page.GetCustomAttributes<RouteAttribute>().Select(route => (route.Template, page))).OrderBy(page => page.Template, StringComparer.Ordinal);

    [Fact]
    public void The_matrix_of_pages_and_services_is_the_one_that_was_reviewed()
    {
        using var portal = new Portal();
        var matrix = Matrix(MemberRoutes(portal.Services));
        if (Environment.GetEnvironmentVariable("LOYALTY_WRITE_MATRIX") == "1")
        {
            File.WriteAllText(file, matrix);
        }

        File.ReadAllText(file).ReplaceLineEndings("\n").ShouldBe(matrix, "Look at the difference: is every new line meant? Then regenerate the file (see the class).");
    }

    [Fact]
    public void Every_page_in_the_portal_names_its_permission_or_is_meant_for_everyone_signed_in()
    {
        string[] forEveryoneSignedIn = ["/", "/account", "/account/password", "/account/two-factor", "/not-found", "/sign-out"];

        Pages.Where(page => page.Page.GetCustomAttribute<RequiresPermissionAttribute>() is null && page.Page.GetCustomAttribute<AllowAnonymousAttribute>() is null)
            .Select(page => page.Route).Except(forEveryoneSignedIn).ShouldBeEmpty();
    }

    [Fact]
    public void Every_public_command_and_query_says_what_it_requires() =>
        Methods().Where(method => Required(method) is null).Select(Name).ShouldBeEmpty();

    [Fact]
    public async Task Every_role_meets_exactly_its_pages()
    {
        using var portal = new Portal();
        var wrong = new List<string>();
        foreach (var account in DemoAccess.Accounts.Where(account => account.Email != "finance2@demo.example"))
        {
            var browser = portal.NewBrowser();
            await browser.SignInAsync(account.Email);
            var role = roles.Single(r => r.Name == account.Role);
            foreach (var (route, page) in Pages.Where(page => page.Page.GetCustomAttribute<RequiresPermissionAttribute>() is not null))
            {
                var expected = role.Permissions.Contains(page.GetCustomAttribute<RequiresPermissionAttribute>()!.Permission) ? HttpStatusCode.OK : HttpStatusCode.Forbidden;
                var status = (await browser.GetAsync(Address(route))).Status;
                if (status != expected)
                {
                    wrong.Add($"{account.Role} {route}: {status} instead of {expected}");
                }
            }
        }

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_service_refuses_every_role_that_lacks_its_permission_whatever_it_is_called_with()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        var actors = new List<(string Role, IReadOnlyList<Permission> Permissions, Actor Actor)>();
        foreach (var role in roles)
        {
            var stored = await A.Role(role.Name).With(role.Permissions).SaveToAsync(database);
            actors.Add((role.Name, role.Permissions, await A.StaffUser().As(stored).SaveToAsync(database)));
        }

        actors.Add(("disabled", [], await A.StaffUser().With(Enum.GetValues<Permission>()).Disabled().SaveToAsync(database)));
        actors.Add(("API client without scopes", [], await A.ApiClient().SaveToAsync(database)));
        var member = await A.Member().SaveToAsync(database);
        actors.Add((Member, [], Actor.Member(member.Id, member.Number)));

        var wrong = new List<string>();
        var denials = 0;
        foreach (var method in Methods())
        {
            var required = Required(method);
            foreach (var (role, permissions, actor) in actors.Where(a => a.Role == Member ? required is not { IsForMembers: true } : required?.Permission is not { } needed || !a.Permissions.Contains(needed)))
            {
                var outcome = await CallAsync(database, method, actor);
                denials++;
                if (outcome is not AccessDeniedException)
                {
                    wrong.Add($"{role} {Name(method)}: {outcome?.GetType().Name ?? "allowed"}");
                }
            }
        }

        wrong.ShouldBeEmpty();
        (await database.ReadAsync(db => db.AuditEntries.CountAsync(entry => entry.Action == "Access.Denied" && entry.Outcome == AuditOutcome.Denied))).ShouldBe(denials);
    }

    private static async Task<Exception?> CallAsync(TestDatabase database, MethodInfo method, Actor actor)
    {
        var arguments = method.GetParameters().Select(parameter => parameter.ParameterType == typeof(Actor) ? actor : parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType) : null).ToArray();
        try
        {
            switch (method.Invoke(database.Get(method.ReflectedType!), arguments))
            {
                case Task task:
                    await task;
                    break;
                case ValueTask task:
                    await task;
                    break;
                case { } other when other.GetType().GetMethod("AsTask") is { } asTask:
                    await (Task)asTask.Invoke(other, null)!;
                    break;
                case IAsyncEnumerable<object> rows:
                    await rows.GetAsyncEnumerator().MoveNextAsync();
                    break;
                default:
                    break;
            }

            return null;
        }
        catch (TargetInvocationException exception)
        {
            return exception.InnerException;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    /// <summary>Every public method with an actor in front, of every registered service; the machinery of access itself aside.</summary>
    private static IEnumerable<MethodInfo> Methods() => new ServiceCollection().AddLoyaltyDomain()
        .Select(service => service.ServiceType)
        .Where(type => type.Assembly == typeof(Actor).Assembly && type != typeof(AccessControl) && type != typeof(AuditTrail) && !type.IsAbstract)
        .Distinct()
        .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance))
        .Where(method => method.GetParameters() is [{ } first, ..] && first.ParameterType == typeof(Actor))
        .OrderBy(Name, StringComparer.Ordinal);

    // Inherited methods ask for what their class says.
    private static RequiresAttribute? Required(MethodInfo method) => method.GetCustomAttribute<RequiresAttribute>() ?? method.ReflectedType!.GetCustomAttribute<RequiresAttribute>();

    /// <summary>Every route of the members' own pages, from the running application.</summary>
    internal static IReadOnlyList<(string Name, string Path, bool IsForMembers)> MemberRoutes(IServiceProvider services) =>
    [
        .. services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(endpoint => (Endpoint: endpoint, Pattern: "/" + endpoint.RoutePattern.RawText!.Trim('/')))
            .Where(route => route.Pattern == PortalTargets.Root || route.Pattern.StartsWith(PortalTargets.Root + "/", StringComparison.Ordinal))
            .Select(route => (
                $"{route.Endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.FirstOrDefault() ?? "ANY"} {route.Pattern}",
                Address(route.Pattern),
                route.Endpoint.Metadata.GetMetadata<MemberOnly>() is not null && route.Endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(data => data.Policy == MemberAccess.Policy) && route.Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null))
            .OrderBy(route => route.Item1, StringComparer.Ordinal),
    ];

    private static string Matrix(IReadOnlyList<(string Name, string Path, bool IsForMembers)> memberRoutes)
    {
        var text = new StringBuilder("# Who may do what. Generated; see AccessMatrixTests. x = may, . = may not\n# Columns: ").AppendJoin(", ", roles.Select(role => role.Name)).Append(", API scope\n\n# Pages\n");
        foreach (var (route, page) in Pages)
        {
            var permission = page.GetCustomAttribute<RequiresPermissionAttribute>()?.Permission;
            var marks = page.GetCustomAttribute<AllowAnonymousAttribute>() is not null ? "anyone" : Marks(permission, everyoneWithout: true);
            text.Append($"{marks,-8}  {route}{(permission is null ? "" : $"  {permission}")}\n");
        }

        text.Append("\n# Members' own pages\n");
        foreach (var (name, _, isForMembers) in memberRoutes)
        {
            text.Append($"{(isForMembers ? Member : "anyone"),-8}  {name}\n");
        }

        text.Append("\n# Services\n");
        foreach (var method in Methods())
        {
            var required = Required(method);
            text.Append($"{(required is { IsForMembers: true } ? Member : Marks(required?.Permission, everyoneWithout: false)),-8}  {Name(method)}  {required?.Permission}{(required?.Scope is { } scope ? $"  {scope.Name()}" : "")}".TrimEnd()).Append('\n');
        }

        return text.ToString();
    }

    private static string Marks(Permission? permission, bool everyoneWithout) =>
        string.Concat(roles.Select(role => permission is { } needed ? role.Permissions.Contains(needed) ? 'x' : '.' : everyoneWithout ? 'x' : '.'));

    private static string Name(MethodInfo method) => $"{method.ReflectedType!.Name}.{method.Name}({string.Join(", ", method.GetParameters().Skip(1).Where(p => p.ParameterType != typeof(CancellationToken)).Select(p => p.Name))})";

    internal static string Address(string route) =>
        string.Join('/', route.Split('/').Select(part => part.StartsWith('{') ? "1" : part));
}
