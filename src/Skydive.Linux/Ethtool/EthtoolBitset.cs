using System.Runtime.InteropServices;
using Skydive.Linux.Netlink;

namespace Skydive.Linux.Ethtool;

/// <summary>
/// Reads a bitset (<c>ETHTOOL_A_BITSET_*</c>): as words of 32 bits when it is compact, else as a list of the bits that are set or, when the
/// list has a mask, of all bits that matter, with a mark on those that are set.
/// </summary>
internal static class EthtoolBitset
{
    private const int AttributeNoMask = 1; // ETHTOOL_A_BITSET_NOMASK
    private const int AttributeBits = 3; // ETHTOOL_A_BITSET_BITS
    private const int AttributeValue = 4; // ETHTOOL_A_BITSET_VALUE
    private const int BitIndex = 1; // ETHTOOL_A_BITSET_BIT_INDEX
    private const int BitValue = 3; // ETHTOOL_A_BITSET_BIT_VALUE
    private const int WordBits = 32;

    /// <summary>The words that hold the largest set.</summary>
    internal const int MaximumWords = EthtoolConstants.MaximumBits / WordBits;

    /// <summary>Reads the values of a bitset.</summary>
    /// <param name="attributes">Stands at the bitset.</param>
    /// <param name="words">Receives the bits, the first in the lowest; those that the set does not have are zero.</param>
    internal static void Read(ref NetlinkAttributeReader attributes, scoped Span<uint> words)
    {
        words.Clear();
        bool isList = false;
        NetlinkAttributeReader bitset = attributes.ReadNested();
        while (bitset.MoveNext())
        {
            switch (bitset.Type)
            {
                case AttributeNoMask:
                    isList = true;
                    break;
                case AttributeValue:
                    ReadOnlySpan<uint> values = MemoryMarshal.Cast<byte, uint>(bitset.Value);
                    if (values.Length > words.Length)
                    {
                        bitset.SetFault(NetlinkFault.LengthBeyondEnd);
                        break;
                    }

                    values.CopyTo(words);
                    break;
                case AttributeBits:
                    ReadBits(ref bitset, isList, words);
                    break;
            }
        }

        attributes.Absorb(bitset);
    }

    private static void ReadBits(ref NetlinkAttributeReader bitset, bool isList, scoped Span<uint> words)
    {
        NetlinkAttributeReader bits = bitset.ReadNested();
        while (bits.MoveNext())
        {
            uint index = uint.MaxValue;
            bool isSet = isList;
            NetlinkAttributeReader bit = bits.ReadNested();
            while (bit.MoveNext())
            {
                switch (bit.Type)
                {
                    case BitIndex:
                        index = bit.ReadUInt32();
                        break;
                    case BitValue:
                        isSet = true;
                        break;
                }
            }

            bits.Absorb(bit);
            if (isSet && index < (uint)(words.Length * WordBits))
            {
                words[(int)(index / WordBits)] |= 1u << (int)(index % WordBits);
            }
        }

        bitset.Absorb(bits);
    }
}
