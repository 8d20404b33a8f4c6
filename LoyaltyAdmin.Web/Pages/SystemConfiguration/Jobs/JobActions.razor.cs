using LoyaltyAdmin.Domain.Jobs;
using Microsoft.AspNetCore.Components;

namespace LoyaltyAdmin.Web.Pages.SystemConfiguration.Jobs;

public abstract partial class JobActions
{
    [Inject]
    protected JobBoard Board { get; set; } = default!;
}
