using System.Runtime.InteropServices;

namespace Skydive.Linux.Interop;

/// <summary>The calls of the C library that this project uses, each with its own signature; those that make descriptors wrap them.</summary>
internal static unsafe partial class Libc
{
    private const string Library = "libc";

    // Descriptors come back as int: taken as a handle of the machine's word size, -1 would not be told from 4,294,967,295.
    internal static SafeDescriptor Open(string path, int flags) => new(OpenCore(path, flags), ownsHandle: true);

    internal static SafeDescriptor Socket(int domain, int type, int protocol) => new(SocketCore(domain, type, protocol), ownsHandle: true);

    internal static SafeDescriptor EventDescriptor(uint initial, int flags) => new(EventDescriptorCore(initial, flags), ownsHandle: true);

    internal static SafeDescriptor EpollCreate(int flags) => new(EpollCreateCore(flags), ownsHandle: true);

    internal static SafeDescriptor InotifyInit(int flags) => new(InotifyInitCore(flags), ownsHandle: true);

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int descriptor);

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenCore(string path, int flags);

    /// <summary>Opens a path below a folder; -1 for an error. For the many short-lived descriptors of /proc, without an object for each.</summary>
    [LibraryImport(Library, EntryPoint = "openat", SetLastError = true)]
    internal static partial int OpenAt(SafeDescriptor directory, byte* path, int flags);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(int descriptor, byte* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "getdents64", SetLastError = true)]
    internal static partial nint ReadDirectory(int descriptor, byte* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "readlinkat", SetLastError = true)]
    internal static partial nint ReadLinkAt(int directory, byte* path, byte* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "readlinkat", SetLastError = true)]
    internal static partial nint ReadLinkAt(SafeDescriptor directory, byte* path, byte* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(SafeDescriptor descriptor, byte* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    internal static partial nint Write(SafeDescriptor descriptor, byte* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "socket", SetLastError = true)]
    private static partial int SocketCore(int domain, int type, int protocol);

    [LibraryImport(Library, EntryPoint = "bind", SetLastError = true)]
    internal static partial int Bind(SafeDescriptor socket, void* address, uint length);

    [LibraryImport(Library, EntryPoint = "getsockname", SetLastError = true)]
    internal static partial int GetSocketName(SafeDescriptor socket, void* address, uint* length);

    [LibraryImport(Library, EntryPoint = "setsockopt", SetLastError = true)]
    internal static partial int SetSocketOption(SafeDescriptor socket, int level, int name, void* value, uint length);

    [LibraryImport(Library, EntryPoint = "getsockopt", SetLastError = true)]
    internal static partial int GetSocketOption(SafeDescriptor socket, int level, int name, void* value, uint* length);

    [LibraryImport(Library, EntryPoint = "sendto", SetLastError = true)]
    internal static partial nint SendTo(SafeDescriptor socket, byte* buffer, nuint length, int flags, void* address, uint addressLength);

    [LibraryImport(Library, EntryPoint = "sendmmsg", SetLastError = true)]
    internal static partial int SendMultiple(SafeDescriptor socket, MultiMessageHeader* messages, uint count, int flags);

    [LibraryImport(Library, EntryPoint = "recvmsg", SetLastError = true)]
    internal static partial nint ReceiveMessage(SafeDescriptor socket, MessageHeader* message, int flags);

    [LibraryImport(Library, EntryPoint = "poll", SetLastError = true)]
    internal static partial int Poll(PollDescriptor* descriptors, nuint count, int timeoutMilliseconds);

    [LibraryImport(Library, EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventDescriptorCore(uint initial, int flags);

    [LibraryImport(Library, EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int EpollCreateCore(int flags);

    [LibraryImport(Library, EntryPoint = "epoll_ctl", SetLastError = true)]
    internal static partial int EpollControl(SafeDescriptor epoll, int operation, SafeDescriptor descriptor, byte* epollEvent);

    [LibraryImport(Library, EntryPoint = "epoll_wait", SetLastError = true)]
    internal static partial int EpollWait(SafeDescriptor epoll, byte* events, int maximum, int timeoutMilliseconds);

    [LibraryImport(Library, EntryPoint = "setns", SetLastError = true)]
    internal static partial int SetNamespace(int descriptor, int type);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true)]
    internal static partial int Statx(SafeDescriptor directory, byte* path, int flags, uint mask, byte* buffer);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int StatxPath(int directory, string path, int flags, uint mask, byte* buffer);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int IoControl(SafeDescriptor descriptor, nuint request, void* argument);

    [LibraryImport(Library, EntryPoint = "mmap", SetLastError = true)]
    internal static partial nint MemoryMap(nint address, nuint length, int protection, int flags, SafeDescriptor descriptor, nint offset);

    [LibraryImport(Library, EntryPoint = "munmap", SetLastError = true)]
    internal static partial int MemoryUnmap(nint address, nuint length);

    [LibraryImport(Library, EntryPoint = "inotify_init1", SetLastError = true)]
    private static partial int InotifyInitCore(int flags);

    [LibraryImport(Library, EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int InotifyAddWatch(SafeDescriptor inotify, string path, uint mask);

    [LibraryImport(Library, EntryPoint = "inotify_rm_watch", SetLastError = true)]
    internal static partial int InotifyRemoveWatch(SafeDescriptor inotify, int watch);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint SystemCall(nint number, nint first, nint second, nint third);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint SystemCall(nint number, nint first, nint second, nint third, nint fourth);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int FileStatus(int directory, string path, int flags, uint mask, byte* status);

    [LibraryImport(Library, EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport(Library, EntryPoint = "if_indextoname", SetLastError = true)]
    internal static partial nint InterfaceName(uint index, byte* name);

    [LibraryImport(Library, EntryPoint = "capget", SetLastError = true)]
    internal static partial int CapabilityGet(uint* header, uint* data);
}
