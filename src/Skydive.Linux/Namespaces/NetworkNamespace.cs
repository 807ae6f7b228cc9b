using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Skydive.Linux.Interop;

namespace Skydive.Linux.Namespaces;

/// <summary>
/// An open network namespace. It lives at least as long as this object, whatever becomes of its path and processes: dispose it in time.
/// </summary>
/// <remarks>
/// <para>
/// A thread is in one namespace at a time, and a socket stays for life in the namespace of the thread that made it. Hence the usual way:
/// <see cref="CreateSocket(int, int, int)"/> enters, makes the socket, and leaves; the socket is then used from any thread. Thousands of
/// namespaces need no thread of their own.
/// </para>
/// <para>
/// All members may be called from any thread. Entering needs CAP_SYS_ADMIN. Source: <c>setns(2)</c>, <c>namespaces(7)</c>.
/// </para>
/// </remarks>
public sealed unsafe class NetworkNamespace : IDisposable
{
    private const int StatxSize = 256;
    private const uint StatxInode = 0x100; // STATX_INO
    private const int AtEmptyPath = 0x1000; // AT_EMPTY_PATH
    private const int AtCurrentFolder = -100; // AT_FDCWD

    private NetworkNamespace(SafeDescriptor descriptor, string path, NamespaceId id)
    {
        Descriptor = descriptor;
        Path = path;
        Id = id;
    }

    /// <summary>Device and inode of the namespace.</summary>
    public NamespaceId Id { get; }

    /// <summary>The path by which it was opened; it may name another namespace by now, or nothing.</summary>
    public string Path { get; }

    /// <summary>The open file, for <c>setns</c> and for netlink attributes that name a namespace by descriptor.</summary>
    public SafeDescriptor Descriptor { get; }

    /// <summary>Opens the namespace at a path, such as <c>/run/netns/vm1</c> or <c>/proc/42/ns/net</c>.</summary>
    /// <param name="path">The path.</param>
    /// <returns>The namespace; the caller disposes it.</returns>
    /// <exception cref="LinuxException">
    /// The path cannot be opened, or is no network namespace (<see cref="LinuxErrorReason.NotANamespace"/>).
    /// </exception>
    public static NetworkNamespace Open(string path)
    {
        NamespaceOpenStatus status = TryOpen(path, out NetworkNamespace? result, out Errno errno);
        return status switch
        {
            NamespaceOpenStatus.Opened => result!,
            NamespaceOpenStatus.NotANamespace => throw new LinuxException(
                $"open {path}", Errno.None, LinuxErrorReason.NotANamespace, "the file is not a network namespace"),
            _ => throw new LinuxException($"open {path}", errno),
        };
    }

