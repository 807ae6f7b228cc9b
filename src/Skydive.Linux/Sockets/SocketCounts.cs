using System.Buffers.Text;
using Skydive.Linux.Namespaces;

namespace Skydive.Linux.Sockets;

/// <summary>
/// How many sockets a network namespace has in use, of both families: what the kernel counts anyway, at a fraction of the cost to list them.
/// Source: <c>/proc/net/sockstat</c> and <c>sockstat6</c>.
/// </summary>
/// <param name="Tcp">TCP sockets that listen or have a connection; not those without a process.</param>
/// <param name="Udp">UDP sockets that have a port.</param>
public readonly record struct SocketCounts(int Tcp, int Udp)
{
    private static readonly string[] s_files = ["/proc/thread-self/net/sockstat", "/proc/thread-self/net/sockstat6"];

    /// <summary>Counts.</summary>
    /// <param name="networkNamespace">The namespace.</param>
    /// <returns>The counts.</returns>
    /// <exception cref="LinuxException">The namespace cannot be entered.</exception>
    /// <exception cref="IOException">The kernel does not tell.</exception>
    public static SocketCounts Read(NetworkNamespace networkNamespace)
    {
        ArgumentNullException.ThrowIfNull(networkNamespace);
        return networkNamespace.Run(0, static _ =>
        {
            var counts = default(SocketCounts);
            foreach (string file in s_files)
            {
                // The second is missing where there is no IPv6.
                if (file == s_files[0] || File.Exists(file))
                {
                    counts = counts.Add(File.ReadAllBytes(file));
                }
            }

            return counts;
        });
    }

    /// <summary>Adds what one of the files says: lines such as <c>TCP: inuse 5 orphan 0 …</c> or <c>UDP6: inuse 2</c>.</summary>
    internal SocketCounts Add(ReadOnlySpan<byte> text) => new(
        Tcp + Find(text, "TCP: inuse "u8) + Find(text, "TCP6: inuse "u8), Udp + Find(text, "UDP: inuse "u8) + Find(text, "UDP6: inuse "u8));

    private static int Find(ReadOnlySpan<byte> text, ReadOnlySpan<byte> label)
    {
        int at = text.IndexOf(label);
        return at >= 0 && (at == 0 || text[at - 1] == (byte)'\n') && Utf8Parser.TryParse(text[(at + label.Length)..], out int count, out _)
            ? count
            : 0;
    }
}
