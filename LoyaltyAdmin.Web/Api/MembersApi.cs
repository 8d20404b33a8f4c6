using System.Globalization;
using System.Text.Json;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Members;
using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Web.Api;

/// <summary>What tills and shops do with members: register, recognise, change, write down consents. Look-ups are exact and over the whole group.</summary>
public static class MembersApi
{
    private static readonly string[] neverChanged = ["number", "registeredThrough"];

    public static void MapMembersApi(this IEndpointRouteBuilder api)
    {
        api.MapPost("/members", RegisterAsync).RequireScope(ApiScope.MembersWrite)
            .Describe("registerMember", "Members", "Registers a member. Phone and e-mail belong to one member: 409 phone_taken or email_taken when another has them.")
            .Reads<MemberRequest>().Answers<MemberAnswer>(201).Fails(400, 404, 409, 415, 422);

        api.MapGet("/members", FindAsync).RequireScope(ApiScope.MembersRead)
            .Describe("findMember", "Members", "The member with exactly this phone, e-mail or card number, whichever store it is at home in. Nothing is found by a part.")
            .Query("phone", "International form; write + as %2B.").Query("email", "Case does not matter.").Query("card", "A loyalty card's number.")
            .Answers<MemberAnswer>(200).Fails(400, 404);

        api.MapGet("/members/{memberNumber}", GetAsync).RequireScope(ApiScope.MembersRead)
            .Describe("getMember", "Members", "A member by number; the number of a duplicate leads to the member it was merged into.")
            .Answers<MemberAnswer>(200).Fails(404);

        api.MapPatch("/members/{memberNumber}", ChangeAsync).RequireScope(ApiScope.MembersWrite)
            .Describe("changeMember", "Members", "Changes the members of the body that are present; null removes, absent ones stay. Repeating it changes nothing more.")
            .Reads<MemberRequest>().Answers<MemberAnswer>(200).Fails(400, 404, 409, 415, 422);

        api.MapPut("/members/{memberNumber}/consents/{consentChannel}", ConsentAsync).RequireScope(ApiScope.ConsentsWrite)
            .Describe("putConsent", "Members", "Writes down what the member said about a channel. The last word by time counts; the same word of the same moment again changes nothing.")
            .Reads<ConsentRequest>().Answers<ConsentAnswer>(200).Fails(400, 404, 415, 422);
    }

    private static async Task<IResult> RegisterAsync(ApiCall call, MemberProfiles profiles)
    {
        var request = await call.ReadAsync(ApiJson.Default.MemberRequest);
        var form = new MemberForm
        {
            Number = request.Number,
            FullName = request.FullName,
            Phone = request.Phone,
            Email = request.Email,
            BirthDate = Day(request.BirthDate),
            Gender = Word<Gender>("gender", request.Gender),
            Language = request.Language,
            Country = request.Country,
            Region = request.Region,
            City = request.City,
            PostalCode = request.PostalCode,
            Street = request.Street,
            Street2 = request.Street2,
            IdNumber = request.IdNumber,
            HomeStoreCode = request.HomeStore,
            Attributes = [.. (request.Attributes ?? []).Select(a => new MemberAttributeForm { Name = a.Key, Value = a.Value ?? "" })],
        };
        var through = request.RegisteredThrough is null ? RegistrationSource.Online : ApiRules.ChannelOf(request.RegisteredThrough) == Channel.Pos ? RegistrationSource.Pos : RegistrationSource.Online;
        var member = await profiles.RegisterOnceAsync(call.Actor, form, through, call.Operation);

        return ApiAnswer.Created(Answer(member), ApiJson.Default.MemberAnswer, $"{LoyaltyApi.Prefix}/members/{Uri.EscapeDataString(member.Number)}");
    }

    private static async Task<IResult> FindAsync(ApiCall call, MemberLookups lookups, HttpRequest request, CancellationToken cancel)
    {
        var sought = new MemberSought(Phone: ApiRules.Query(request, "phone"), Email: ApiRules.Query(request, "email"), Card: ApiRules.Query(request, "card"));

        return ApiAnswer.Ok(Answer(await lookups.FindAsync(call.Actor, sought, cancel) ?? throw new NotFoundException("The member")), ApiJson.Default.MemberAnswer);
    }

    private static async Task<IResult> GetAsync(ApiCall call, string memberNumber, MemberLookups lookups, CancellationToken cancel) =>
        ApiAnswer.Ok(Answer(await lookups.GetAsync(call.Actor, memberNumber, cancel)), ApiJson.Default.MemberAnswer);

