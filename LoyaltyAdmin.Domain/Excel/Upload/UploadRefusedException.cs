using LoyaltyAdmin.Domain.Values;

namespace LoyaltyAdmin.Domain.Excel;

/// <summary>An uploaded file is not taken at all; the sentence says what to do. The codes are listed in this folder's README.</summary>
public sealed class UploadRefusedException : RuleViolationException
{
    internal UploadRefusedException(string code, string sentence) : base(code, sentence) { }
}

internal static class ParserFailure
{
    /// <summary>Parsers answer malformed files with nearly every exception there is; only these are not the file's fault.</summary>
    public static bool IsAboutTheFile(this Exception exception) =>
        exception is not (UploadRefusedException or OperationCanceledException or OutOfMemoryException);
}
