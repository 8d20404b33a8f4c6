using System.Globalization;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Audit;
using LoyaltyAdmin.Domain.Cards;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Ledger;
using LoyaltyAdmin.Domain.Stores;
using LoyaltyAdmin.Domain.Values;
using LoyaltyAdmin.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Members;

/// <summary>How a member is named after it was registered.</summary>
public sealed record MemberKey(long Id, string Number);

/// <summary>Registers, edits, freezes and restores members, and shows their ID number for a reason. Every change is audited and told to webhooks by field name.</summary>
public sealed class MemberProfiles(LoyaltyDatabase database, AccessControl access, AuditTrail audit, SecretKeys keys, GroupCalendar calendar, WebhookOutbox webhooks, CardIssuing cards, Receipts receipts)
{
    /// <summary>Registers a member.</summary>
    /// <exception cref="InvalidInputException">A field does not hold what the rules allow.</exception>
    /// <exception cref="RuleViolationException">Number, phone or e-mail belong to another member.</exception>
    [Requires(Permission.MembersEdit, ApiScope.MembersWrite)]
    public async Task<MemberKey> RegisterAsync(Actor actor, MemberForm form, RegistrationSource through = RegistrationSource.Staff, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersEdit, ApiScope.MembersWrite, cancel);
        form.Normalise();

