using System.Text;

namespace Skydive.Service.Security;

/// <summary>
/// Files of users as <c>htpasswd</c> has them: a line for each with name and hash of the password, separated by a colon; the groups may stand behind another
/// colon, separated by commas. Lines that are empty or begin with <c>#</c> say nothing.
/// </summary>
internal static class UserFile
{
    private const int MaximumBytes = 16 << 20;

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="problems">What is wrong with lines, which are left out; no hash is told.</param>
    /// <exception cref="IOException">It cannot be read, or is no file of users.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static IReadOnlyDictionary<string, UserEntry> Read(string path, out IReadOnlyList<string> problems)
    {
        if (new FileInfo(path) is { Exists: true, Length: > MaximumBytes })
        {
            throw new IOException($"{path} is larger than {MaximumBytes} bytes: no file of users");
        }

        var users = new Dictionary<string, UserEntry>(StringComparer.Ordinal);
        var found = new List<string>();
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (line.Length == 0 || line.StartsWith('#'))
            {
                continue;
            }

            string[] parts = line.Split(':');
            string? problem = parts.Length is < 2 or > 3 ? "expected name:hash or name:hash:groups"
                : CheckName(parts[0]) ?? PasswordHash.Check(parts[1]) ?? (users.ContainsKey(parts[0]) ? $"user {parts[0]} is there twice" : null);
            if (problem is not null)
            {
                found.Add($"{path}:{number}: {problem}");
                continue;
            }

            users[parts[0]] = new(parts[1], parts.Length == 3 ? parts[2].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : []);
        }

        problems = found;
        return users;
    }

    /// <summary>Changes a file: others see the old one or the new one, and only its owner may read it.</summary>
    /// <param name="path">Its path; it is made when it does not exist.</param>
    /// <param name="user">The user.</param>
    /// <param name="change">Makes the new entry of the old one, which is null when there is none; null removes it.</param>
    public static void Update(string path, string user, Func<UserEntry?, UserEntry?> change)
    {
        string[] lines = File.Exists(path) ? File.ReadAllLines(path) : [];
        int index = Array.FindIndex(lines, line => line.StartsWith(user + ":", StringComparison.Ordinal));
        var entry = change(index < 0 ? null : Parse(lines[index]));
        string? text = entry is null ? null : entry.Groups.Count == 0 ? $"{user}:{entry.Hash}" : $"{user}:{entry.Hash}:{string.Join(',', entry.Groups)}";
        var kept = lines.Where((_, number) => number != index).ToList();
        if (text is not null)
        {
            kept.Insert(index < 0 ? kept.Count : index, text);
        }

        SecretFile.Write(path, Encoding.UTF8.GetBytes(string.Concat(kept.Select(static line => line + "\n"))));
    }

    /// <summary>Whether a text can be the name of a user.</summary>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public static string? CheckName(string name) => name.Length == 0 || name.Length > 255 || name.StartsWith('#') || name.Any(static c => c == ':' || char.IsControl(c))
        ? $"'{name}' cannot be a user's name: expected up to 255 characters without ':'" : null;

    private static UserEntry Parse(string line)
    {
        string[] parts = line.Split(':');
        return new(parts.ElementAtOrDefault(1) ?? string.Empty, parts.ElementAtOrDefault(2)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? []);
    }
}
