namespace LoyaltyAdmin.Domain.Values;

/// <summary>A business refusal: a stable code for programs and a sentence an operator can act on. Never carries personal data.</summary>
public class RuleViolationException(string code, string message) : Exception(message)
{
    /// <summary>Stable, snake_case; part of the API contract.</summary>
    public string Code { get; } = code;

    /// <summary>The field at fault, where there is one, in the form's own property name.</summary>
    public string? Field { get; init; }
}

/// <summary>The object does not exist, or is not visible to the caller (both answer alike).</summary>
public sealed class NotFoundException(string what) : RuleViolationException("not_found", $"{what} was not found.");

/// <summary>The caller lacks the permission, or was disabled.</summary>
public sealed class AccessDeniedException(string message) : RuleViolationException("access_denied", message);

/// <summary>Someone else changed the object since it was read.</summary>
public sealed class ConcurrentChangeException(string what)
    : RuleViolationException("changed_meanwhile", $"{what} was changed by someone else meanwhile. Reload to see the current version; nothing was saved.");

/// <summary>Input that fails validation, one message per field; nothing was written.</summary>
public sealed class InvalidInputException(IReadOnlyList<FieldError> errors)
    : RuleViolationException("invalid_input", string.Join(" ", errors.Select(error => error.Message)))
{
    public IReadOnlyList<FieldError> Errors { get; } = errors;
}

/// <summary>What is wrong with one field; <paramref name="Field"/> is the form's property path, e.g. <c>Denominations[2].Price</c>.</summary>
public sealed record FieldError(string Field, string Message);

/// <summary>Collects every field error before refusing, so that the user mends all of them at once.</summary>
public sealed class FieldErrors
{
    private readonly List<FieldError> errors = [];

    public IReadOnlyList<FieldError> All => errors;

    public FieldErrors Require(bool holds, string field, string message)
    {
        if (!holds)
        {
            errors.Add(new FieldError(field, message));
        }

        return this;
    }

    public void ThrowIfAny()
    {
        if (errors.Count > 0)
        {
            throw new InvalidInputException(errors);
        }
    }
}