        return await UniqueAsync(() => database.WriteAsync(actor, async db =>
        {
            var member = await RegisterAsync(db, grant, form, through, cancel);

            return new MemberKey(member.Id, member.Number);
        }, cancel));
    }

    /// <summary>As <see cref="RegisterAsync(Actor, MemberForm, RegistrationSource, CancellationToken)"/> from a till or shop, once per key: the same request again answers the member as it was registered.</summary>
    /// <exception cref="NotFoundException">The member was erased since.</exception>
    [Requires(ApiScope.MembersWrite)]
    public async Task<MemberView> RegisterOnceAsync(Actor actor, MemberForm form, RegistrationSource through, Operation operation, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, permission: null, ApiScope.MembersWrite, cancel);
        form.Normalise();

        return await UniqueAsync(() => database.WriteAsync(actor, async db =>
        {
            var registered = await receipts.OnceAsync(db, operation, async () =>
            {
                var member = await RegisterAsync(db, grant, form, through, cancel);
                await db.SaveChangesAsync(cancel);

                return await MemberLookups.ViewAsync(db, member, cancel);
            }, cancel);

            return await db.Members.AnyAsync(m => m.Id == registered.Id && m.Status == MemberStatus.Erased, cancel) ? throw new NotFoundException("The member") : registered;
        }, cancel));
    }

    /// <summary>A member right after the caller wrote it.</summary>
    [Requires(ApiScope.MembersWrite)]
    public async Task<MemberView> ViewAsync(Actor actor, string number, CancellationToken cancel = default)
    {
        await access.DemandAsync(actor, permission: null, ApiScope.MembersWrite, cancel);
        await using var db = await database.ReadAsync(cancel);

        return await MemberLookups.ViewAsync(db, await MemberLookups.ByNumberAsync(db.Members, number, cancel) ?? throw new NotFoundException("The member"), cancel);
    }

    /// <summary>The member as a form; personal data is left out for editors who may not see it.</summary>
    [Requires(Permission.MembersEdit)]
    public async Task<MemberForm> FormAsync(Actor actor, long id, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersEdit, cancel: cancel);
        await using var db = await database.ReadAsync(cancel);
        var member = await MemberQueries.Members(db, grant).FirstOrDefaultAsync(m => m.Id == id, cancel) ?? throw new NotFoundException("The member");
        DemandEditable(member);
        var form = await MemberWriting.FormOfAsync(db, member, cancel);
        if (!grant.May(Permission.MembersReveal))
        {
            form.HidesPersonalData = true;
            (form.FullName, form.Phone, form.Email, form.BirthDate, form.PostalCode, form.Street, form.Street2) = (null, null, null, null, null, null, null);
        }

        return form;
    }

    [Requires(Permission.MembersEdit)]
    public async Task EditAsync(Actor actor, MemberForm form, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersEdit, cancel: cancel);
        form.Normalise();
        await UniqueAsync(() => database.WriteAsync(actor, async db =>
        {
            var member = await MemberQueries.Members(db, grant).FirstOrDefaultAsync(m => m.Id == form.Id, cancel) ?? throw new NotFoundException("The member");
            if (member.Version != form.Version)
            {
                throw new ConcurrentChangeException("The member");
            }

            await SaveAsync(db, grant, member, form, cancel);

            return true;
        }, cancel));
    }

    /// <summary>Changes the fields the caller sets in the form it is given; the others stay. By number, whichever store the member is at home in.</summary>
    [Requires(Permission.MembersEdit, ApiScope.MembersWrite)]
    public async Task<MemberKey> PatchAsync(Actor actor, string number, Action<MemberForm> change, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersEdit, ApiScope.MembersWrite, cancel);

        return await UniqueAsync(() => database.WriteAsync(actor, async db =>
        {
            var member = await MemberLookups.ByNumberAsync(db.Members, number, cancel) ?? throw new NotFoundException("The member");
            if (grant.Actor.Kind == ActorKind.Staff && !await MemberQueries.Members(db, grant).AnyAsync(m => m.Id == member.Id, cancel))
            {
                throw new NotFoundException("The member");
            }

            var form = await MemberWriting.FormOfAsync(db, member, cancel);
            change(form);
            form.Normalise();
            await SaveAsync(db, grant, member, form, cancel);

            return new MemberKey(member.Id, member.Number);
        }, cancel));
    }

    /// <summary>The member takes part in nothing until restored.</summary>
    [Requires(Permission.MembersEdit)]
    public async Task FreezeAsync(Actor actor, long id, string reason, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersEdit, cancel: cancel);
        await SetStatusAsync(grant, id, MemberStatus.Active, MemberStatus.Frozen, reason, cancel);
    }

    [Requires(Permission.MembersEdit)]
    public async Task RestoreAsync(Actor actor, long id, string reason, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersEdit, cancel: cancel);
        await SetStatusAsync(grant, id, MemberStatus.Frozen, MemberStatus.Active, reason, cancel);
    }

    /// <summary>The whole ID number, for a stated reason.</summary>
    [Requires(Permission.MembersReveal)]
    public async Task<string> RevealIdNumberAsync(Actor actor, long id, string reason, CancellationToken cancel = default)
    {
        var grant = await access.DemandAsync(actor, Permission.MembersReveal, cancel: cancel);
        new FieldErrors().Text(nameof(reason), "Reason", reason, 1000, required: true).ThrowIfAny();
        await using var db = await database.ReadAsync(cancel);
        var member = await MemberQueries.Members(db, grant).FirstOrDefaultAsync(m => m.Id == id && m.SealedIdNumber != null, cancel) ?? throw new NotFoundException("The ID number");
        await audit.RecordAsync(actor, "Member.RevealIdNumber", entityType: nameof(Member), entityId: id.ToString(CultureInfo.InvariantCulture), subject: member.Number, reason: reason.Trim(), storeId: member.HomeStoreId, cancel: cancel);

        return keys.Open(member.SealedIdNumber!);
    }

    private async Task<Member> RegisterAsync(LoyaltyDbContext db, Grant grant, MemberForm form, RegistrationSource through, CancellationToken cancel)
    {
        var group = await calendar.TodayAsync(db, cancel);
        await CheckAsync(db, grant, form, member: null, group.Today, cancel);
        var zone = form.HomeStoreId is { } storeId ? (await db.Stores.AsNoTracking().FirstAsync(s => s.Id == storeId, cancel)).Zone : group.Zone;
        var member = MemberRegistration.Add(db, new NewMember
        {
            Number = form.Number,
            Through = through,
            RegisteredAt = group.Now,
            RegisteredOn = zone.DayOf(group.Now),
            HomeStoreId = form.HomeStoreId,
        });
        MemberWriting.Apply(keys, member, form);
        await db.SaveChangesAsync(cancel);
        await MemberWriting.SetAttributesAsync(db, member, form, group.Now, cancel);
        await cards.OnRegistrationAsync(db, [member.Id], cancel);
        await webhooks.AddAsync(db, WebhookEvents.MemberUpdated, [new { number = member.Number, change = "registered", fields = Array.Empty<string>() }], cancel);

        return member;
    }

    private async Task SaveAsync(LoyaltyDbContext db, Grant grant, Member member, MemberForm form, CancellationToken cancel)
    {
        DemandEditable(member);
        var group = await calendar.TodayAsync(db, cancel);
        await CheckAsync(db, grant, form, member, group.Today, cancel);
        DemandBirthDate(member, form);
        var changed = MemberWriting.Apply(keys, member, form);
        changed.AddRange(await MemberWriting.SetAttributesAsync(db, member, form, group.Now, cancel));
        if (changed.Count > 0)
        {
            await webhooks.AddAsync(db, WebhookEvents.MemberUpdated, [new { number = member.Number, change = "edited", fields = changed }], cancel);
        }
    }

    private static void DemandEditable(Member member)
    {
        if (member.Status is MemberStatus.Merged or MemberStatus.Erased)
        {
            throw new RuleViolationException("not_editable", member.Status == MemberStatus.Erased ? "The member's data was erased for good." : "The member was merged into another one.");
        }
    }

    private static async Task CheckAsync(LoyaltyDbContext db, Grant grant, MemberForm form, Member? member, DateOnly today, CancellationToken cancel)
    {
        MemberRules.Check(form, today).ThrowIfAny();
        if (Inputs.Clean(form.HomeStoreCode) is { } code)
        {
            form.HomeStoreId = await db.Stores.Where(s => s.Code == code).Select(s => (long?)s.Id).FirstOrDefaultAsync(cancel)
                ?? throw new RuleViolationException("unknown_store", $"There is no store with the code “{code}”.") { Field = "homeStore" };
        }

        if (form.HomeStoreId is { } storeId && storeId != member?.HomeStoreId)
        {
            if (!grant.Sees(storeId) || !await db.Stores.AnyAsync(s => s.Id == storeId, cancel))
            {
                throw new RuleViolationException("unknown_store", "Choose one of your stores.") { Field = nameof(form.HomeStoreId) };
            }
        }

        var self = member?.Id ?? 0;
        if (form.Number is { } number && member is null && await db.Members.AnyAsync(m => m.Number == number, cancel))
        {
            throw new RuleViolationException("number_taken", "Another member has this number.") { Field = nameof(form.Number) };
        }

        if (form.Phone is { } phone && await db.Members.Where(m => m.Phone == phone && m.Id != self).Select(m => m.Number).FirstOrDefaultAsync(cancel) is { } owner)
        {
            throw new RuleViolationException("phone_taken", $"Member {owner} has this phone number already. Merge the two if they are one person.") { Field = nameof(form.Phone) };
        }

        if (form.Email is { } email && await db.Members.Where(m => m.Email == email && m.Id != self).Select(m => m.Number).FirstOrDefaultAsync(cancel) is { } holder)
        {
            throw new RuleViolationException("email_taken", $"Member {holder} has this e-mail address already. Merge the two if they are one person.") { Field = nameof(form.Email) };
        }
    }

    private static void DemandBirthDate(Member member, MemberForm form)
    {
        if (form.BirthDate == member.BirthDate || (form.HidesPersonalData && form.BirthDate is null) || (member.BirthDate is null && member.BirthDateChanges == 0))
        {
            return;
        }

        if (member.BirthDateChanges >= MemberRules.BirthDateChanges)
        {
            throw new RuleViolationException("birthday_fixed", "The birthday was changed once already and cannot be changed again: birthday benefits hang on it.") { Field = nameof(form.BirthDate) };
        }

        member.BirthDateChanges++;
    }

    private async Task SetStatusAsync(Grant grant, long id, MemberStatus from, MemberStatus to, string reason, CancellationToken cancel)
    {
        new FieldErrors().Text(nameof(reason), "Reason", reason, 1000, required: true).ThrowIfAny();
        await database.WriteAsync(grant.Actor, async db =>
        {
            var member = await MemberQueries.Members(db, grant).FirstOrDefaultAsync(m => m.Id == id, cancel) ?? throw new NotFoundException("The member");
            if (member.Status != from)
            {
                throw new RuleViolationException("wrong_status", from == MemberStatus.Active ? "Only an active member can be frozen." : "Only a frozen member can be restored.");
            }

            member.Status = to;
            var now = (await calendar.TodayAsync(db, cancel)).Now;
            db.AuditEntries.Add(new AuditEntry(db.Actor, now, to == MemberStatus.Frozen ? "Member.Freeze" : "Member.Restore")
            {
                EntityType = nameof(Member),
                EntityId = id.ToString(CultureInfo.InvariantCulture),
                Subject = member.Number,
                StoreId = member.HomeStoreId,
                Reason = reason.Trim(),
            });
            await webhooks.AddAsync(db, WebhookEvents.MemberUpdated, [new { number = member.Number, change = to == MemberStatus.Frozen ? "frozen" : "restored", fields = new[] { "status" } }], cancel);
        }, cancel);
    }

    // Two registrations of one phone at the same moment: the index decides.
    private async Task<T> UniqueAsync<T>(Func<Task<T>> write)
    {
        try
        {
            return await write();
        }
        catch (Exception exception) when (database.Provider.IsUniqueViolation(exception))
        {
            throw new RuleViolationException("member_taken", "Another member was given this number, phone or e-mail a moment ago. Look it up and try again.");
        }
    }
}
