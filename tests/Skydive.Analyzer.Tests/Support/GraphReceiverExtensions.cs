using Skydive.Analyzer.Hub;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Topology;
using Skydive.Graph.Events;

namespace Skydive.Analyzer.Tests.Support;

/// <summary>Short forms for what comes in one message.</summary>
internal static class GraphReceiverExtensions
{
    public static void Apply(this GraphReceiver receiver, GraphEventKind kind, GraphElement element) => receiver.Apply(
        [new GraphMessage { Namespace = MessageNamespaces.Graph, Type = MessageKinds.TypeOf(kind), UUID = "u", Status = 200, Element = element }]);
}
