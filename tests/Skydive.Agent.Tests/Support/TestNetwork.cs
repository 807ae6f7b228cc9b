using System.Globalization;
using Skydive.Linux.Namespaces;

namespace Skydive.Agent.Tests.Support;

/// <summary>
/// A network of a test's own: a namespace that plays the host, others besides it, and a folder in which the namespaces have the names that
/// the test gives them, so that nothing else on the machine is seen. All is gone when disposed.
/// </summary>
internal sealed class TestNetwork : IDisposable
{
    private static int s_count;

    private readonly string _prefix = string.Create(CultureInfo.InvariantCulture, $"ska-{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}-");
    private readonly HashSet<string> _namespaces = new(StringComparer.Ordinal);

    public TestNetwork()
    {
        Tools.RequireNetwork();
        Folder = Directory.CreateTempSubdirectory("skydive-agent-").FullName;
        Make("host");
    }

    /// <summary>Where the names are.</summary>
    public string Folder { get; }

    /// <summary>Opens the namespace that plays the host.</summary>
    public NetworkNamespace OpenHost() => NetworkNamespace.Open(RealPath("host"));

    /// <summary>Where the system has a namespace.</summary>
    public string RealPath(string name) => "/run/netns/" + _prefix + name;

    /// <summary>Where a test has a namespace.</summary>
    public string NamePath(string name) => Path.Combine(Folder, name);

    /// <summary>Makes a namespace without a name in the folder.</summary>
    public void Make(string name)
    {
        Tools.Run("ip", $"netns add {_prefix}{name}");
        _namespaces.Add(name);
    }

    /// <summary>Makes many at once.</summary>
    public void Make(IReadOnlyList<string> names)
    {
        Tools.Run("ip", "-batch -", string.Concat(names.Select(name => $"netns add {_prefix}{name}\n")));
        _namespaces.UnionWith(names);
        foreach (string name in names)
        {
            Name(name);
        }
    }

    /// <summary>Makes a namespace and gives it a name in the folder.</summary>
    public void Add(string name)
    {
        Make(name);
        Name(name);
    }

    /// <summary>Gives a namespace a name in the folder.</summary>
    public void Name(string name, string? alias = null) => File.CreateSymbolicLink(NamePath(alias ?? name), RealPath(name));

    /// <summary>Takes a name from the folder.</summary>
    public void Unname(string alias) => File.Delete(NamePath(alias));

    /// <summary>Takes a namespace away.</summary>
    public void Remove(string name)
    {
        Tools.Run("ip", $"netns del {_prefix}{name}");
        _namespaces.Remove(name);
    }

    /// <summary>Runs <c>ip</c> inside a namespace; <c>@name</c> in the arguments stands for a namespace.</summary>
    public void Ip(string name, string arguments) => Tools.Run("ip", $"-n {_prefix}{name} {Resolve(arguments)}");

    /// <summary>Runs many <c>ip</c> commands inside a namespace.</summary>
    public void Batch(string name, IEnumerable<string> commands) =>
        Tools.Run("ip", $"-n {_prefix}{name} -batch -", string.Concat(commands.Select(command => Resolve(command) + "\n")));

    /// <summary>Runs a program inside a namespace.</summary>
    public void Execute(string name, string commandLine) => Tools.Run("ip", $"netns exec {_prefix}{name} {commandLine}");

    public void Dispose()
    {
        Tools.TryRun("ip", "-force -batch -", string.Concat(_namespaces.Select(name => $"netns del {_prefix}{name}\n")));
        Directory.Delete(Folder, recursive: true);
    }

    private string Resolve(string arguments) => arguments.Replace("@", _prefix, StringComparison.Ordinal);
}
