using System.Security.Cryptography;

namespace Skydive.Service.Security;

/// <summary>The key by which tokens are signed: kept in a file, so that tokens outlive the process.</summary>
internal static class TokenKey
{
    private const int Bytes = 32;

    /// <summary>Reads the key, or makes one.</summary>
    /// <param name="directory">Where it rests; null for one that goes with the process.</param>
    /// <exception cref="IOException">It cannot be read or written, or is damaged.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read or written.</exception>
    public static byte[] Load(string? directory)
    {
        if (directory is null)
        {
            return RandomNumberGenerator.GetBytes(Bytes);
        }

        string path = Path.Combine(directory, "token.key");
        if (!File.Exists(path))
        {
            SecretFile.Write(path, RandomNumberGenerator.GetBytes(Bytes));
        }

        byte[] key = File.ReadAllBytes(path);
        return key.Length == Bytes ? key : throw new IOException($"{path} is damaged: remove it, and everybody has to log in anew");
    }
}
