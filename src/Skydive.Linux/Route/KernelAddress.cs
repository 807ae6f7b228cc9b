using System.Net;

namespace Skydive.Linux.Route;

/// <summary>IP addresses as the kernel sends them: 4 or 16 bytes, big-endian.</summary>
internal static class KernelAddress
{
    /// <summary>The address; null for lengths that are none.</summary>
    internal static IPAddress? Read(ReadOnlySpan<byte> value) => value.Length is 4 or 16 ? new IPAddress(value) : null;

    /// <summary>The address; null for lengths that are none, and for the address of zeros that stands for none.</summary>
    internal static IPAddress? ReadSpecified(ReadOnlySpan<byte> value) => value.ContainsAnyExcept((byte)0) ? Read(value) : null;

    /// <summary>Reads <c>struct rtvia</c>: the family in 2 bytes, then the address.</summary>
    internal static IPAddress? ReadVia(ReadOnlySpan<byte> value) => value.Length > 2 ? Read(value[2..]) : null;
}