    /// <summary>Opens the network namespace of a process.</summary>
    /// <param name="processId">The process id, as seen through this process's <c>/proc</c>.</param>
    /// <returns>The namespace; the caller disposes it.</returns>
    /// <exception cref="LinuxException">No such process, or it may not be looked into (CAP_SYS_PTRACE).</exception>
    public static NetworkNamespace OpenProcess(int processId) =>
        Open(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/ns/net"));

    /// <summary>Opens the network namespace of the calling thread.</summary>
    /// <returns>The namespace; the caller disposes it.</returns>
    /// <exception cref="LinuxException"><c>/proc</c> is not mounted.</exception>
    public static NetworkNamespace OpenCurrent() => Open("/proc/thread-self/ns/net");

    /// <summary>Opens the namespace at a path, if it is one.</summary>
    /// <param name="path">The path.</param>
    /// <param name="result">The namespace, which the caller disposes, or null.</param>
    /// <returns>What came of it.</returns>
    /// <exception cref="LinuxException">An error other than those named by the status, such as too many open files.</exception>
    public static NamespaceOpenStatus TryOpen(string path, out NetworkNamespace? result)
    {
        NamespaceOpenStatus status = TryOpen(path, out result, out Errno errno);
        if (status == NamespaceOpenStatus.NotFound
            && LinuxException.ReasonOf(errno) is not LinuxErrorReason.NotFound)
        {
            throw new LinuxException($"open {path}", errno);
        }

        return status;
    }

    /// <summary>
    /// Device and inode of the file at a path, links followed: those of a namespace, or of whatever else stands there. Unlike an open
    /// namespace this holds nothing, so that whoever unmounts the file meanwhile can.
    /// </summary>
    /// <param name="path">The path.</param>
    /// <returns>The numbers; null when there is no file, or it may not be looked at.</returns>
    public static NamespaceId? TryIdentify(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte* buffer = stackalloc byte[StatxSize];
        return Libc.StatxPath(AtCurrentFolder, path, 0, StatxInode, buffer) == 0 ? ReadIdentity(buffer) : null;
    }

    /// <summary>
    /// Opens the same namespace once more, from inside. As long as a namespace is open by the file it is mounted on, that file cannot be
    /// unmounted except lazily; one that is opened from inside holds the namespace and no file.
    /// </summary>
    /// <returns>The namespace, with the same <see cref="Path"/>; the caller disposes it.</returns>
    /// <exception cref="LinuxException">The namespace cannot be entered, or <c>/proc</c> is not mounted.</exception>
    public NetworkNamespace Reopen() => Run(this, static original =>
    {
        const string Path = "/proc/thread-self/ns/net";
        SafeDescriptor descriptor = Libc.Open(Path, Constants.OpenReadOnly | Constants.OpenCloseOnExec);
        if (descriptor.IsInvalid)
        {
            LinuxException failure = LinuxException.FromLastError($"open {Path}");
            descriptor.Dispose();
            throw failure;
        }

        return new NetworkNamespace(descriptor, original.Path, original.Id);
    });

    /// <summary>Runs code inside the namespace and waits for it.</summary>
    /// <typeparam name="TState">The type of the argument.</typeparam>
    /// <typeparam name="TResult">The type of the result.</typeparam>
    /// <param name="state">Handed to the code.</param>
    /// <param name="action">
    /// The code. It runs on a dedicated thread, and must not start threads, tasks, timers or anything else that may make the thread pool
    /// grow: a new thread is born in the namespace of its maker, and would stay there.
    /// </param>
    /// <returns>What the code returned.</returns>
    /// <exception cref="LinuxException">The namespace cannot be entered.</exception>
    /// <remarks>
    /// Exceptions of the code pass to the caller. Calls nest, and then need no change of thread: to visit many namespaces, run a loop inside
    /// one, and open each from there.
    /// </remarks>
    public TResult Run<TState, TResult>(TState state, Func<TState, TResult> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return NamespaceThread.Run(this, state, action);
    }

    /// <summary>Runs code inside the namespace and waits for it.</summary>
    /// <typeparam name="TResult">The type of the result.</typeparam>
    /// <param name="action">The code; see <see cref="Run{TState, TResult}(TState, Func{TState, TResult})"/> for what it must not do.</param>
    /// <returns>What the code returned.</returns>
    /// <exception cref="LinuxException">The namespace cannot be entered.</exception>
    public TResult Run<TResult>(Func<TResult> action) => Run(action, static action => action());

    /// <summary>Runs code inside the namespace and waits for it.</summary>
    /// <param name="action">The code; see <see cref="Run{TState, TResult}(TState, Func{TState, TResult})"/> for what it must not do.</param>
    /// <exception cref="LinuxException">The namespace cannot be entered.</exception>
    public void Run(Action action) => Run(action, static action =>
    {
        action();
        return true;
    });

    /// <summary>
    /// Makes a socket inside the namespace, to be used from anywhere. The socket is closed on exec; it does not keep this object in use.
    /// </summary>
    /// <param name="domain">The address family as the kernel numbers it (<c>AF_PACKET</c> is 17, <c>AF_NETLINK</c> 16).</param>
    /// <param name="type">The kernel's type, with flags if wanted (<c>SOCK_RAW</c> is 3).</param>
    /// <param name="protocol">The protocol.</param>
    /// <returns>The socket; the caller disposes it.</returns>
    /// <exception cref="LinuxException">The namespace cannot be entered, or the kernel refuses the socket.</exception>
    public SafeDescriptor CreateSocket(int domain, int type, int protocol) =>
        Run((domain, type, protocol), static request => OpenSocket(request.domain, request.type, request.protocol));

    /// <summary>Makes a .NET socket inside the namespace, to be used from anywhere.</summary>
    /// <param name="family">The address family.</param>
    /// <param name="type">The socket type.</param>
    /// <param name="protocol">The protocol.</param>
    /// <returns>The socket; the caller disposes it.</returns>
    /// <exception cref="LinuxException">The namespace cannot be entered.</exception>
    /// <exception cref="SocketException">The kernel refuses the socket.</exception>
    public Socket CreateSocket(AddressFamily family, SocketType type, ProtocolType protocol) =>
        Run((family, type, protocol), static request => new Socket(request.family, request.type, request.protocol));

    /// <summary>Closes the namespace's file.</summary>
    public void Dispose() => Descriptor.Dispose();

    /// <inheritdoc/>
    public override string ToString() => $"{Path} {Id}";

    /// <summary>Makes a socket in the namespace of the calling thread.</summary>
    internal static SafeDescriptor OpenSocket(int domain, int type, int protocol)
    {
        SafeDescriptor socket = Libc.Socket(domain, type | Constants.SocketCloseOnExec, protocol);
        if (socket.IsInvalid)
        {
            LinuxException failure = LinuxException.FromLastError($"socket({domain}, {type}, {protocol})");
            socket.Dispose();
            throw failure;
        }

        return socket;
    }

    private static NamespaceOpenStatus TryOpen(string path, out NetworkNamespace? result, out Errno errno)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        result = null;

        // Not blocking, since the path may be something else, such as a named pipe without a writer.
        SafeDescriptor descriptor = Libc.Open(path, Constants.OpenReadOnly | Constants.OpenCloseOnExec | Constants.SocketNonBlocking);
        if (descriptor.IsInvalid)
        {
            errno = (Errno)Marshal.GetLastPInvokeError();
            descriptor.Dispose();
            return LinuxException.ReasonOf(errno) == LinuxErrorReason.PermissionDenied
                ? NamespaceOpenStatus.PermissionDenied
                : NamespaceOpenStatus.NotFound;
        }

        if (Libc.IoControl(descriptor, Constants.IoctlNamespaceType, null) != Constants.CloneNewNet)
        {
            descriptor.Dispose();
            errno = Errno.None;
            return NamespaceOpenStatus.NotANamespace;
        }

        try
        {
            result = new NetworkNamespace(descriptor, path, Identify(descriptor, path));
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }

        errno = Errno.None;
        return NamespaceOpenStatus.Opened;
    }

    private static NamespaceId Identify(SafeDescriptor descriptor, string path)
    {
        byte* buffer = stackalloc byte[StatxSize];
        byte empty = 0;
        return Libc.Statx(descriptor, &empty, AtEmptyPath, StatxInode, buffer) == 0
            ? ReadIdentity(buffer)
            : throw LinuxException.FromLastError($"statx {path}");
    }

    /// <summary>The numbers in an answer of <c>statx</c>.</summary>
    internal static NamespaceId ReadIdentity(byte* buffer)
    {
        // statx has one layout on all architectures, unlike stat: stx_ino at 32, stx_dev_major at 136, stx_dev_minor at 140.
        ulong inode = *(ulong*)(buffer + 32);
        ulong major = *(uint*)(buffer + 136);
        ulong minor = *(uint*)(buffer + 140);

        // makedev of the C library, so that the number is the one of st_dev.
        ulong device = ((major & 0xfff) << 8) | ((major & ~0xffful) << 32) | (minor & 0xff) | ((minor & ~0xfful) << 12);
        return new NamespaceId(device, inode);
    }
}
