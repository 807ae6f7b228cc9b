using System.Globalization;

namespace Skydive.Gremlin.Tests.Fakes;

/// <summary>Knows one kind of expression: <c>first NUMBER</c>, a packet's first byte.</summary>
internal sealed class FakePacketFilters : IPacketFilterCompiler
{
    public Predicate<ReadOnlyMemory<byte>> Compile(string expression, int linkType)
    {
        string[] parts = expression.Split(' ');
        if (parts is not ["first", var number])
        {
            throw new ArgumentException("syntax error in filter expression");
        }

        byte first = byte.Parse(number, CultureInfo.InvariantCulture);
        return packet => packet.Span[0] == first;
    }
}
