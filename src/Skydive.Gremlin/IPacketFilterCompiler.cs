namespace Skydive.Gremlin;

/// <summary>Makes filters of packets from expressions of <c>pcap-filter(7)</c>. Safe for use by several threads at once.</summary>
public interface IPacketFilterCompiler
{
    /// <summary>Compiles an expression.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="linkType">What the packets begin with, as pcap numbers it: 1 for Ethernet.</param>
    /// <returns>Whether a packet matches.</returns>
    /// <exception cref="ArgumentException">The expression is not valid; the message says why.</exception>
    Predicate<ReadOnlyMemory<byte>> Compile(string expression, int linkType);
}
