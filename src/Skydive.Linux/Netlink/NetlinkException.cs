using System.Globalization;

namespace Skydive.Linux.Netlink;

/// <summary>A netlink request failed: refused by the kernel, or answered with something that cannot be understood.</summary>
public sealed class NetlinkException : LinuxException
{
    /// <summary>Makes an exception for a refusal of the kernel.</summary>
    /// <param name="operation">What was asked, such as <c>RTM_GETLINK dump</c>.</param>
    /// <param name="errno">The kernel's error number.</param>
    /// <param name="kernelMessage">The kernel's own explanation (extended acknowledgement), or null.</param>
    /// <param name="attributeOffset">Where in the request the offending attribute starts, or null.</param>
    /// <param name="sequence">The sequence number of the request.</param>
    public NetlinkException(string operation, Errno errno, string? kernelMessage, int? attributeOffset, uint sequence)
        : this(operation, errno, ReasonOf(errno), kernelMessage, attributeOffset, sequence)
    {
    }

    /// <summary>Makes an exception with an explicit reason.</summary>
    /// <param name="operation">What was asked.</param>
    /// <param name="errno">The error number, <see cref="Errno.None"/> when the failure is not one of the kernel's.</param>
    /// <param name="reason">Why it failed.</param>
    /// <param name="kernelMessage">An explanation, or null.</param>
    /// <param name="attributeOffset">Where in the request the offending attribute starts, or null.</param>
    /// <param name="sequence">The sequence number of the request.</param>
    public NetlinkException(
        string operation, Errno errno, LinuxErrorReason reason, string? kernelMessage, int? attributeOffset, uint sequence)
        : base(operation, errno, reason, Detail(kernelMessage, attributeOffset))
    {
        KernelMessage = kernelMessage;
        AttributeOffset = attributeOffset;
        Sequence = sequence;
    }

    /// <summary>The kernel's own explanation, such as <c>Device does not exist</c>; null when it gave none.</summary>
    public string? KernelMessage { get; }

    /// <summary>Offset in bytes of the offending attribute in the request; null when the kernel named none.</summary>
    public int? AttributeOffset { get; }

    /// <summary>The sequence number of the request.</summary>
    public uint Sequence { get; }

    private static string? Detail(string? kernelMessage, int? attributeOffset) => attributeOffset is null
        ? kernelMessage
        : string.Create(CultureInfo.InvariantCulture, $"{kernelMessage ?? "bad attribute"} (attribute at byte {attributeOffset})");
}
