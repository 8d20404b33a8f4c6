using System.Collections.Frozen;
using System.Text;

namespace LoyaltyAdmin.Domain.Access;

/// <summary>
/// Long rather than complicated: 12 characters or more, no composition rules, but nothing put together from what everybody tries first
/// (ASVS 6.2). The words are in <c>common-passwords.txt</c>.
/// </summary>
public static class PasswordRules
{
    public const int MinimumLength = 12;
    public const int MaximumLength = 128;

    /// <summary>PBKDF2-HMAC-SHA512 rounds as OWASP asks for; about a quarter of a second.</summary>
    public const int HashIterations = 220_000;

    /// <summary>So many characters must remain when common words, keyboard runs and digits are taken away.</summary>
    private const int OwnCharacters = 5;

    private const int LongestWord = 24;
    private const int ShortestWord = 3;

    private static readonly FrozenSet<string> common = Read();

    private static readonly string[] runs = ["abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop", "1qaz2wsx3edc4rfv5tgb6yhn7ujm"];

    /// <summary>What is wrong with a new password, or null.</summary>
    /// <param name="password">The password as typed.</param>
    /// <param name="personal">Words of this user and company: name, e-mail address, company name.</param>
    public static string? Fault(string? password, params IEnumerable<string?> personal)
    {
        if (password is null || password.Length < MinimumLength)
        {
            return $"Use at least {MinimumLength} characters. A few unrelated words are easy to remember.";
        }

        if (password.Length > MaximumLength)
        {
            return $"Use at most {MaximumLength} characters.";
        }

        var words = personal.SelectMany(text => Letters(text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(word => word.Length >= ShortestWord).ToHashSet();

        // Once with digits read as the letters they stand for, once without them: both readings must leave something.
        var left = Math.Min(Remainder(Letters(password), words), Remainder(Letters(new string([.. password.Where(char.IsLetter)])), words));

        return left < OwnCharacters ? "This password is easy to guess: it is made of common words, names, runs or digits. Use something of your own." : null;
    }

    /// <summary>The number of different characters left when everything guessable is cut out.</summary>
    private static int Remainder(string letters, HashSet<string> personal)
    {
        var text = letters.Replace(" ", "", StringComparison.Ordinal);
        var left = new HashSet<char>();
        for (var at = 0; at < text.Length;)
        {
            var known = Guessable(text, at, personal);
            if (known == 0)
            {
                left.Add(text[at++]);
            }

            at += known;
        }

        return left.Count;
    }

    /// <summary>The length of the longest guessable piece at this place.</summary>
    private static int Guessable(string text, int at, HashSet<string> personal)
    {
        for (var length = Math.Min(LongestWord, text.Length - at); length >= ShortestWord; length--)
        {
            var piece = text.Substring(at, length);
            if (common.Contains(piece) || personal.Contains(piece) || piece.Distinct().Count() == 1 || runs.Any(run => run.Contains(piece) || run.Contains(string.Concat(piece.Reverse()))))
            {
                return length;
            }
        }

        return 0;
    }

    // 1 for l and i, 0 for o, @ for a, $ for s, 3 for e: the substitutions every guessing program makes. Other digits and signs say nothing.
    private static string Letters(string text)
    {
        var letters = new StringBuilder(text.Length);
        foreach (var c in text.ToLowerInvariant())
        {
            letters.Append(c switch
            {
                '0' => 'o',
                '1' or '!' => 'i',
                '3' => 'e',
                '4' or '@' => 'a',
                '5' or '$' => 's',
                _ when char.IsLetter(c) => c,
                _ => ' ',
            });
        }

        return letters.ToString();
    }

    private static FrozenSet<string> Read()
    {
        using var stream = typeof(PasswordRules).Assembly.GetManifestResourceStream("LoyaltyAdmin.Domain.Access.common-passwords.txt")!;
        using var reader = new StreamReader(stream);

        return reader.ReadToEnd().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line[0] != '#')
            .SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(word => Letters(word).Replace(" ", "", StringComparison.Ordinal))
            .Where(word => word.Length >= ShortestWord)
            .ToFrozenSet();
    }
}
