using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace Skydive.Linux.Sockets;

/// <summary>
/// An IP address with a port, small enough to be a key of millions: an IPv4 address is kept as the IPv6 address that stands for it
/// (<c>::ffff:a.b.c.d</c>, RFC 4291, section 2.5.5.2), so that an IPv6 socket that speaks IPv4 is what the packets say.
/// </summary>
/// <param name="Address">The address, its first byte the most significant.</param>
/// <param name="Port">The port.</param>
public readonly record struct InternetEndPoint(UInt128 Address, ushort Port)
{
    private static readonly UInt128 s_mappedPrefix = new(0, 0xffff_0000_0000);

    /// <summary>Makes an end point of an address of either family.</summary>
    /// <param name="address">The address.</param>
    /// <param name="port">The port.</param>
    public InternetEndPoint(IPAddress address, int port)
        : this(Pack(address), checked((ushort)port))
    {
    }

    /// <summary>Whether the address is one of IPv4.</summary>
    public bool IsIPv4 => (Address >> 32) == (s_mappedPrefix >> 32);

    /// <summary>Whether the address is the one that stands for all of the host's (<c>0.0.0.0</c> or <c>::</c>).</summary>
    public bool IsAnyAddress => Address == UInt128.Zero || Address == s_mappedPrefix;

    /// <summary>Reads an address of 4 or 16 bytes.</summary>
    /// <param name="address">The bytes in network order.</param>
    /// <param name="port">The port.</param>
    /// <returns>The end point.</returns>
    /// <exception cref="ArgumentException">There are neither 4 nor 16 bytes.</exception>
    public static InternetEndPoint Read(ReadOnlySpan<byte> address, ushort port) => address.Length switch
    {
        4 => new(s_mappedPrefix | BinaryPrimitives.ReadUInt32BigEndian(address), port),
        16 => new(BinaryPrimitives.ReadUInt128BigEndian(address), port),
        _ => throw new ArgumentException("An address has 4 or 16 bytes.", nameof(address)),
    };

    /// <summary>The address: of IPv4 when it is one, else of IPv6.</summary>
    /// <returns>The address.</returns>
    public IPAddress ToAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Address);
        return new IPAddress(IsIPv4 ? bytes[12..] : bytes);
    }

    /// <summary>The usual text, such as <c>192.0.2.1:80</c> or <c>[2001:db8::1]:80</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => IsIPv4
        ? string.Create(CultureInfo.InvariantCulture, $"{ToAddress()}:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"[{ToAddress()}]:{Port}");

    private static UInt128 Pack(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        return Read(bytes[..length], 0).Address;
    }
}
