using Skydive.Contracts.Injections;
using Skydive.Contracts.Topology;

namespace Skydive.Analyzer.Injections;

/// <summary>What one node is to send.</summary>
/// <param name="Source">The node.</param>
/// <param name="Injection">The packets, with all addresses, ports and identifiers.</param>
internal sealed record ResolvedInjection(Node Source, Injection Injection);
