using System.Buffers.Text;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Skydive.Linux.Interop;
using Skydive.Linux.Namespaces;

namespace Skydive.Linux.Processes;

/// <summary>
/// Looks into processes through <c>/proc</c>, with one system call for each fact and one buffer for all: thousands of processes take
/// milliseconds. A process that ends meanwhile is <see cref="ProcessAccess.Gone"/>, never an error. One thread at a time.
/// Source: <c>proc(5)</c>.
/// </summary>
internal sealed unsafe class ProcessReader : IDisposable
{
    private const int BufferSize = 64 << 10;
    private const int PathSize = 64;
    private const int StatxSize = 256;
    private const uint StatxInode = 0x100; // STATX_INO
    private const uint StatxLength = 0x200; // STATX_SIZE
    private const int EntryNameOffset = 19; // struct linux_dirent64: inode and offset of 8 bytes, length of 2, type of 1, name
    private const int StartTimeField = 19; // of stat, counted from the state, which follows the name

    private readonly SafeDescriptor _root;

    // Pinned for as long as they are referred to from here.
    private readonly byte[] _bufferArray = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
    private readonly byte[] _pathArray = GC.AllocateUninitializedArray<byte>(PathSize, pinned: true);
    private readonly byte* _buffer;
    private readonly byte* _path;

