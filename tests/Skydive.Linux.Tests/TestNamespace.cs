using System.Globalization;
using Skydive.Linux.Namespaces;

namespace Skydive.Linux.Tests;

/// <summary>A network namespace of a test's own, removed with all that is in it.</summary>
internal sealed class TestNamespace : IDisposable
{
    private static int s_count;

    internal TestNamespace()
    {
        Tools.RequireNetwork();
        Name = string.Create(
            CultureInfo.InvariantCulture, $"sklinux-{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}");
        Tools.Run("ip", $"netns add {Name}");
        Network = NetworkNamespace.Open(Path);
    }

    internal string Name { get; }

    internal string Path => $"/run/netns/{Name}";

    internal NetworkNamespace Network { get; }

    /// <summary>Runs <c>ip</c> inside.</summary>
    internal string Ip(string arguments) => Tools.Run("ip", $"-n {Name} {arguments}");

    /// <summary>Runs many <c>ip</c> commands inside.</summary>
    internal void Batch(IEnumerable<string> commands) => Tools.Run("ip", $"-n {Name} -batch -", string.Join('\n', commands) + "\n");

    public void Dispose()
    {
        Network.Dispose();
        Tools.Run("ip", $"netns del {Name}");
    }
}
