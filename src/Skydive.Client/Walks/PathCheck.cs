using System.Globalization;
using System.Text.RegularExpressions;
using Skydive.Client.Gremlin;
using Skydive.Client.Selection;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;

namespace Skydive.Client.Walks;

/// <summary>Looks whether a path is as it has to be.</summary>
public static class PathCheck
{
    // Interfaces without carrier detection, such as loopback and tunnels, are UNKNOWN when they work.
    private static readonly string[] s_goodStates = ["UP", "UNKNOWN"];
    private static readonly string[] s_dropCounters = ["RxDropped", "TxDropped", "RxErrors", "TxErrors"];

    /// <summary>Looks at what the nodes of a path say of themselves: that they are up, and what is required.</summary>
    /// <param name="path">The path.</param>
    /// <param name="requirements">What it has to be like.</param>
    /// <returns>What is not; none when all is well.</returns>
    public static IReadOnlyList<PathProblem> Check(NodePath path, PathRequirements requirements)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(requirements);
        var problems = new List<PathProblem>();
        int hops = path.Nodes.Count - 1;
        if (hops > requirements.MaxHops)
        {
            problems.Add(new("Hops", null, $"the path has {hops} hops, at most {requirements.MaxHops} are allowed: {Names(path.Nodes)}"));
        }

        foreach (var node in path.Nodes)
        {
            if (node.GetText("State") is { Length: > 0 } state && !s_goodStates.Contains(state))
            {
                problems.Add(new("State", node.Name, $"{Describe(node)} is {state}"));
            }

            if (MtuOf(node) < requirements.MinimumMtu)
            {
                problems.Add(new("Mtu", node.Name, $"{Describe(node)} has MTU {MtuOf(node)}, at least {requirements.MinimumMtu} is needed"));
            }
        }

        var mtus = path.Nodes.Where(static node => MtuOf(node) is not null).GroupBy(static node => MtuOf(node)!.Value).OrderBy(static group => group.Key).ToList();
        if (requirements.SameMtu && mtus.Count > 1)
        {
            string found = string.Join("; ", mtus.Select(static group => string.Create(CultureInfo.InvariantCulture, $"{group.Key} at {string.Join(", ", group.Select(static node => node.Name))}")));
            problems.Add(new("Mtu", null, $"interfaces on the path have different MTUs: {found}"));
        }

        foreach (string pattern in requirements.Through)
        {
            var expression = new Regex($"^({Wildcard.ToRegex(pattern)})$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            if (!path.Nodes.Any(node => expression.IsMatch(node.Name)))
            {
                problems.Add(new("Through", null, $"the path does not lead through {pattern}: {Names(path.Nodes)}"));
            }
        }

        return problems;
    }

    /// <summary>Looks at a path as <see cref="Check"/> does, and asks the service for the packets that were dropped on it.</summary>
    /// <param name="client">The client to ask by.</param>
    /// <param name="path">The path.</param>
    /// <param name="requirements">What it has to be like.</param>
    /// <param name="at">The time to look at; null for now.</param>
    /// <param name="asking">Told each query before it is sent; null when nobody wants to know.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What is not; none when all is well.</returns>
    public static async Task<IReadOnlyList<PathProblem>> CheckPathAsync(
        this SkydiveClient client, NodePath path, PathRequirements requirements, DateTimeOffset? at, Action<string>? asking, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        var problems = Check(path, requirements);
        if (requirements.NoDropsWithin is not { } span)
        {
            return problems;
        }

        string query = NodeSelector.FromIds([.. path.Nodes.Select(static node => node.Id)]).At(at, span).Step("Metrics").ToString();
        asking?.Invoke(query);
        var drops = new Dictionary<string, Dictionary<string, long>>(StringComparer.Ordinal);
        await foreach (var item in client.QueryAsync(query, cancellationToken).ConfigureAwait(false))
        {
            foreach (var (id, sample) in item.ReadEntries())
            {
                Add(drops, id, sample);
            }
        }

        return
        [
            .. problems,
            .. path.Nodes.Where(node => drops.ContainsKey(node.Id)).Select(node => new PathProblem(
                "Drops", node.Name, $"{Describe(node)}: {string.Join(", ", drops[node.Id].Select(static pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Value} {pair.Key}")))} since {Ago(span)} ago")),
        ];
    }

    private static void Add(Dictionary<string, Dictionary<string, long>> drops, string id, MetadataMap sample)
    {
        foreach (string counter in s_dropCounters)
        {
            if (sample[counter].TryGetInteger(out long count) && count > 0)
            {
                var ofNode = drops.TryGetValue(id, out var known) ? known : drops[id] = new(StringComparer.Ordinal);
                ofNode[counter] = ofNode.GetValueOrDefault(counter) + count;
            }
        }
    }

    private static long? MtuOf(Node node) => node.Metadata["MTU"].TryGetInteger(out long mtu) && mtu > 0 ? mtu : null;

    private static string Describe(Node node) => $"{(node.Name.Length > 0 ? node.Name : node.Id)} ({node.Type} of {node.Host})";

    private static string Names(IEnumerable<Node> nodes) => string.Join(" ▸ ", nodes.Select(static node => node.Name.Length > 0 ? node.Name : node.Id));

    private static string Ago(TimeSpan span) => span.TotalMinutes >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0.#} min") : string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.#} s");
}
