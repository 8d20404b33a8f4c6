using LoyaltyAdmin.Domain.Data;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Web.Access;

/// <summary>
/// Looks every few seconds whether the owners of open circuits are still who they were: changes made on another node end circuits here too.
/// Ends circuits nobody has touched for as long as a session may idle.
/// </summary>
internal sealed class CircuitGuard(CircuitRegistry registry, LoyaltyDatabase database, TimeProvider clock, ILogger<CircuitGuard> log) : BackgroundService
{
    private static readonly TimeSpan interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                log.LogWarning("Open circuits could not be checked: {Kind}", exception.GetBaseException().GetType().Name);
            }
        }
    }

    private async Task LookAsync(CancellationToken cancel)
    {
        var open = registry.Open;
        if (open.Count == 0)
        {
            return;
        }

        var idleSince = clock.GetUtcNow() - StaffSessions.IdleLifetime;
        var ids = open.Where(circuit => circuit.UserId is not null).Select(circuit => circuit.UserId!.Value).Distinct().ToList();
        await using var db = await database.ReadAsync(cancel);
        var users = await (from user in db.Staff
                           where user.IsEnabled && ids.Contains(user.Id)
                           join role in db.Roles on user.RoleId equals role.Id
                           select new { user.Id, user.SecurityStamp, RoleId = role.Id, role.Version, user.Stores }).ToListAsync(cancel);
        var rights = users.ToDictionary(user => user.Id, user => $"{user.SecurityStamp}|{user.RoleId}|{user.Version}|{user.Stores.Kind}:{string.Join(',', user.Stores.StoreIds)}:{string.Join(',', user.Stores.GroupIds)}");
        foreach (var circuit in open)
        {
            var now = circuit.UserId is { } id ? rights.GetValueOrDefault(id) : null;
            circuit.Rights ??= now;
            if (now is null || now != circuit.Rights)
            {
                registry.End(circuit.ActorKey ?? "");
            }
            else if (circuit.LastUsedAt < idleSince)
            {
                circuit.End();
            }
        }
    }
}