    private static async Task<IResult> ChangeAsync(ApiCall call, string memberNumber, MemberProfiles profiles, CancellationToken cancel)
    {
        var body = await call.ReadAsync(ApiJson.Default.DictionaryStringJsonElement);
        var errors = new FieldErrors();
        foreach (var fixedField in neverChanged.Where(body.ContainsKey))
        {
            errors.Require(false, fixedField, "This never changes.");
        }

        errors.ThrowIfAny();
        var key = await profiles.PatchAsync(call.Actor, memberNumber, form => Change(form, body), cancel);

        return ApiAnswer.Ok(Answer(await profiles.ViewAsync(call.Actor, key.Number, cancel)), ApiJson.Default.MemberAnswer);
    }

    private static async Task<IResult> ConsentAsync(ApiCall call, string memberNumber, string consentChannel, Consents consents, CancellationToken cancel)
    {
        var request = await call.ReadAsync(ApiJson.Default.ConsentRequest);
        ApiRules.Demand(("status", request.Status));
        var consent = await consents.PutAsync(call.Actor, memberNumber, new ConsentStatement
        {
            Channel = Word<ConsentChannel>("consentChannel", consentChannel)!.Value,
            Purpose = Word<ConsentPurpose>("purpose", request.Purpose) ?? ConsentPurpose.Marketing,
            Status = Word<ConsentStatus>("status", request.Status)!.Value,
            At = request.At,
            Source = Word<ConsentSource>("source", request.Source) ?? ConsentSource.Online,
            TextVersion = request.TextVersion,
            IpAddress = request.IpAddress,
        }, cancel);

        return ApiAnswer.Ok(Answer(consent), ApiJson.Default.ConsentAnswer);
    }

    private static void Change(MemberForm form, Dictionary<string, JsonElement> body)
    {
        var errors = new FieldErrors();
        foreach (var (name, value) in body)
        {
            if (name == "attributes")
            {
                errors.Require(value.ValueKind is JsonValueKind.Object or JsonValueKind.Null, name, "Attributes are an object of texts.").ThrowIfAny();
                form.Attributes = value.ValueKind == JsonValueKind.Null ? [] : [.. value.EnumerateObject().Select(a => new MemberAttributeForm { Name = a.Name, Value = a.Value.ValueKind == JsonValueKind.String ? a.Value.GetString()! : "" })];
                continue;
            }

            errors.Require(value.ValueKind is JsonValueKind.String or JsonValueKind.Null, name, "This must be text, or null to remove it.").ThrowIfAny();
            Set(form, name, value.GetString());
        }
    }

    private static void Set(MemberForm form, string name, string? text)
    {
        switch (name)
        {
            case "fullName": form.FullName = text; break;
            case "phone": form.Phone = text; break;
            case "email": form.Email = text; break;
            case "birthDate": form.BirthDate = Day(text); break;
            case "gender": form.Gender = Word<Gender>(name, text); break;
            case "language": form.Language = text; break;
            case "country": form.Country = text; break;
            case "region": form.Region = text; break;
            case "city": form.City = text; break;
            case "postalCode": form.PostalCode = text; break;
            case "street": form.Street = text; break;
            case "street2": form.Street2 = text; break;
            case "idNumber": (form.IdNumber, form.RemoveIdNumber) = (text, text is null); break;
            case "homeStore": (form.HomeStoreCode, form.HomeStoreId) = (text, text is null ? null : form.HomeStoreId); break;
            default: break; // Members this version does not know are ignored, as in every body.
        }
    }

    private static MemberAnswer Answer(MemberView member) => new(
        member.Number, member.FullName, member.Phone, member.PhoneVerified, member.Email, member.EmailVerified, member.BirthDate, member.Gender is { } gender ? ApiRules.Word(gender) : null, member.Language,
        member.Country, member.Region, member.City, member.PostalCode, member.Street, member.Street2, member.IdNumberLastFour, member.HomeStore, member.RegisteredOn, ApiRules.Word(member.Status),
        member.Attributes.ToDictionary(a => a.Name, a => a.Value, StringComparer.Ordinal), [.. member.Consents.Select(Answer)]);

    private static ConsentAnswer Answer(MemberConsentView consent) => new(ApiRules.Word(consent.Channel), ApiRules.Word(consent.Purpose), ApiRules.Word(consent.Status), consent.Since);

    private static DateOnly? Day(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        new FieldErrors().Require(DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day), "birthDate", "Write the day as year-month-day, e.g. 1985-04-23.").ThrowIfAny();

        return day;
    }

    // LOYALTY_NOTIFICATION is LoyaltyNotification.
    internal static T? Word<T>(string field, string? text) where T : struct, Enum
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var found = Enum.GetValues<T>().Where(value => ApiRules.Word(value).Equals(text, StringComparison.OrdinalIgnoreCase)).ToArray();
        new FieldErrors().Require(found.Length == 1, field, $"Use one of {string.Join(", ", Enum.GetValues<T>().Select(value => ApiRules.Word(value)))}.").ThrowIfAny();

        return found[0];
    }
}
