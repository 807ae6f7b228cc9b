using System.Runtime.ExceptionServices;

namespace Skydive.Linux.Namespaces;

/// <summary>Code waiting to run inside a namespace.</summary>
internal abstract class NamespaceJob(NetworkNamespace target)
{
    /// <summary>Where to run.</summary>
    internal NetworkNamespace Target { get; } = target;

    /// <summary>What went wrong, or null.</summary>
    internal ExceptionDispatchInfo? Failure { get; set; }

    /// <summary>Runs the code and keeps its result.</summary>
    internal abstract void Run();
}
