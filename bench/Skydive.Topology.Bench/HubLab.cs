using System.Diagnostics;
using System.Text;

namespace Skydive.Topology.Bench;

/// <summary>A hub namespace and many others joined to it; gone when disposed.</summary>
internal sealed class HubLab : IDisposable
{
    private const string Prefix = "skb";
    private readonly int _namespaces;

    public HubLab(int namespaces, int pairs)
    {
        _namespaces = namespaces;
        try
        {
            Make(pairs);
        }
        catch
        {
            Dispose();
            throw;
        }
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
        var batch = new StringBuilder($"netns del {Prefix}hub\n");
        for (int i = 1; i <= _namespaces; i++)
        {
            batch.AppendLine($"netns del {Prefix}{i}");
        }

        Shell("ip -force -batch - 2>/dev/null || true", batch.ToString());
    }

    private void Make(int pairs)
    {
        var netns = new StringBuilder($"netns add {Prefix}hub\n");
        var hub = new StringBuilder("link set lo up\n");
        for (int i = 1; i <= _namespaces; i++)
        {
            netns.AppendLine($"netns add {Prefix}{i}");
            for (int j = 1; j <= pairs; j++)
            {
                hub.AppendLine($"link add h{i}-{j} type veth peer name e{j} netns {Prefix}{i}");
                hub.AppendLine($"link set h{i}-{j} up");
            }
        }

        Shell("ip -batch -", netns.ToString());
        Shell($"ip -n {Prefix}hub -batch -", hub.ToString());
        for (int i = 1; i <= _namespaces; i++)
        {
            var inner = new StringBuilder("link set lo up\nlink add br0 type bridge\nlink set br0 up\n");
            inner.AppendLine($"addr add 10.{i / 256}.{i % 256}.1/24 dev br0");
            for (int j = 1; j <= pairs; j++)
            {
                inner.AppendLine($"link set e{j} master br0");
                inner.AppendLine($"link set e{j} up");
            }

            Shell($"ip -n {Prefix}{i} -batch -", inner.ToString());
        }
    }
}
