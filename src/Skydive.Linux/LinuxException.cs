using System.Runtime.InteropServices;

namespace Skydive.Linux;

/// <summary>
/// An operation on the kernel failed. The message says what was attempted, upon what, and the kernel's answer.
/// </summary>
public class LinuxException : Exception
{
    /// <summary>Makes an exception from an error number; the reason follows from the number.</summary>
    /// <param name="operation">What was attempted, such as <c>open /run/netns/vm1</c>.</param>
    /// <param name="errno">The error number.</param>
    public LinuxException(string operation, Errno errno)
        : this(operation, errno, ReasonOf(errno), detail: null)
    {
    }

    /// <summary>Makes an exception with an explicit reason.</summary>
    /// <param name="operation">What was attempted.</param>
    /// <param name="errno">The error number; <see cref="Errno.None"/> when the failure is not one of the kernel's.</param>
    /// <param name="reason">Why it failed.</param>
    /// <param name="detail">A further explanation or a remedy, or null.</param>
    public LinuxException(string operation, Errno errno, LinuxErrorReason reason, string? detail)
        : base(Describe(operation, errno, detail))
    {
        Operation = operation;
        Errno = errno;
        Reason = reason;
    }

    /// <summary>What was attempted.</summary>
    public string Operation { get; }

    /// <summary>The kernel's error number, <see cref="Errno.None"/> when the failure is not one of the kernel's.</summary>
    public Errno Errno { get; }

    /// <summary>Why it failed.</summary>
    public LinuxErrorReason Reason { get; }

    /// <summary>The reason that goes with an error number.</summary>
    /// <param name="errno">The error number.</param>
    /// <returns>The reason; <see cref="LinuxErrorReason.Other"/> when the number has no class of its own.</returns>
    public static LinuxErrorReason ReasonOf(Errno errno) => errno switch
    {
        Errno.NotPermitted or Errno.AccessDenied => LinuxErrorReason.PermissionDenied,
        Errno.NoEntry or Errno.NoProcess or Errno.NoDevice or Errno.NoAddress or Errno.NotDirectory => LinuxErrorReason.NotFound,
        Errno.Exists => LinuxErrorReason.AlreadyExists,
        Errno.Busy => LinuxErrorReason.Busy,
        Errno.InvalidArgument or Errno.OutOfRange or Errno.MessageTooLong => LinuxErrorReason.InvalidArgument,
        Errno.NotSupported or Errno.NoSystemCall or Errno.NoProtocolOption or Errno.ProtocolNotSupported or Errno.FamilyNotSupported
            => LinuxErrorReason.NotSupported,
        Errno.NoMemory or Errno.ProcessFilesExhausted or Errno.SystemFilesExhausted or Errno.NoSpace
            => LinuxErrorReason.ResourceExhausted,
        Errno.NoBufferSpace => LinuxErrorReason.Overrun,
        Errno.NetworkDown => LinuxErrorReason.InterfaceDown,
        Errno.TimedOut => LinuxErrorReason.TimedOut,
        _ => LinuxErrorReason.Other,
    };

    /// <summary>The exception for the last failed call of this thread.</summary>
    internal static LinuxException FromLastError(string operation) => new(operation, (Errno)Marshal.GetLastPInvokeError());

    private static string Describe(string operation, Errno errno, string? detail)
    {
        string text = errno == Errno.None
            ? $"{operation} failed"
            : $"{operation}: {Marshal.GetPInvokeErrorMessage((int)errno)} (errno {(int)errno})";
        return detail is null ? text : $"{text}: {detail}";
    }
}
