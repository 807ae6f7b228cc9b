namespace Skydive.Linux.Namespaces;

/// <summary>What came of opening a path as a network namespace.</summary>
public enum NamespaceOpenStatus
{
    /// <summary>The namespace is open.</summary>
    Opened,

    /// <summary>No such path or process.</summary>
    NotFound,

    /// <summary>
    /// The path is a file but no network namespace. <c>ip netns add</c> creates the file first and mounts the namespace on it a moment
    /// later, so for a file under <c>/run/netns</c> this means: try again when the mount table changes (see
    /// <see cref="FileSystem.MountWatcher"/>).
    /// </summary>
    NotANamespace,

    /// <summary>The process may not open it.</summary>
    PermissionDenied,
}
