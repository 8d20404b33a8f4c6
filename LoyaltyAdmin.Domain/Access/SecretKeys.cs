using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace LoyaltyAdmin.Domain.Access;

/// <summary>
/// The product's own keys, kept in a file outside the database (mode 0600) and made at first start: one for look-up hashes, versioned ones for sealing.
/// Whoever has only a copy of the database can neither read nor guess card numbers. Back the file up apart from the database.
/// </summary>
public sealed class SecretKeys
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private readonly byte[] lookup;
    private readonly IReadOnlyDictionary<byte, byte[]> sealing;
    private readonly byte current;

    private SecretKeys(KeyFile file)
    {
        lookup = Convert.FromBase64String(file.Lookup);
        sealing = file.Sealing.ToDictionary(pair => byte.Parse(pair.Key, System.Globalization.CultureInfo.InvariantCulture), pair => Convert.FromBase64String(pair.Value));
        current = sealing.Keys.Max();
    }

    /// <summary>Reads the key file, or makes it when it does not exist.</summary>
    public static SecretKeys Load(string path)
    {
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var stream = new FileStream(path, options);
            JsonSerializer.Serialize(stream, NewFile());
        }

        using var existing = File.OpenRead(path);

        return new SecretKeys(JsonSerializer.Deserialize<KeyFile>(existing) ?? throw new InvalidDataException($"{path} is not a key file."));
    }

    /// <summary>Keys that live as long as the process: tests.</summary>
    public static SecretKeys Ephemeral() => new(NewFile());

    /// <summary>A keyed hash: equal texts of one purpose hash alike, and nobody without the key can try texts out.</summary>
    public byte[] Hash(string purpose, string text)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, lookup);
        hmac.AppendData(Encoding.UTF8.GetBytes(purpose));
        hmac.AppendData([0]);
        hmac.AppendData(Encoding.UTF8.GetBytes(text));

        return hmac.GetHashAndReset();
    }

    /// <summary>Seals a text (AES-256-GCM): version, nonce, tag, ciphertext.</summary>
    public byte[] Seal(string text)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var result = new byte[1 + NonceSize + TagSize + plain.Length];
        result[0] = current;
        RandomNumberGenerator.Fill(result.AsSpan(1, NonceSize));
        using var aes = new AesGcm(sealing[current], TagSize);
        aes.Encrypt(result.AsSpan(1, NonceSize), plain, result.AsSpan(1 + NonceSize + TagSize), result.AsSpan(1 + NonceSize, TagSize));

        return result;
    }

    /// <summary>Opens what <see cref="Seal"/> made.</summary>
    /// <exception cref="CryptographicException">The value was changed or belongs to other keys.</exception>
    public string Open(byte[] value)
    {
        if (value.Length < 1 + NonceSize + TagSize || !sealing.TryGetValue(value[0], out var key))
        {
            throw new CryptographicException("The value was sealed with a key this installation does not have.");
        }

        var plain = new byte[value.Length - 1 - NonceSize - TagSize];
        using var aes = new AesGcm(key, TagSize);
        aes.Decrypt(value.AsSpan(1, NonceSize), value.AsSpan(1 + NonceSize + TagSize), value.AsSpan(1 + NonceSize, TagSize), plain);

        return Encoding.UTF8.GetString(plain);
    }

    private static KeyFile NewFile() => new(NewKey(), new Dictionary<string, string> { ["1"] = NewKey() });

    private static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private sealed record KeyFile(string Lookup, Dictionary<string, string> Sealing);
}
