using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Skydive.Linux.Passwords;

namespace Skydive.Service.Security;

/// <summary>
/// Hashes of passwords as text, method and parameters included. Ours are <c>$pbkdf2-sha512$&lt;rounds&gt;$&lt;salt&gt;$&lt;hash&gt;</c>, salt and hash in base 64
/// without padding and with <c>.</c> for <c>+</c> (modular crypt format, as other tools write it). Those of <c>htpasswd</c> are checked too: <c>{SHA}</c>, <c>$apr1$</c>, and what
/// the system's libcrypt knows, such as bcrypt.
/// </summary>
internal static class PasswordHash
{
    /// <summary>What the OWASP Password Storage Cheat Sheet asks of PBKDF2 with HMAC-SHA512.</summary>
    public const int DefaultRounds = 210_000;

    private const string Pbkdf2Prefix = "$pbkdf2-sha512$";
    private const string Sha1Prefix = "{SHA}";
    private const int SaltBytes = 16;
    private const int HashBytes = 64;
    private const int MaximumRounds = 10_000_000;

    /// <summary>A hash of no password, to be compared with when there is no user: takes as long as one of a user.</summary>
    public static string OfNobody { get; } = Create(Convert.ToBase64String(RandomNumberGenerator.GetBytes(SaltBytes)));

    /// <summary>Makes a hash of a password.</summary>
    public static string Create(string password, int rounds = DefaultRounds)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(SaltBytes);
        byte[] hash = Rfc2898DeriveBytes.Pbkdf2(password, salt, rounds, HashAlgorithmName.SHA512, HashBytes);
        return string.Create(CultureInfo.InvariantCulture, $"{Pbkdf2Prefix}{rounds}${ToText(salt)}${ToText(hash)}");
    }

    /// <summary>Whether a text is a hash that can be checked here.</summary>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public static string? Check(string text)
    {
        if (text.StartsWith(Pbkdf2Prefix, StringComparison.Ordinal))
        {
            return ReadPbkdf2(text) is null ? "a damaged hash" : null;
        }

        if (text.StartsWith(Sha1Prefix, StringComparison.Ordinal))
        {
            return Convert.TryFromBase64String(text[Sha1Prefix.Length..], new byte[SHA1.HashSizeInBytes], out int length) && length == SHA1.HashSizeInBytes ? null : "a damaged hash";
        }

        if (Apr1.IsHash(text))
        {
            return null;
        }

        return !text.StartsWith('$') ? "a hash of an unknown or unsafe kind"
            : !SystemCrypt.IsAvailable ? "a hash that needs the system's library libcrypt.so.1, which is missing"
            : SystemCrypt.Hash(string.Empty, text) is { } hash && hash.Length == text.Length ? null : "a hash that the system's libcrypt does not know";
    }

    /// <summary>Whether a password is the one of a hash. Takes as long whether it is or not.</summary>
    public static bool Verify(string text, string password)
    {
        if (ReadPbkdf2(text) is { } own)
        {
            return CryptographicOperations.FixedTimeEquals(
                own.Hash, Rfc2898DeriveBytes.Pbkdf2(password, own.Salt, own.Rounds, HashAlgorithmName.SHA512, own.Hash.Length));
        }

        string? actual = text.StartsWith(Sha1Prefix, StringComparison.Ordinal) ? Sha1Prefix + OldSha1(password)
            : Apr1.IsHash(text) ? Apr1.Hash(password, text)
            : text.StartsWith('$') ? SystemCrypt.Hash(password, text) : null;
        return actual is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(actual), Encoding.UTF8.GetBytes(text));
    }

    private static (int Rounds, byte[] Salt, byte[] Hash)? ReadPbkdf2(string text) =>
        text.StartsWith(Pbkdf2Prefix, StringComparison.Ordinal)
        && text[Pbkdf2Prefix.Length..].Split('$') is [var rounds, var salt, var hash]
        && int.TryParse(rounds, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
        && count is > 0 and <= MaximumRounds
        && FromText(salt) is { Length: > 0 } saltBytes
        && FromText(hash) is { Length: >= 16 } hashBytes
            ? (count, saltBytes, hashBytes) : null;

    private static string ToText(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '.');

    private static byte[]? FromText(string text)
    {
        string padded = text.Replace('.', '+').PadRight((text.Length + 3) / 4 * 4, '=');
        byte[] bytes = new byte[padded.Length];
        return Convert.TryFromBase64String(padded, bytes, out int length) ? bytes[..length] : null;
    }

#pragma warning disable CA5350 // What "htpasswd -s" wrote: read, never written.
    private static string OldSha1(string password) => Convert.ToBase64String(SHA1.HashData(Encoding.UTF8.GetBytes(password)));
#pragma warning restore CA5350
}
