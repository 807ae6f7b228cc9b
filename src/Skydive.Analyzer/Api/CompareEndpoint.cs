using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Skydive.Analyzer.History;
using Skydive.Analyzer.Queries;
using Skydive.Contracts;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Gremlin;
using Skydive.Storage;

namespace Skydive.Analyzer.Api;

/// <summary><c>/api/topology/compare</c>: what is not the same at two times.</summary>
internal sealed class CompareEndpoint(AnalyzerRuntime analyzer)
{
    /// <summary>POST: compares.</summary>
    public async Task PostAsync(HttpContext context)
    {
        var request = await JsonSerializer.DeserializeAsync(context.Request.Body, ContractsJsonContext.Default.CompareRequest, context.RequestAborted).ConfigureAwait(false)
            ?? throw new JsonException("null where an object with From is expected");
        var now = analyzer.Time.GetUtcNow();
        long from = ReadTime("From", request.From, now);
        long to = request.To.IsNull ? now.ToUnixTimeMilliseconds() : ReadTime("To", request.To, now);
        await analyzer.FlushHistoryAsync(context.RequestAborted).ConfigureAwait(false);
        var found = await analyzer.Store.GetDifferencesAsync(from, to, context.RequestAborted).ConfigureAwait(false);
        var selected = string.IsNullOrEmpty(request.GremlinQuery)
            ? null
            : await SelectAsync(request.GremlinQuery, from, to, context.RequestAborted).ConfigureAwait(false);
        var fields = new FieldDifferences(request.Ignore ?? [], request.Counters);
        var reply = new CompareReply
        {
            From = from,
            To = to,
            Nodes = Collect<Node, NodeDifference>(
                found, selected, fields, static (kind, before, after, changed) => new() { Kind = kind, Before = before, After = after, Fields = changed }),
            Edges = Collect<Edge, EdgeDifference>(
                found, selected, fields, static (kind, before, after, changed) => new() { Kind = kind, Before = before, After = after, Fields = changed }),
        };
        context.Response.ContentType = "application/json; charset=UTF-8";
        await JsonSerializer.SerializeAsync(context.Response.Body, reply, ContractsJsonContext.Default.CompareReply, context.RequestAborted).ConfigureAwait(false);
    }

    private static long ReadTime(string name, MetadataValue value, DateTimeOffset now) => GremlinEngine.ParseTime(value, now)
        ?? throw new BadHttpRequestException(
            value.IsNull
                ? $"{name} is missing: give a time, such as \"-5m\""
                : $"{name} is '{value}', which is no time: give a duration from now (\"-5m\"), an RFC 3339 time, or seconds or milliseconds since 1970");

    private static IReadOnlyList<TDifference> Collect<TElement, TDifference>(
        IEnumerable<ElementDifference> found,
        HashSet<string>? selected,
        FieldDifferences fields,
        Func<DifferenceKind, TElement?, TElement?, IReadOnlyList<FieldDifference>, TDifference> make)
        where TElement : GraphElement =>
        [.. found.Where(static difference => (difference.Before ?? difference.After) is TElement)
            .Select(difference => (difference, Description: Describe(difference, selected, fields)))
            .Where(static entry => entry.Description is not null)
            .Select(entry => make(
                entry.Description!.Value.Kind, (TElement?)entry.difference.Before, (TElement?)entry.difference.After, entry.Description.Value.Fields))];

    /// <returns>What became of the element; null for one that is not asked for, or in which nothing changed that counts.</returns>
    private static (DifferenceKind Kind, IReadOnlyList<FieldDifference> Fields)? Describe(
        ElementDifference difference, HashSet<string>? selected, FieldDifferences fields)
    {
        var (before, after) = difference;
        if (selected is not null && !selected.Contains((before ?? after)!.Id))
        {
            return null;
        }

        if (before is null || after is null)
        {
            return (before is null ? DifferenceKind.Added : DifferenceKind.Removed, []);
        }

        var changed = fields.Between(before.Metadata, after.Metadata);
        return changed.Count == 0 ? null : (DifferenceKind.Changed, changed);
    }

    /// <summary>The identifiers of what a query finds at either time.</summary>
    private async Task<HashSet<string>> SelectAsync(string gremlin, long from, long to, CancellationToken cancellationToken)
    {
        var query = GremlinEngine.Compile(gremlin);
        if (query.Kind is not (GremlinKind.Nodes or GremlinKind.Edges or GremlinKind.Graph))
        {
            throw new BadHttpRequestException("GremlinQuery gives neither nodes nor edges nor a graph, so there is nothing to compare by it");
        }

        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (long time in new[] { from, to })
        {
            var view = await analyzer.Store.GetGraphAsync(TimeSlice.At(time), cancellationToken).ConfigureAwait(false);
            var result = await query.ExecuteAsync(new SnapshotQuerySource(view), null, cancellationToken).ConfigureAwait(false);
            if (query.Kind != GremlinKind.Edges)
            {
                ids.UnionWith(result.Nodes.Select(static node => node.Id));
            }

            if (query.Kind != GremlinKind.Nodes)
            {
                ids.UnionWith(result.Edges.Select(static edge => edge.Id));
            }
        }

        return ids;
    }
}
