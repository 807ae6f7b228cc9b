using System.Collections.Concurrent;
using System.Globalization;

namespace Skydive.Service.Security;

/// <summary>The tokens that were given back before their time, by their identifiers; kept in a file until they expire. Safe for use by several threads at once.</summary>
internal sealed class RevokedTokens
{
    private readonly string? _path;
    private readonly ConcurrentDictionary<Guid, long> _expiries = new();
    private readonly Lock _lock = new();

    /// <summary>Reads what was given back.</summary>
    /// <param name="directory">Where the file rests; null for none.</param>
    /// <param name="now">Tokens that expire before are forgotten.</param>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read or written.</exception>
    public RevokedTokens(string? directory, DateTimeOffset now)
    {
        _path = directory is null ? null : Path.Combine(directory, "revoked-tokens");
        if (_path is null || !File.Exists(_path))
        {
            return;
        }

        foreach (string line in File.ReadLines(_path))
        {
            if (line.Split(' ') is [var id, var time] && Guid.TryParseExact(id, "N", out var token)
                && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out long expiry) && expiry > now.ToUnixTimeSeconds())
            {
                _expiries[token] = expiry;
            }
        }

        SecretFile.Write(_path, System.Text.Encoding.ASCII.GetBytes(string.Concat(_expiries.Select(static entry => Line(entry.Key, entry.Value)))));
    }

    /// <summary>Whether a token was given back.</summary>
    public bool Contains(Guid token) => _expiries.ContainsKey(token);

    /// <summary>Takes a token back.</summary>
    /// <exception cref="IOException">It cannot be kept beyond this process.</exception>
    public void Add(Guid token, long expiry)
    {
        if (!_expiries.TryAdd(token, expiry) || _path is null)
        {
            return;
        }

        lock (_lock)
        {
            File.AppendAllText(_path, Line(token, expiry));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }
    }

    private static string Line(Guid token, long expiry) => string.Create(CultureInfo.InvariantCulture, $"{token:N} {expiry}\n");
}
