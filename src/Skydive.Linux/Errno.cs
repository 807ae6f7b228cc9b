namespace Skydive.Linux;

/// <summary>
/// Error numbers of the kernel that this library acts upon. Values not named here are valid too: cast from the number.
/// Source: <c>asm-generic/errno-base.h</c> and <c>asm-generic/errno.h</c> (x86, arm, riscv, s390, ppc share these values).
/// </summary>
public enum Errno
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>Operation not permitted.</summary>
    NotPermitted = 1, // EPERM

    /// <summary>No such file or directory.</summary>
    NoEntry = 2, // ENOENT

    /// <summary>No such process.</summary>
    NoProcess = 3, // ESRCH

    /// <summary>Interrupted by a signal.</summary>
    Interrupted = 4, // EINTR

    /// <summary>Input or output error.</summary>
    InputOutput = 5, // EIO

    /// <summary>No such device or address.</summary>
    NoAddress = 6, // ENXIO

    /// <summary>Bad file descriptor.</summary>
    BadDescriptor = 9, // EBADF

    /// <summary>Nothing to read at the moment.</summary>
    TryAgain = 11, // EAGAIN

    /// <summary>Out of memory.</summary>
    NoMemory = 12, // ENOMEM

    /// <summary>Permission denied.</summary>
    AccessDenied = 13, // EACCES

    /// <summary>Device or resource busy.</summary>
    Busy = 16, // EBUSY

    /// <summary>The object exists already.</summary>
    Exists = 17, // EEXIST

    /// <summary>No such device.</summary>
    NoDevice = 19, // ENODEV

    /// <summary>Not a directory.</summary>
    NotDirectory = 20, // ENOTDIR

    /// <summary>Invalid argument.</summary>
    InvalidArgument = 22, // EINVAL

    /// <summary>The system's table of open files is full.</summary>
    SystemFilesExhausted = 23, // ENFILE

    /// <summary>The process has too many open files.</summary>
    ProcessFilesExhausted = 24, // EMFILE

    /// <summary>No space left (inotify: the limit of watches is reached).</summary>
    NoSpace = 28, // ENOSPC

    /// <summary>Numerical result out of range.</summary>
    OutOfRange = 34, // ERANGE

    /// <summary>The kernel lacks this system call.</summary>
    NoSystemCall = 38, // ENOSYS

    /// <summary>Message too long.</summary>
    MessageTooLong = 90, // EMSGSIZE

    /// <summary>The option is unknown at this level.</summary>
    NoProtocolOption = 92, // ENOPROTOOPT

    /// <summary>The protocol is not supported.</summary>
    ProtocolNotSupported = 93, // EPROTONOSUPPORT

    /// <summary>The operation is not supported.</summary>
    NotSupported = 95, // EOPNOTSUPP

    /// <summary>The address family is not supported.</summary>
    FamilyNotSupported = 97, // EAFNOSUPPORT

    /// <summary>The interface is down.</summary>
    NetworkDown = 100, // ENETDOWN

    /// <summary>The receive buffer overran; messages were lost.</summary>
    NoBufferSpace = 105, // ENOBUFS

    /// <summary>Timed out.</summary>
    TimedOut = 110, // ETIMEDOUT
}
