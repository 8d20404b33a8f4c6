using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Messages;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Demo;

/// <summary>The demo company's Message Center: limits, a footer, a mini program and the ways it sells. Every channel stays in the sandbox.</summary>
internal static class DemoMessages
{
    public static Task CreateAsync(LoyaltyDatabase database, CancellationToken cancel) => database.WriteAsync(Actor.System, async db =>
    {
        if (await db.MessageSettings.AnyAsync(cancel) || await db.MiniPrograms.AnyAsync(cancel))
        {
            return;
        }

        db.AddRange(
            new MessageSettings { MostPerDay = 3, MostPerWeek = 7, EmailFooter = "You receive this because you are a member of Aurora Rewards." },
            new MiniProgram
            {
                Code = "aurora",
                Name = "Aurora Rewards",
                Kind = MiniProgramKind.WeChat,
                AppId = "wx-demo",
                UsesSandbox = true,
                Templates = [new MiniProgramTemplate(MessageScenario.CouponArrival, "demo-coupon", "pages/coupons")],
            },
            new SalesChannel { Code = "till", Name = "Store tills", CountsAs = Channel.Pos },
            new SalesChannel { Code = "web", Name = "Online store", CountsAs = Channel.Online });
    }, cancel);
}
