namespace Skydive.Linux.Processes;

/// <summary>
/// Tells which process has a socket open. The kernel does not: the descriptors of processes have to be looked through. That is done only for
/// sockets whose process is not known yet, beginning with the processes that are new or whose number of descriptors changed, and ends when
/// all are found. Once in <see cref="VerificationRounds"/> all are looked through, since a socket may pass from one process to another.
/// </summary>
/// <remarks>
/// Of several processes that share a socket the first one found stays, which is the one with the lowest id among those that are not older;
/// the first process of the system, which opens sockets for others, comes last. One thread at a time.
/// </remarks>
public sealed class SocketOwners
{
    /// <summary>How often <see cref="Resolve"/> is called until it looks through everything again.</summary>
    public const int VerificationRounds = 6;

    private readonly ProcessTable _table;
    private readonly Dictionary<uint, ProcessInfo> _owners = [];
    private readonly Dictionary<int, ProcessInfo?> _described = [];
    private readonly HashSet<uint> _hopeless = [];
    private readonly HashSet<uint> _wanted = [];
    private readonly List<(int Order, int Id)> _order = [];
    private readonly List<uint> _found = [];
    private Dictionary<int, long> _counts = [];
    private int _round;

    /// <summary>Makes it.</summary>
    /// <param name="table">The processes; stays with the caller.</param>
    public SocketOwners(ProcessTable table) => _table = table;

    /// <summary>How many processes were looked through the last time, for measurements.</summary>
    public int ScannedCount { get; private set; }

    /// <summary>Finds the processes of sockets.</summary>
    /// <param name="inodes">All sockets that there are; others are forgotten. It must be listed before the processes are.</param>
    /// <param name="processes">The processes.</param>
    public void Resolve(IReadOnlyCollection<uint> inodes, ProcessSnapshot processes)
    {
        ScannedCount = 0;
        _described.Clear();
        _wanted.Clear();
        _wanted.UnionWith(inodes);
        _wanted.Remove(0);
        bool isVerification = _round++ % VerificationRounds == 0;
        foreach (var (inode, owner) in _owners)
        {
            // What it is may have changed: a process can turn into another program.
            if (!_wanted.Contains(inode) || Describe(owner.Id) is not { } now || now.StartTime != owner.StartTime)
            {
                _owners.Remove(inode);
            }
            else
            {
                _owners[inode] = now;
            }
        }

        if (isVerification)
        {
            _hopeless.Clear();
            Verify(processes);
            return;
        }

        _hopeless.IntersectWith(_wanted);
        _wanted.ExceptWith(_owners.Keys);
        _wanted.ExceptWith(_hopeless);
        if (_wanted.Count > 0)
        {
            Search(processes);
        }
    }

    /// <summary>The process that has a socket open.</summary>
    /// <param name="inode">The socket.</param>
    /// <returns>The process; null when none is known.</returns>
    public ProcessInfo? Find(uint inode) => _owners.GetValueOrDefault(inode);

    private ProcessInfo? Describe(int processId)
    {
        if (!_described.TryGetValue(processId, out ProcessInfo? info))
        {
            _described.Add(processId, info = _table.Describe(processId));
        }

        return info;
    }

    /// <summary>Looks for what is wanted until all is found. What no process has is not looked for again before the next verification.</summary>
    private void Search(ProcessSnapshot processes)
    {
        var counts = new Dictionary<int, long>(processes.Processes.Count);
        _order.Clear();
        foreach (ProcessEntry process in processes.Processes)
        {
            if (process.Access == ProcessAccess.Granted
                && _table.TryCountDescriptors(process.Id, out long count) == ProcessAccess.Granted)
            {
                bool isKnown = _counts.TryGetValue(process.Id, out long before);
                counts.Add(process.Id, count);
                _order.Add((process.Id == 1 ? 3 : !isKnown ? 0 : count != before ? 1 : 2, process.Id));
            }
        }

        _counts = counts;
        _order.Sort();
        foreach (var (_, id) in _order)
        {
            if (_wanted.Count == 0)
            {
                return;
            }

            Scan(id);
            foreach (uint inode in _found)
            {
                if (_wanted.Remove(inode) && Describe(id) is { } owner)
                {
                    _owners[inode] = owner;
                }
            }
        }

        _hopeless.UnionWith(_wanted);
    }

    /// <summary>Looks through all processes. Whoever was known to have a socket and still has it keeps it.</summary>
    private void Verify(ProcessSnapshot processes)
    {
        var kept = new HashSet<uint>();
        var others = new Dictionary<uint, int>();
        _counts.Clear();
        foreach (ProcessEntry process in processes.Processes)
        {
            if (process.Access != ProcessAccess.Granted || Scan(process.Id) != ProcessAccess.Granted)
            {
                continue;
            }

            if (_table.TryCountDescriptors(process.Id, out long count) == ProcessAccess.Granted)
            {
                _counts.Add(process.Id, count);
            }

            foreach (uint inode in _found)
            {
                if (!_wanted.Contains(inode))
                {
                    continue;
                }

                if (_owners.TryGetValue(inode, out ProcessInfo? owner) && owner.Id == process.Id)
                {
                    kept.Add(inode);
                }
                else if (!others.TryGetValue(inode, out int other) || other == 1)
                {
                    others[inode] = process.Id;
                }
            }
        }

        foreach (uint inode in _wanted)
        {
            if (kept.Contains(inode))
            {
                continue;
            }

            if (others.TryGetValue(inode, out int id) && Describe(id) is { } owner)
            {
                _owners[inode] = owner;
            }
            else
            {
                _owners.Remove(inode);
                _hopeless.Add(inode);
            }
        }
    }

    private ProcessAccess Scan(int processId)
    {
        ScannedCount++;
        ProcessAccess access = _table.ReadSockets(processId, _found);
        if (access != ProcessAccess.Granted)
        {
            _found.Clear();
        }

        return access;
    }
}
