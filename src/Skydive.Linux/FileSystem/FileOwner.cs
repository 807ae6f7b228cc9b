using System.Runtime.InteropServices;
using Skydive.Linux.Interop;

namespace Skydive.Linux.FileSystem;

/// <summary>User and group of files.</summary>
public static unsafe class FileOwner
{
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const uint UserAndGroup = 0x18; // STATX_UID | STATX_GID
    private const int StatusBytes = 256; // sizeof(struct statx)
    private const int UserOffset = 20; // stx_uid
    private const int GroupOffset = 24; // stx_gid

    /// <summary>Gives a file the user and group of another. Source: <c>statx(2)</c>, <c>chown(2)</c>.</summary>
    /// <param name="source">The file whose user and group are taken.</param>
    /// <param name="target">The file that gets them.</param>
    /// <exception cref="LinuxException">A file is missing, or this process may not give files away (CAP_CHOWN).</exception>
    public static void Copy(string source, string target)
    {
        byte* status = stackalloc byte[StatusBytes];
        if (Libc.FileStatus(CurrentDirectory, source, 0, UserAndGroup, status) != 0)
        {
            throw new LinuxException($"statx {source}", (Errno)Marshal.GetLastPInvokeError());
        }

        if (Libc.ChangeOwner(target, *(uint*)(status + UserOffset), *(uint*)(status + GroupOffset)) != 0)
        {
            throw new LinuxException($"chown {target}", (Errno)Marshal.GetLastPInvokeError());
        }
    }
}
