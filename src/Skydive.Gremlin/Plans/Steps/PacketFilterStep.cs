using Skydive.Contracts.Flows;
using Skydive.Gremlin.Execution;
using Skydive.Gremlin.Syntax;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>BPF: the packets that an expression of pcap-filter(7) matches. Flows that have none left are left out.</summary>
/// <param name="Expression">The expression.</param>
/// <param name="Span">Where it stands in the query.</param>
internal sealed record PacketFilterStep(string Expression, SourceSpan Span) : SynchronousStep
{
    private const int Ethernet = 1;

    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.RawPackets;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context)
    {
        if (context.Source.PacketFilters is not { } compiler)
        {
            throw Diagnostics.Error(context.Text, GremlinErrorReason.InvalidStep, Span, "packets cannot be filtered here: there is no compiler for expressions");
        }

        // A program fits one link type. That of Ethernet is made at once, so that a wrong expression is told even where there is no packet.
        var filters = new Dictionary<int, Predicate<ReadOnlyMemory<byte>>> { [Ethernet] = Compile(compiler, Ethernet, context) };
        var packets = (RawPacketTraversal)input;
        return packets.With(Filter(packets.Groups, compiler, filters, context));
    }

    /// <inheritdoc/>
    protected override string Describe() => $"BPF({Expression})";

    private IEnumerable<GremlinGroup<RawPacket>> Filter(
        IEnumerable<GremlinGroup<RawPacket>> groups, IPacketFilterCompiler compiler, Dictionary<int, Predicate<ReadOnlyMemory<byte>>> filters, QueryContext context)
    {
        foreach (var group in groups)
        {
            var matching = new List<RawPacket>();
            foreach (var packet in group.Items)
            {
                context.Budget.Visit();
                if (!filters.TryGetValue(packet.LinkType, out var filter))
                {
                    filters.Add(packet.LinkType, filter = Compile(compiler, packet.LinkType, context));
                }

                if (filter(packet.Data))
                {
                    matching.Add(packet);
                }
            }

            if (matching.Count > 0)
            {
                yield return group with { Items = matching };
            }
        }
    }

    private Predicate<ReadOnlyMemory<byte>> Compile(IPacketFilterCompiler compiler, int linkType, QueryContext context)
    {
        try
        {
            return compiler.Compile(Expression, linkType);
        }
        catch (ArgumentException e)
        {
            throw Diagnostics.Error(
                context.Text, GremlinErrorReason.InvalidArgument, Span, $"argument of 'BPF': {Diagnostics.Excerpt(e.Message, new(0, e.Message.Length), 300)}");
        }
    }
}
