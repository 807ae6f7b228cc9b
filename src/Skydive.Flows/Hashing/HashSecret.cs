using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Skydive.Flows.Hashing;

/// <summary>Eight random words that a table's lookup hash starts from.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct HashSecret
{
    public readonly ulong A;
    public readonly ulong B;
    public readonly ulong C;
    public readonly ulong D;
    public readonly ulong E;
    public readonly ulong F;
    public readonly ulong G;
    public readonly ulong H;

    /// <summary>Draws a new secret.</summary>
    public static HashSecret Create()
    {
        HashSecret secret = default;
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(new Span<HashSecret>(ref secret)));
        return secret;
    }
}
