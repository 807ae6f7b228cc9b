namespace Skydive.Linux;

/// <summary>Why an operation on the kernel failed, for code to decide upon without reading text.</summary>
public enum LinuxErrorReason
{
    /// <summary>None of the others; look at the error number.</summary>
    Other,

    /// <summary>The process lacks a capability (EPERM, EACCES).</summary>
    PermissionDenied,

    /// <summary>The object (interface, process, file, route) does not exist (ENODEV, ENOENT, ESRCH, ENXIO).</summary>
    NotFound,

    /// <summary>The object exists already (EEXIST).</summary>
    AlreadyExists,

    /// <summary>The object is in use (EBUSY).</summary>
    Busy,

    /// <summary>The kernel refused an argument (EINVAL, ERANGE, EMSGSIZE).</summary>
    InvalidArgument,

    /// <summary>The kernel or the driver lacks this feature (EOPNOTSUPP, ENOSYS, ENOPROTOOPT, EPROTONOSUPPORT, EAFNOSUPPORT).</summary>
    NotSupported,

    /// <summary>Out of memory, descriptors, or watches (ENOMEM, EMFILE, ENFILE, ENOSPC).</summary>
    ResourceExhausted,

    /// <summary>The receive buffer overran and messages were lost (ENOBUFS).</summary>
    Overrun,

    /// <summary>The interface is down (ENETDOWN).</summary>
    InterfaceDown,

    /// <summary>The kernel's answer did not come in time.</summary>
    TimedOut,

    /// <summary>The kernel's answer cannot be understood.</summary>
    MalformedReply,

    /// <summary>The path names a file that is no network namespace (not mounted yet, or something else).</summary>
    NotANamespace,
}
