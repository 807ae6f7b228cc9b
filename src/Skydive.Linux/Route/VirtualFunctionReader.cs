using System.Runtime.InteropServices;
using Skydive.Linux.Netlink;

namespace Skydive.Linux.Route;

/// <summary>
/// Reads <c>IFLA_VFINFO_LIST</c>: an element for each function, with attributes that are structures, each of which begins with the number
/// of the function.
/// </summary>
internal static class VirtualFunctionReader
{
    private const int Element = 1; // IFLA_VF_INFO
    private const int AttributeAddress = 1; // IFLA_VF_MAC
    private const int AttributeVlan = 2; // IFLA_VF_VLAN
    private const int AttributeTransmitRate = 3; // IFLA_VF_TX_RATE
    private const int AttributeSpoofCheck = 4; // IFLA_VF_SPOOFCHK
    private const int AttributeLinkState = 5; // IFLA_VF_LINK_STATE
    private const int AttributeRate = 6; // IFLA_VF_RATE
    private const int AttributeTrust = 9; // IFLA_VF_TRUST
    private const int EthernetAddressLength = 6; // ETH_ALEN
    private const int InfiniBandAddressLength = 20; // INFINIBAND_ALEN

    internal static IReadOnlyList<VirtualFunction> Read(ref NetlinkAttributeReader attributes, HardwareType hardwareType)
    {
        // The address stands in a field of 32 bytes that does not tell its length.
        int addressLength = hardwareType == HardwareType.InfiniBand ? InfiniBandAddressLength : EthernetAddressLength;
        var result = new List<VirtualFunction>();
        NetlinkAttributeReader elements = attributes.ReadNested();
        while (elements.MoveNext())
        {
            if (elements.Type == Element)
            {
                NetlinkAttributeReader element = elements.ReadNested();
                result.Add(ReadElement(ref element, addressLength));
                elements.Absorb(element);
            }
        }

        attributes.Absorb(elements);
        return result.ToArray();
    }

    private static VirtualFunction ReadElement(ref NetlinkAttributeReader attributes, int addressLength)
    {
        var function = new VirtualFunction();
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case AttributeAddress when Has(ref attributes, sizeof(int) + addressLength):
                    function = function with
                    {
                        Id = Number(attributes.Value, 0),
                        Address = new HardwareAddress(attributes.Value.Slice(sizeof(int), addressLength)),
                    };
                    break;
                case AttributeVlan when Has(ref attributes, 3 * sizeof(int)):
                    function = function with { VlanId = Number(attributes.Value, 1), Qos = Number(attributes.Value, 2) };
                    break;
                case AttributeTransmitRate when Has(ref attributes, 2 * sizeof(int)):
                    // What kernels before 3.16 said; the newer attribute comes after it.
                    function = function with { MaximumTransmitRate = Number(attributes.Value, 1) };
                    break;
                case AttributeSpoofCheck when Has(ref attributes, 2 * sizeof(int)):
                    function = function with { IsSpoofChecked = Setting(attributes.Value) };
                    break;
                case AttributeLinkState when Has(ref attributes, 2 * sizeof(int)):
                    function = function with { LinkState = Number(attributes.Value, 1) };
                    break;
                case AttributeRate when Has(ref attributes, 3 * sizeof(int)):
                    function = function with
                    {
                        MinimumTransmitRate = Number(attributes.Value, 1),
                        MaximumTransmitRate = Number(attributes.Value, 2),
                    };
                    break;
                case AttributeTrust when Has(ref attributes, 2 * sizeof(int)):
                    function = function with { IsTrusted = Setting(attributes.Value) };
                    break;
            }
        }

        return function;
    }

    private static bool Has(ref NetlinkAttributeReader attributes, int size) =>
        attributes.Value.Length >= size || attributes.SetFault(NetlinkFault.ValueTooShort);

    private static int Number(ReadOnlySpan<byte> value, int place) => MemoryMarshal.Read<int>(value[(place * sizeof(int))..]);

    private static bool? Setting(ReadOnlySpan<byte> value) => Number(value, 1) switch
    {
        -1 => null,
        0 => false,
        _ => true,
    };
}
