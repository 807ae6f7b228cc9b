using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Skydive.Service.Security;

/// <summary>
/// Remembers passwords that were right, as keyed hashes that are worth nothing outside of this process: clients that send theirs with each request do not have to wait for a slow
/// hash each time. Bounded. Safe for use by several threads at once.
/// </summary>
internal sealed class CredentialCache(TimeSpan lifetime, TimeProvider time)
{
    private const int MaximumEntries = 1000;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<UInt128, (UserRecord User, long At)> _entries = new();

    /// <summary>The user of a password that was right; null when it is not remembered, or is not the user's any more.</summary>
    public UserRecord? Find(IAuthenticationBackend backend, string user, string password)
    {
        if (!_entries.TryGetValue(KeyOf(backend, user, password), out var entry) || time.GetElapsedTime(entry.At) > lifetime)
        {
            return null;
        }

        var current = backend.Find(user);
        return current?.Stamp == entry.User.Stamp ? current : null;
    }

    /// <summary>Remembers that a password was right.</summary>
    public void Add(IAuthenticationBackend backend, UserRecord user, string password)
    {
        if (_entries.Count >= MaximumEntries)
        {
            _entries.Clear();
        }

        _entries[KeyOf(backend, user.Name, password)] = (user, time.GetTimestamp());
    }

    private UInt128 KeyOf(IAuthenticationBackend backend, string user, string password) => BinaryPrimitives.ReadUInt128BigEndian(
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{backend.Name.Length} {user.Length} {backend.Name} {user} {password}")));
}
