namespace Skydive.Analyzer.WebSockets;

/// <summary>A message to subscribers that is no change of the graph.</summary>
/// <param name="Namespace">What it is about.</param>
/// <param name="Message">The message.</param>
internal sealed record Notice(string Namespace, ReadOnlyMemory<byte> Message);