    /// <summary>Opens <c>/proc</c>, or what stands for it.</summary>
    /// <exception cref="LinuxException">It cannot be opened.</exception>
    internal ProcessReader(string root)
    {
        _root = Libc.Open(root, Constants.OpenReadOnly | Constants.OpenCloseOnExec);
        if (_root.IsInvalid)
        {
            throw LinuxException.FromLastError($"open {root}");
        }

        _buffer = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_bufferArray));
        _path = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_pathArray));
    }

    /// <summary>Lists the processes, in ascending order.</summary>
    /// <param name="processIds">Receives their ids; what is in it goes.</param>
    /// <exception cref="LinuxException"><c>/proc</c> cannot be read.</exception>
    internal void List(List<int> processIds)
    {
        processIds.Clear();
        int directory = OpenBelow("."u8);
        if (directory < 0)
        {
            throw LinuxException.FromLastError("open /proc");
        }

        try
        {
            nint length;
            while ((length = Libc.ReadDirectory(directory, _buffer, BufferSize)) > 0)
            {
                for (nint offset = 0; offset < length; offset += *(ushort*)(_buffer + offset + 16))
                {
                    if (TryReadNumber(_buffer + offset + EntryNameOffset, out int id))
                    {
                        processIds.Add(id);
                    }
                }
            }

            if (length < 0)
            {
                throw LinuxException.FromLastError("read /proc");
            }
        }
        finally
        {
            _ = Libc.Close(directory);
        }

        processIds.Sort();
    }

    /// <summary>The network namespace of a process.</summary>
    internal ProcessAccess TryGetNamespace(int processId, out NamespaceId id)
    {
        byte* answer = stackalloc byte[StatxSize];
        ProcessAccess access = TryStat(processId, "/ns/net"u8, StatxInode, answer);
        id = access == ProcessAccess.Granted ? NetworkNamespace.ReadIdentity(answer) : default;
        return access;
    }

    /// <summary>How many descriptors a process has open; 0 on kernels that do not count them (before 6.2).</summary>
    internal ProcessAccess TryCountDescriptors(int processId, out long count)
    {
        byte* answer = stackalloc byte[StatxSize];
        ProcessAccess access = TryStat(processId, "/fd"u8, StatxLength, answer);
        count = access == ProcessAccess.Granted ? *(long*)(answer + 40) : 0;
        return access;
    }

    /// <summary>Lists the sockets that a process has open, by inode; one that it has twice is there twice.</summary>
    internal ProcessAccess ReadSockets(int processId, List<uint> inodes)
    {
        inodes.Clear();
        int directory = OpenProcess(processId, "/fd"u8);
        if (directory < 0)
        {
            return LastAccess();
        }

        try
        {
            const int LinkSize = 64;
            byte* link = stackalloc byte[LinkSize];
            nint length;
            while ((length = Libc.ReadDirectory(directory, _buffer, BufferSize)) > 0)
            {
                for (nint offset = 0; offset < length; offset += *(ushort*)(_buffer + offset + 16))
                {
                    byte* name = _buffer + offset + EntryNameOffset;
                    if (*name is < (byte)'0' or > (byte)'9')
                    {
                        continue;
                    }

                    nint linkLength = Libc.ReadLinkAt(directory, name, link, LinkSize);
                    if (linkLength < 0)
                    {
                        // Closed meanwhile; but where links may not be read, none of them may.
                        if (LastAccess() == ProcessAccess.Denied)
                        {
                            return ProcessAccess.Denied;
                        }

                        continue;
                    }

                    if (TryReadSocket(new ReadOnlySpan<byte>(link, (int)linkLength), out uint inode))
                    {
                        inodes.Add(inode);
                    }
                }
            }

            return length < 0 ? LastAccess() : ProcessAccess.Granted;
        }
        finally
        {
            _ = Libc.Close(directory);
        }
    }

    /// <summary>When a process started, in ticks since boot: with its id this tells it from a later one of the same id.</summary>
    internal ProcessAccess TryGetStartTime(int processId, out ulong startTime)
    {
        ProcessAccess access = TryRead(processId, "/stat"u8, out ReadOnlySpan<byte> text);
        startTime = 0;
        if (access != ProcessAccess.Granted)
        {
            return access;
        }

        // The name stands in parentheses, and may hold anything, parentheses too.
        text = text[(text.LastIndexOf((byte)')') + 1)..].TrimStart((byte)' ');
        for (int field = 0; field < StartTimeField; field++)
        {
            int space = text.IndexOf((byte)' ');
            if (space < 0)
            {
                return ProcessAccess.Gone;
            }

            text = text[(space + 1)..];
        }

        return Utf8Parser.TryParse(text, out startTime, out _) ? ProcessAccess.Granted : ProcessAccess.Gone;
    }

    /// <summary>The name of the first thread, at most 15 bytes; null when the process is gone.</summary>
    internal string? ReadName(int processId) => TryRead(processId, "/comm"u8, out ReadOnlySpan<byte> text) == ProcessAccess.Granted
        ? Encoding.UTF8.GetString(text.TrimEnd((byte)'\n'))
        : null;

    /// <summary>The program that a process runs; null when it has none, is gone, or may not be looked into.</summary>
    internal string? ReadProgram(int processId)
    {
        WritePath(processId, "/exe"u8);
        nint length = Libc.ReadLinkAt(_root, _path, _buffer, BufferSize);
        if (length <= 0)
        {
            return null;
        }

        // A program that was replaced or removed since it was started.
        ReadOnlySpan<byte> deleted = " (deleted)"u8;
        var text = new ReadOnlySpan<byte>(_buffer, (int)length);
        return Encoding.UTF8.GetString(text.EndsWith(deleted) ? text[..^deleted.Length] : text);
    }

    /// <summary>The control groups of a process, one a line (<c>cgroups(7)</c>); null when it is gone.</summary>
    internal string? ReadControlGroups(int processId) => TryRead(processId, "/cgroup"u8, out ReadOnlySpan<byte> text) == ProcessAccess.Granted
        ? Encoding.UTF8.GetString(text)
        : null;

    /// <inheritdoc/>
    public void Dispose() => _root.Dispose();

    /// <summary>Reads the text of a link such as <c>socket:[4711]</c>.</summary>
    internal static bool TryReadSocket(ReadOnlySpan<byte> link, out uint inode)
    {
        inode = 0;
        return link.StartsWith("socket:["u8)
            && Utf8Parser.TryParse(link[8..], out inode, out int consumed)
            && link[(8 + consumed)..].SequenceEqual("]"u8);
    }

    private static ProcessAccess LastAccess()
    {
        var errno = (Errno)Marshal.GetLastPInvokeError();
        return LinuxException.ReasonOf(errno) == LinuxErrorReason.PermissionDenied ? ProcessAccess.Denied : ProcessAccess.Gone;
    }

    private static bool TryReadNumber(byte* name, out int number)
    {
        number = 0;
        for (byte* at = name; *at != 0; at++)
        {
            int digit = *at - '0';
            if (digit is < 0 or > 9 || number > (int.MaxValue - digit) / 10)
            {
                return false;
            }

            number = (number * 10) + digit;
        }

        return number > 0;
    }

    private ProcessAccess TryStat(int processId, ReadOnlySpan<byte> what, uint mask, byte* answer)
    {
        WritePath(processId, what);
        return Libc.Statx(_root, _path, 0, mask, answer) == 0 ? ProcessAccess.Granted : LastAccess();
    }

    /// <summary>Reads a small file of a process: what fits into the buffer, which is more than these files hold.</summary>
    private ProcessAccess TryRead(int processId, ReadOnlySpan<byte> what, out ReadOnlySpan<byte> text)
    {
        text = default;
        int file = OpenProcess(processId, what);
        if (file < 0)
        {
            return LastAccess();
        }

        nint length = Libc.Read(file, _buffer, BufferSize);
        ProcessAccess access = length < 0 ? LastAccess() : ProcessAccess.Granted;
        _ = Libc.Close(file);
        text = new ReadOnlySpan<byte>(_buffer, (int)Math.Max(length, 0));
        return access;
    }

    private int OpenProcess(int processId, ReadOnlySpan<byte> what)
    {
        WritePath(processId, what);
        return Libc.OpenAt(_root, _path, Constants.OpenReadOnly | Constants.OpenCloseOnExec);
    }

    private int OpenBelow(ReadOnlySpan<byte> path)
    {
        path.CopyTo(new Span<byte>(_path, PathSize));
        _path[path.Length] = 0;
        return Libc.OpenAt(_root, _path, Constants.OpenReadOnly | Constants.OpenCloseOnExec);
    }

    private void WritePath(int processId, ReadOnlySpan<byte> what)
    {
        var path = new Span<byte>(_path, PathSize);
        processId.TryFormat(path, out int length, provider: CultureInfo.InvariantCulture);
        what.CopyTo(path[length..]);
        path[length + what.Length] = 0;
    }
}
