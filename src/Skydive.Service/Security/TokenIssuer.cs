using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Skydive.Service.Security;

/// <summary>
/// Makes tokens and reads them: <c>sky1.</c> and in base 64 for URLs an identifier (16 bytes), the expiry (8 bytes) and the user's name, with an HMAC-SHA256 of them
/// and of the backend and the user's stamp behind. A token is worth nothing once it expired or was given back, or the user is gone or has another password. Safe for use by
/// several threads at once.
/// </summary>
internal sealed class TokenIssuer(byte[] key, RevokedTokens revoked, TimeSpan lifetime, TimeProvider time)
{
    private const string Prefix = "sky1.";
    private const int HeaderBytes = 24;
    private const int MaximumLength = 2048;

    /// <summary>Whether a text looks like a token of ours.</summary>
    public static bool IsToken(string text) => text.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Makes a token.</summary>
    public string Issue(IAuthenticationBackend backend, UserRecord user)
    {
        byte[] name = Encoding.UTF8.GetBytes(user.Name);
        byte[] token = new byte[HeaderBytes + name.Length + HMACSHA256.HashSizeInBytes];
        RandomNumberGenerator.Fill(token.AsSpan(0, 16));
        BinaryPrimitives.WriteInt64BigEndian(token.AsSpan(16), (time.GetUtcNow() + lifetime).ToUnixTimeSeconds());
        name.CopyTo(token, HeaderBytes);
        Sign(token.AsSpan(0, HeaderBytes + name.Length), backend, user).CopyTo(token.AsSpan(HeaderBytes + name.Length));
        return Prefix + Base64Url.EncodeToString(token);
    }

    /// <summary>Reads a token.</summary>
    /// <returns>What it says; null when it is worth nothing.</returns>
    public AccessToken? Read(string text, IAuthenticationBackend backend)
    {
        if (!IsToken(text) || text.Length > MaximumLength || !Base64Url.IsValid(text.AsSpan(Prefix.Length)))
        {
            return null;
        }

        byte[] token = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (!Base64Url.TryDecodeFromChars(text.AsSpan(Prefix.Length), token, out int length) || length <= HeaderBytes + HMACSHA256.HashSizeInBytes)
        {
            return null;
        }

        var signed = token.AsSpan(0, length - HMACSHA256.HashSizeInBytes);
        var read = new AccessToken(new Guid(signed[..16], bigEndian: true), Encoding.UTF8.GetString(signed[HeaderBytes..]), BinaryPrimitives.ReadInt64BigEndian(signed[16..]));

        // A user that is not there has a signature too, so that names cannot be guessed by the time that an answer takes.
        var user = backend.Find(read.User);
        bool isGenuine = CryptographicOperations.FixedTimeEquals(
            token.AsSpan(signed.Length, HMACSHA256.HashSizeInBytes), Sign(signed, backend, user ?? new(read.User, [], string.Empty)));
        return isGenuine && user is not null && IsValid(read) ? read : null;
    }

    /// <summary>Whether a token that was read has neither expired nor been given back since.</summary>
    public bool IsValid(AccessToken token) => token.Expiry > time.GetUtcNow().ToUnixTimeSeconds() && !revoked.Contains(token.Id);

    /// <summary>Takes a token back.</summary>
    public void Revoke(AccessToken token) => revoked.Add(token.Id, token.Expiry);

    private byte[] Sign(ReadOnlySpan<byte> content, IAuthenticationBackend backend, UserRecord user)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        Append(hash, content);
        Append(hash, Encoding.UTF8.GetBytes(backend.Name));
        Append(hash, Encoding.UTF8.GetBytes(user.Stamp));
        return hash.GetHashAndReset();
    }

    // With lengths, so that no two contents look alike.
    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
        hash.AppendData(length);
        hash.AppendData(part);
    }
}
