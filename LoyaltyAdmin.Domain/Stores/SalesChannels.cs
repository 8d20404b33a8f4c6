using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Stores;

public sealed record SalesChannelRow(long Id, string Code, string Name, Channel CountsAs, bool IsEnabled);

/// <summary>A sales channel being created or edited.</summary>
public sealed class SalesChannelForm
{
    public long? Id { get; set; }
    public string Code { get; set; } = "";
    public string Name { get; set; } = "";
    public Channel CountsAs { get; set; } = Channel.Online;
    public bool IsEnabled { get; set; } = true;
    public Guid Version { get; set; }
}

/// <summary>The ways the merchant sells (System Configuration).</summary>
public sealed class SalesChannels(LoyaltyDatabase database, AccessControl access)
{
    private static readonly SortColumns<SalesChannel> sorts = new SortColumns<SalesChannel>(c => c.Id).By("Name", c => c.Name);

    [Requires(Permission.SettingsManage)]
    public async Task<Page<SalesChannelRow>> ListAsync(Actor actor, PageRequest page, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.SettingsManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await db.SalesChannels.ToPageAsync(page, sorts, c => new SalesChannelRow(c.Id, c.Code, c.Name, c.CountsAs, c.IsEnabled), cancel);
    }

    /// <summary>Every sales channel orders may be found by, disabled ones included, by name.</summary>
    [Requires(Permission.OrdersRead)]
    public async Task<IReadOnlyList<SalesChannelRow>> ChoicesAsync(Actor actor, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.OrdersRead, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);

        return await db.SalesChannels.OrderBy(c => c.Name).Select(c => new SalesChannelRow(c.Id, c.Code, c.Name, c.CountsAs, c.IsEnabled)).ToListAsync(cancel);
    }

    [Requires(Permission.SettingsManage)]
    public async Task<SalesChannelForm> FormAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.SettingsManage, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var channel = await FindAsync(db, id, cancel);

        return new SalesChannelForm { Id = id, Code = channel.Code, Name = channel.Name, CountsAs = channel.CountsAs, IsEnabled = channel.IsEnabled, Version = channel.Version };
    }

    [Requires(Permission.SettingsManage)]
    public async Task<long> SaveAsync(Actor actor, SalesChannelForm form, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, Permission.SettingsManage, cancel: cancel);
        new FieldErrors()
            .Text(nameof(form.Code), "Code", form.Code, 40, required: true)
            .Text(nameof(form.Name), "Name", form.Name, 120, required: true)
            .Require(ChannelNames.Parse(form.Code) is null, nameof(form.Code), "POS and ONLINE are there already: choose another code.")
            .Require(Enum.IsDefined(form.CountsAs), nameof(form.CountsAs), "Choose POS or ONLINE.")
            .ThrowIfAny();
        var code = form.Code.Trim().ToLowerInvariant();
        try
        {
            return await database.WriteAsync(actor, async db =>
            {
                var channel = form.Id is { } id ? await FindAsync(db, id, cancel) : db.SalesChannels.Add(new SalesChannel { Code = code, Name = form.Name, CountsAs = form.CountsAs }).Entity;
                if (form.Id is not null && channel.Version != form.Version)
                {
                    throw new ConcurrentChangeException("The sales channel");
                }

                (channel.Code, channel.Name, channel.CountsAs, channel.IsEnabled) = (code, form.Name.Trim(), form.CountsAs, form.IsEnabled);
                await db.SaveChangesAsync(cancel);

                return channel.Id;
            }, cancel);
        }
        catch (Exception exception) when (database.Provider.IsUniqueViolation(exception))
        {
            throw new RuleViolationException("code_taken", $"Another sales channel has the code {code}.") { Field = nameof(form.Code) };
        }
    }

    /// <summary>What is said of a code that stands for none.</summary>
    internal static string Unknown(string code) => $"“{code}” is neither POS nor ONLINE nor the code of an enabled sales channel.";

    private static async Task<SalesChannel> FindAsync(LoyaltyDbContext db, long id, CancellationToken cancel) => await db.SalesChannels.FirstOrDefaultAsync(c => c.Id == id, cancel) ?? throw new NotFoundException("The sales channel");
}
