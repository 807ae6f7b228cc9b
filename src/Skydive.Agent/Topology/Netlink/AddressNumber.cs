using System.Buffers.Binary;
using System.Net;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>IP addresses as numbers: fast to compare, in the order of their bytes.</summary>
internal static class AddressNumber
{
    public static UInt128 Of(IPAddress? address)
    {
        if (address is null)
        {
            return 0;
        }

        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        address.TryWriteBytes(bytes, out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
