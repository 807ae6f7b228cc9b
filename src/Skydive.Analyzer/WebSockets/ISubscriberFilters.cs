namespace Skydive.Analyzer.WebSockets;

/// <summary>Makes filters of subscribers from Gremlin texts.</summary>
internal interface ISubscriberFilters
{
    /// <summary>Compiles a filter.</summary>
    /// <param name="gremlin">The text.</param>
    /// <param name="host">Identity of the client, for the error.</param>
    /// <exception cref="FormatException">It is no Gremlin, or does not give a graph; the message is for the client.</exception>
    ISubscriberFilter Compile(string gremlin, string host);
}
