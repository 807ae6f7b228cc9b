using Skydive.Graph;
using Skydive.Graph.Events;

namespace Skydive.Analyzer.WebSockets;

/// <summary>What a <see cref="SelectionRelay"/> passes on.</summary>
/// <param name="Commit">A commit; null for a mark, or when commits were lost.</param>
/// <param name="Before">The graph before it.</param>
/// <param name="Snapshot">The graph after it, or at the mark; null when commits were lost.</param>
internal sealed record SelectionChange(GraphCommit? Commit, GraphSnapshot? Before, GraphSnapshot? Snapshot);
