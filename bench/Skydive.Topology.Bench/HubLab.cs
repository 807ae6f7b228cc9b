using System.Diagnostics;
using System.Text;

namespace Skydive.Topology.Bench;

/// <summary>A hub namespace and many others joined to it; gone when disposed.</summary>
internal sealed class HubLab : IDisposable
{
    public const int LinkCount = (Namespaces * ((2 * Pairs) + 2)) + 1;

    private const int Namespaces = 200;
    private const int Pairs = 5;

    private static readonly string s_prefix = $"skb{Environment.ProcessId}-";

    /// <summary>The namespaces; the first is the hub.</summary>
    public IReadOnlyList<string> Names { get; } = [s_prefix + "hub", .. Enumerable.Range(1, Namespaces).Select(static i => s_prefix + i)];

    /// <summary>Runs a shell command that must succeed, and gives its output.</summary>
    public static string Read(string command)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"'{command}' ended with {process.ExitCode}");
    }

    /// <summary>The other end of a pair; null for what is none.</summary>
    public (string Namespace, string Name)? PeerOf(string place, string name)
    {
        if (name.Length < 2 || !char.IsAsciiDigit(name[1]) || name[0] is not ('h' or 'e'))
        {
            return null;
        }

        string[] numbers = name[1..].Split('-');
        return name[0] == 'h' ? (s_prefix + numbers[0], "e" + numbers[1]) : (Names[0], $"h{place[s_prefix.Length..]}-{numbers[0]}");
    }

    /// <summary>Runs a shell command that must succeed, with text as its input.</summary>
    public static void Shell(string command, string input = "")
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardInput = true })!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"'{command}' ended with {process.ExitCode}");
        }
    }

    public void Dispose()
    {
        var batch = new StringBuilder($"netns del {s_prefix}hub\n");
        for (int i = 1; i <= Namespaces; i++)
        {
            batch.AppendLine($"netns del {s_prefix}{i}");
        }

        Shell("ip -force -batch - 2>/dev/null || true", batch.ToString());
    }

    /// <summary>Makes all of it.</summary>
    public void Make()
    {
        var netns = new StringBuilder($"netns add {s_prefix}hub\n");
        var hub = new StringBuilder("link set lo up\n");
        for (int i = 1; i <= Namespaces; i++)
        {
            netns.AppendLine($"netns add {s_prefix}{i}");
            for (int j = 1; j <= Pairs; j++)
            {
                hub.AppendLine($"link add h{i}-{j} type veth peer name e{j} netns {s_prefix}{i}");
                hub.AppendLine($"link set h{i}-{j} up");
            }
        }

        Shell("ip -batch -", netns.ToString());
        Shell($"ip -n {s_prefix}hub -batch -", hub.ToString());
        for (int i = 1; i <= Namespaces; i++)
        {
            var inner = new StringBuilder("link set lo up\nlink add br0 type bridge\nlink set br0 up\n");
            inner.AppendLine($"addr add 10.{i / 256}.{i % 256}.1/24 dev br0");
            for (int j = 1; j <= Pairs; j++)
            {
                inner.AppendLine($"link set e{j} master br0");
                inner.AppendLine($"link set e{j} up");
            }

            Shell($"ip -n {s_prefix}{i} -batch -", inner.ToString());
        }
    }
}
