using System.Security.Cryptography;
using System.Text;

namespace Skydive.Service.Security;

/// <summary>
/// The <c>$apr1$</c> hashes that <c>htpasswd</c> makes by default: the MD5 method of crypt(3) in FreeBSD with another prefix (Apache Portable Runtime Utility,
/// "Password Formats"). Read, never written.
/// </summary>
internal static class Apr1
{
    private const string Prefix = "$apr1$";
    private const string Digits = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int MaximumSalt = 8;
    private const int HashLength = 22;
    private const int Rounds = 1000;

    /// <summary>Which bytes of the digest make each group of digits, the most significant first; the last group has one byte.</summary>
    private static readonly int[][] s_groups = [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5], [11]];

    /// <summary>Whether a text is such a hash.</summary>
    public static bool IsHash(string text) =>
        text.StartsWith(Prefix, StringComparison.Ordinal)
        && text[Prefix.Length..].Split('$') is [{ Length: > 0 and <= MaximumSalt }, { Length: HashLength } hash]
        && hash.All(static digit => Digits.Contains(digit, StringComparison.Ordinal));

    /// <summary>Hashes a password with the salt of a hash.</summary>
    public static string Hash(string password, string like)
    {
        string salt = like[Prefix.Length..].Split('$')[0];
        byte[] secret = Encoding.UTF8.GetBytes(password);
        byte[] saltBytes = Encoding.ASCII.GetBytes(salt);
        byte[] digest = Digest(secret, saltBytes);
        var text = new StringBuilder(Prefix).Append(salt).Append('$');
        foreach (int[] group in s_groups)
        {
            int value = group.Aggregate(0, (sum, index) => (sum << 8) | digest[index]);
            for (int i = 0; i < (group.Length * 8 + 5) / 6; i++, value >>= 6)
            {
                text.Append(Digits[value & 63]);
            }
        }

        return text.ToString();
    }

#pragma warning disable CA5351 // The method is what it is.
    private static byte[] Digest(byte[] secret, byte[] salt)
    {
        byte[] inner = MD5.HashData([.. secret, .. salt, .. secret]);
        var first = new List<byte>([.. secret, .. Encoding.ASCII.GetBytes(Prefix), .. salt]);
        for (int left = secret.Length; left > 0; left -= inner.Length)
        {
            first.AddRange(inner[..Math.Min(left, inner.Length)]);
        }

        for (int bits = secret.Length; bits > 0; bits >>= 1)
        {
            first.Add((bits & 1) != 0 ? (byte)0 : secret[0]);
        }

        byte[] digest = MD5.HashData(first.ToArray());
        for (int round = 0; round < Rounds; round++)
        {
            bool isOdd = (round & 1) != 0;
            digest = MD5.HashData(
            [
                .. isOdd ? secret : digest,
                .. round % 3 != 0 ? salt : [],
                .. round % 7 != 0 ? secret : [],
                .. isOdd ? digest : secret,
            ]);
        }

        return digest;
    }
#pragma warning restore CA5351
}
