using System.Net.WebSockets;
using Skydive.Client.Http;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Topology;

namespace Skydive.Client.Streams;

/// <summary>Brings a graph into that of an analyzer, where it stays.</summary>
public static class TopologyPublisher
{
    private const string ClientType = "import";

    /// <summary>
    /// Puts nodes and edges in the place of those that were published under the same name before, in one revision. The analyzer keeps them until
    /// others are published under the name, and passes over what is no proper node or edge.
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="name">The name, of ASCII letters, digits, dots, hyphens and underscores.</param>
    /// <param name="graph">The nodes and edges; none to remove what was published.</param>
    /// <param name="cancellationToken">Gives up; the graph may be published all the same.</param>
    /// <returns>Origin that the analyzer gave the elements, by which queries find them: <c>G.V().Has('@Origin', …)</c>.</returns>
    /// <exception cref="ArgumentException">The name has other characters, or none.</exception>
    /// <exception cref="Errors.SkydiveApiException">The analyzer refuses; 409 when somebody publishes under the name right now.</exception>
    public static async Task<string> PublishTopologyAsync(this SkydiveClient client, string name, SubGraph graph, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(graph);
        if (string.IsNullOrEmpty(name) || WebSocketConnector.AsciiName(name) != name)
        {
            throw new ArgumentException($"'{name}' is no name to publish under: ASCII letters, digits, dots, hyphens and underscores make one", nameof(name));
        }

        using var socket = new ClientWebSocket();
        try
        {
            socket.Options.SetRequestHeader(WebSocketHeaders.PersistencePolicy, "Persistent");
            await WebSocketConnector.ConnectAsync(client, socket, "ws/publisher", ClientType, name, cancellationToken).ConfigureAwait(false);
            using var deadline = new Deadline(client.Options.OperationTimeout, cancellationToken);
            var message = MessageWriter.WriteSync(MessageTypes.Sync, Guid.NewGuid().ToString(), graph.Nodes, graph.Edges);
            await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, deadline.Token).ConfigureAwait(false);

            // The analyzer answers the close when it has read all that came before.
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, deadline.Token).ConfigureAwait(false);
            return $"{ClientType}.{name}";
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && WebSocketConnector.Translate(client, exception, socket) is { } failure)
        {
            throw failure;
        }
    }
}
