using Skydive.Linux.Namespaces;

namespace Skydive.Agent.Topology;

/// <summary>
/// Who knows which network namespace, and by what name: files under the run path, processes, containers. A namespace is watched once, as long
/// as anyone uses it, whoever and however many they are. It shows the name of the best <see cref="NamespacePrecedence"/>; among equals it keeps
/// the one that it has, and starts with the first path (ordinal). The namespace of the host is the node of the host.
/// </summary>
/// <remarks>
/// Safe for use by several threads at once. What one call changes is one revision of the graph; calls take effect in the order in which they
/// are made. As long as a namespace is in use here, its device and inode mean no other one.
/// </remarks>
internal sealed class NamespaceDirectory(INamespaceWatcher watcher)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<NamespaceId, Entry> _entries = [];
    private readonly Dictionary<(string Source, string Path), NamespaceUse> _uses = [];
    private NamespaceId? _hostId;

    /// <summary>Has the namespace of the host watched, and with it, in one revision, those that are known from the start.</summary>
    /// <param name="host">The namespace of the host; taken over.</param>
    /// <param name="registrations">The others; their namespaces are taken over.</param>
    /// <returns>The uses of namespaces that could not be watched.</returns>
    public Task<IReadOnlyList<NamespaceUse>> StartAsync(NetworkNamespace host, IReadOnlyList<NamespaceRegistration> registrations)
    {
        lock (_lock)
        {
            _hostId = host.Id;
        }

        return ChangeAsync(registrations, [], new NamespaceSource(host, string.Empty, host.Path, IsHost: true));
    }

    /// <summary>Registers uses. One that is registered already is replaced, also when its path leads to another namespace now.</summary>
    /// <param name="registrations">The uses, each with its open namespace, which is taken over.</param>
    /// <returns>
    /// Ends when the graph shows it, with the uses of namespaces that cannot be watched. They are not registered; why is in the probe's state.
    /// </returns>
    public Task<IReadOnlyList<NamespaceUse>> RegisterAsync(IReadOnlyList<NamespaceRegistration> registrations) => ChangeAsync(registrations, []);

    /// <summary>Ends uses. A namespace without any is forgotten with all that is in it. Uses that are not registered are passed over.</summary>
    /// <param name="uses">The uses.</param>
    /// <returns>Ends when the graph shows it.</returns>
    public Task ReleaseAsync(IReadOnlyList<NamespaceUse> uses) => ChangeAsync([], uses);

    /// <summary>Registers some uses and ends others, in one revision.</summary>
    /// <param name="registrations">The uses to register, each with its open namespace, which is taken over.</param>
    /// <param name="released">The uses to end.</param>
    /// <returns>Ends when the graph shows it, with the uses of namespaces that cannot be watched.</returns>
    public Task<IReadOnlyList<NamespaceUse>> ChangeAsync(
        IReadOnlyList<NamespaceRegistration> registrations, IReadOnlyList<NamespaceUse> released) => ChangeAsync(registrations, released, null);

    /// <summary>Whether a namespace is in use, or that of the host: it need not be opened again to be registered by another path.</summary>
    /// <param name="id">The namespace.</param>
    public bool Contains(NamespaceId id)
    {
        lock (_lock)
        {
            return id == _hostId || _entries.ContainsKey(id);
        }
    }

    /// <summary>The node of a namespace, which is that of the host for the host's; null when it is not in the graph.</summary>
    /// <param name="id">The namespace.</param>
    /// <returns>The identifier of the node.</returns>
    public string? FindNode(NamespaceId id) => watcher.FindNamespaceNode(id);

    private async Task<IReadOnlyList<NamespaceUse>> ChangeAsync(
        IReadOnlyList<NamespaceRegistration> registrations, IReadOnlyList<NamespaceUse> released, NamespaceSource? host)
    {
        var pending = new List<(NamespaceUse Use, Entry Entry)>(registrations.Count);
        Task<IReadOnlyList<NamespaceId>> command;
        lock (_lock)
        {
            command = Enqueue(registrations, released, host, pending);
        }

        await command.ConfigureAwait(false);
        List<NamespaceUse>? refused = null;
        foreach (var (use, entry) in pending)
        {
            if ((await entry.Refused.ConfigureAwait(false)).Contains(use.Id))
            {
                Withdraw(use, entry);
                (refused ??= []).Add(use);
            }
        }

        return refused ?? (IReadOnlyList<NamespaceUse>)[];
    }

    /// <summary>Changes what is known, and orders the probe to follow. The order is given under the lock, so that orders keep their sequence.</summary>
    private Task<IReadOnlyList<NamespaceId>> Enqueue(
        IReadOnlyList<NamespaceRegistration> registrations,
        IReadOnlyList<NamespaceUse> released,
        NamespaceSource? host,
        List<(NamespaceUse Use, Entry Entry)> pending)
    {
        var touched = new HashSet<NamespaceId>();
        foreach (var use in released)
        {
            if (_uses.TryGetValue((use.Source, use.Path), out var known) && known.Id == use.Id)
            {
                End(known, touched);
            }
        }

        var opened = new Dictionary<NamespaceId, NetworkNamespace>();
        foreach (var (use, networkNamespace) in registrations)
        {
            if (_uses.TryGetValue((use.Source, use.Path), out var known))
            {
                End(known, touched);
            }

            _uses[(use.Source, use.Path)] = use;
            if (use.Id == _hostId || _entries.ContainsKey(use.Id) || !opened.TryAdd(use.Id, networkNamespace))
            {
                networkNamespace.Dispose();
            }

            if (use.Id != _hostId)
            {
                if (!_entries.TryGetValue(use.Id, out var entry))
                {
                    _entries.Add(use.Id, entry = new());
                }

                entry.Uses.Add(use);
                touched.Add(use.Id);
                pending.Add((use, entry));
            }
        }

        var (added, removed, renamed) = Compare(touched, opened);
        if (host is not null)
        {
            added.Insert(0, host);
        }

        if (added.Count + removed.Count + renamed.Count == 0)
        {
            return Task.FromResult<IReadOnlyList<NamespaceId>>([]);
        }

        var command = watcher.ChangeAsync(added, removed, renamed);
        foreach (var source in added)
        {
            if (_entries.TryGetValue(source.Namespace.Id, out var entry))
            {
                entry.Refused = command;
            }
        }

        return command;
    }

    private (List<NamespaceSource> Added, List<NamespaceId> Removed, List<NamespaceName> Renamed) Compare(
        HashSet<NamespaceId> touched, Dictionary<NamespaceId, NetworkNamespace> opened)
    {
        var added = new List<NamespaceSource>();
        var removed = new List<NamespaceId>();
        var renamed = new List<NamespaceName>();
        foreach (var id in touched)
        {
            var entry = _entries[id];
            if (entry.Uses.Count == 0)
            {
                _entries.Remove(id);
                removed.Add(id);
                continue;
            }

            var best = entry.Uses.Min(NamespaceUseOrder.Instance)!;
            string? manager = entry.Uses.Where(static use => use.Manager is not null).Min(NamespaceUseOrder.Instance)?.Manager;
            if (opened.TryGetValue(id, out var networkNamespace))
            {
                added.Add(new(networkNamespace, best.Name, best.Path, IsHost: false, manager));
                entry.Show(best, manager);
                continue;
            }

            var shown = entry.Shown is { } before && entry.Uses.Find(use => use.Source == before.Source && use.Path == before.Path) is { } kept
                && kept.Precedence <= best.Precedence ? kept : best;
            if (entry.Show(shown, manager))
            {
                renamed.Add(new(id, shown.Name, shown.Path, manager));
            }
        }

        return (added, removed, renamed);
    }

    private void End(NamespaceUse use, HashSet<NamespaceId> touched)
    {
        _uses.Remove((use.Source, use.Path));
        if (_entries.TryGetValue(use.Id, out var entry))
        {
            entry.Uses.Remove(use);
            touched.Add(use.Id);
        }
    }

    /// <summary>A namespace that cannot be watched is as if nobody had found it, so that the next one who does tries again.</summary>
    private void Withdraw(NamespaceUse use, Entry entry)
    {
        lock (_lock)
        {
            if (_uses.TryGetValue((use.Source, use.Path), out var known) && ReferenceEquals(known, use))
            {
                _uses.Remove((use.Source, use.Path));
            }

            if (_entries.TryGetValue(use.Id, out var current) && ReferenceEquals(current, entry))
            {
                _entries.Remove(use.Id);
            }
        }
    }

    /// <summary>A namespace in use.</summary>
    private sealed class Entry
    {
        private string? _manager;

        public List<NamespaceUse> Uses { get; } = [];

        /// <summary>The use whose name the node has.</summary>
        public NamespaceUse? Shown { get; private set; }

        /// <summary>What the probe refused of the order that this namespace was part of.</summary>
        public Task<IReadOnlyList<NamespaceId>> Refused { get; set; } = Task.FromResult<IReadOnlyList<NamespaceId>>([]);

        /// <summary>Changes what the node shows.</summary>
        /// <returns>Whether that is something else than before.</returns>
        public bool Show(NamespaceUse use, string? manager)
        {
            bool isNews = Shown is null || Shown.Name != use.Name || Shown.Path != use.Path || _manager != manager;
            Shown = use;
            _manager = manager;
            return isNews;
        }
    }
}
