using System.Reflection;
using LoyaltyAdmin.Domain;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Tests.Architecture;

public sealed class BorderTests
{
    private static readonly Assembly domain = typeof(DomainServices).Assembly;
    private static readonly Assembly web = typeof(Web.Layout.Menu).Assembly;

    [Fact]
    public void The_business_knows_neither_http_nor_html() =>
        domain.GetReferencedAssemblies().Select(name => name.Name!).Where(name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || name.StartsWith("Radzen", StringComparison.Ordinal)).ShouldBeEmpty();

    [Fact]
    public void Components_never_reach_for_the_database() =>
        web.GetTypes().Where(type => typeof(IComponent).IsAssignableFrom(type))
            .SelectMany(type => type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Where(p => p.IsDefined(typeof(InjectAttribute))))
            .Where(property => typeof(DbContext).IsAssignableFrom(property.PropertyType) || property.PropertyType == typeof(LoyaltyDatabase) || property.PropertyType.Name.StartsWith("IDbContextFactory", StringComparison.Ordinal))
            .Select(property => $"{property.DeclaringType!.Name}.{property.Name}").ShouldBeEmpty();

    [Fact]
    public void A_page_has_at_most_four_injected_services() =>
        web.GetTypes().Where(type => type.IsDefined(typeof(RouteAttribute)))
            .Where(type => type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Count(p => p.IsDefined(typeof(InjectAttribute))) > 4)
            .Select(type => type.Name).ShouldBeEmpty();

    [Fact]
    public void Every_service_method_that_takes_an_actor_says_what_it_demands() =>
        domain.GetTypes().Where(type => type is { IsClass: true, IsPublic: true, IsAbstract: false } && type.Namespace != "LoyaltyAdmin.Domain.Data")
            .SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Public))
            .Where(method => method.GetParameters().FirstOrDefault()?.ParameterType == typeof(Actor) && typeof(Task).IsAssignableFrom(method.ReturnType))
            .Where(method => !method.IsDefined(typeof(RequiresAttribute)) && !method.ReflectedType!.IsDefined(typeof(RequiresAttribute)) && method.DeclaringType != typeof(AccessControl) && method.DeclaringType!.Name != "AuditTrail")
            .Select(method => $"{method.DeclaringType!.Name}.{method.Name}").ShouldBeEmpty();

    [Fact]
    public void Every_api_scope_has_a_name_clients_can_read() =>
        Enum.GetValues<ApiScope>().Select(scope => scope.Name()).ShouldBe(
            ["stores:read", "plans:read", "giftcards:read", "giftcards:sell", "giftcards:activate", "giftcards:redeem", "giftcards:recharge", "giftcards:reverse",
             "members:read", "members:write", "consents:write", "orders:read", "orders:write",
             "points:read", "points:write", "wallets:read", "wallets:pay", "wallets:refund", "coupons:read", "coupons:issue", "coupons:redeem", "gifts:read",
             "portallinks:write"]);
}
