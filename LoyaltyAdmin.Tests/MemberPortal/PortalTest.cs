using System.Text.RegularExpressions;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.MemberPortal;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace LoyaltyAdmin.Tests.MemberPortal;

/// <summary>A member with a proved address to come, staff who may make links, and a sandbox that shows what it would send.</summary>
public abstract partial class PortalTest(DatabaseKind kind) : DatabaseTest(kind)
{
    protected Member Member { get; private set; } = null!;

    protected Actor Staff { get; private set; } = Actor.System;

    protected PortalLinks Links => Db.Get<PortalLinks>();

    protected PortalSessions Sessions => Db.Get<PortalSessions>();

    protected PortalSignIn SignIn => Db.Get<PortalSignIn>();

    /// <summary>The member on the own page.</summary>
    protected Actor Self => Actor.Member(Member.Id, $"Member {Member.Number}") with { IpAddress = "203.0.113.7" };

    protected override void Configure(IServiceCollection services) => services.AddSingleton(new MessageSandbox(ShowsSecrets: true));

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Member = await A.Member().Where(m => (m.FullName, m.Email, m.Phone) = ("Ada Lovelace", "ada@example.com", "+12125550100")).SaveToAsync(Db);
        Staff = await A.StaffUser("Sam Store").With(Permission.MembersLink, Permission.MembersEdit, Permission.MembersRead, Permission.MembersErase, Permission.AgreementsManage, Permission.SettingsManage).SaveToAsync(Db);
    }

    protected static string TokenOf(NewPortalLink link) => link.Path[PortalTokens.LinkRoot.Length..];

    protected async Task<Actor?> OpenAsync(NewPortalLink link) => await Sessions.OpenLinkAsync(TokenOf(link)) is { } entry ? await Sessions.ActorOfAsync(entry.SessionId) : null;

    /// <summary>Sends what was asked for and reads the code the member got; null: nobody got one.</summary>
    protected async Task<string?> CodeAsync(Guid request)
    {
        await Db.Get<PortalCodeWork>().RunOnceAsync();
        await Db.Get<MessageSender>().RunOnceAsync();
        var reason = $"member-page-code:{request:N}";

        return await Db.ReadAsync(db => db.Messages.Where(m => m.ReasonKey == reason).Select(m => m.Body).FirstOrDefaultAsync()) is { } body ? Digits().Match(body).Value : null;
    }

    [GeneratedRegex("[0-9]{6}", RegexOptions.None, 1000)]
    private static partial Regex Digits();
}
