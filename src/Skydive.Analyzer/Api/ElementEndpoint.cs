using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Skydive.Analyzer.Api.Patches;
using Skydive.Analyzer.Hub;
using Skydive.Analyzer.Resources;
using Skydive.Analyzer.WebSockets;
using Skydive.Contracts.Errors;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph;

namespace Skydive.Analyzer.Api;

/// <summary>
/// <c>/api/node</c> and <c>/api/edge</c>: the elements of the graph, and those that users add to it. What was added or changed is in the history
/// when the answer comes, and so is there after a restart.
/// </summary>
internal abstract class ElementEndpoint<T>(AnalyzerRuntime analyzer, string title)
    where T : GraphElement
{
    private const string AgentPrefix = "agent.";
    private const string AnalyzerPrefix = "analyzer.";

    /// <summary>The analyzer.</summary>
    protected AnalyzerRuntime Analyzer => analyzer;

    private string OwnOrigin => "api." + analyzer.Options.Host;

    /// <summary>GET: all elements by identifier.</summary>
    public async Task ListAsync(HttpContext context)
    {
        context.Response.ContentType = ResourceRequests.JsonType;
        var writer = new Utf8JsonWriter(context.Response.BodyWriter, MetadataJson.WriterOptions);
        await using (writer.ConfigureAwait(false))
        {
            writer.WriteStartObject();
            foreach (var element in GetAll(analyzer.Graph.Current))
            {
                writer.WritePropertyName(element.Id);
                element.WriteTo(writer);
                await TopologyEndpoint.FlushIfLargeAsync(writer, context).ConfigureAwait(false);
            }

            writer.WriteEndObject();
        }

        await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>GET with an identifier: one element.</summary>
    public Task GetAsync(HttpContext context)
    {
        string id = ResourceRequests.IdOf(context);
        return WriteAsync(context, Find(analyzer.Graph.Current, id) ?? throw NotFound(id));
    }

    /// <summary>POST: a new element.</summary>
    public async Task CreateAsync(HttpContext context)
    {
        var element = Read(await ReadBodyAsync(context).ConfigureAwait(false));
        T? created = null;
        try
        {
            analyzer.Graph.Write(transaction => created = Add(transaction, element));
        }
        catch (GraphException e)
        {
            throw new ResourceException(
                e.Reason == GraphErrorReason.IdConflict ? StatusCodes.Status409Conflict : StatusCodes.Status400BadRequest,
                ErrorCodes.InvalidElement,
                e.Message);
        }

        await KeepAsync(context, created!).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status201Created;
        await WriteAsync(context, created!).ConfigureAwait(false);
    }

    /// <summary>PATCH: changes the metadata of an element. What lies outside of it, and what tells the element apart, stays as it is.</summary>
    public async Task PatchAsync(HttpContext context)
    {
        string id = ResourceRequests.IdOf(context);
        byte[] body = await ReadBodyAsync(context).ConfigureAwait(false);
        T? changed;
        try
        {
            if (Find(analyzer.Graph.Current, id) is null)
            {
                throw NotFound(id);
            }

            var patch = JsonPatch.Parse(body);
            while (!TryPatch(id, patch, out changed))
            {
                // Somebody else has changed it meanwhile: neither is to undo the other.
                context.RequestAborted.ThrowIfCancellationRequested();
            }
        }
        catch (JsonPatchException e)
        {
            throw new ResourceException(StatusCodes.Status400BadRequest, ErrorCodes.InvalidPatch, $"applying JSON patch to resource: {e.Message}");
        }

        if (changed is null)
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        await KeepAsync(context, changed).ConfigureAwait(false);
        await WriteAsync(context, changed).ConfigureAwait(false);
    }

    /// <summary>DELETE: removes an element.</summary>
    public async Task DeleteAsync(HttpContext context)
    {
        string id = ResourceRequests.IdOf(context);
        string? owner = null;
        var commit = analyzer.Graph.Write(transaction =>
        {
            if (Find(transaction, id) is not { } element)
            {
                return;
            }

            if (OwnerOf(element) is { } found)
            {
                owner = found;
                return;
            }

            Delete(transaction, id);
        });
        if (owner is not null)
        {
            throw new ResourceException(
                StatusCodes.Status409Conflict, ErrorCodes.InvalidElement, $"{title} '{id}' belongs to {owner}, who sees that it is there: it goes when it is there no more");
        }

        if (commit is null)
        {
            throw NotFound(id);
        }

        await KeepAsync(context, null).ConfigureAwait(false);
        context.Response.ContentType = "text/plain";
    }

    /// <summary>All elements of a graph.</summary>
    protected abstract IEnumerable<T> GetAll(GraphSnapshot snapshot);

    /// <summary>The element with an identifier.</summary>
    protected abstract T? Find(GraphSnapshot snapshot, string id);

    /// <summary>The element with an identifier.</summary>
    protected abstract T? Find(GraphTransaction transaction, string id);

    /// <summary>Reads an element that has an identifier.</summary>
    protected abstract T Deserialize(ReadOnlySpan<byte> json);

    /// <summary>The same element as a new one of an origin.</summary>
    protected abstract T MakeNew(T element, string origin, string host, long now);

    /// <summary>Adds an element.</summary>
    protected abstract T Add(GraphTransaction transaction, T element);

    /// <summary>Replaces the metadata of an element.</summary>
    protected abstract T SetMetadata(GraphTransaction transaction, T element, MetadataMap metadata);

    /// <summary>Removes an element.</summary>
    protected abstract void Delete(GraphTransaction transaction, string id);

    /// <summary>The keys of its metadata that tell an element apart.</summary>
    protected abstract IReadOnlyList<string> FixedKeys { get; }

    /// <summary>The members besides ID that must be texts.</summary>
    protected abstract IReadOnlyList<string> Members { get; }

    private static async Task<byte[]> ReadBodyAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
        return body.ToArray();
    }

    // Who sees to it that the element stays; null when nobody does.
    private string? OwnerOf(T element) =>
        element.Origin.StartsWith(AgentPrefix, StringComparison.Ordinal) && analyzer.Agents.Find(element.Origin[AgentPrefix.Length..]) is not null ? element.Origin
        : element.Origin == analyzer.Graph.Origin ? element.Origin
        : null;

    private T Read(byte[] body)
    {
        T element;
        using (var document = JsonDocument.Parse(body))
        {
            string? problem = CheckMembers(document.RootElement);
            element = problem is null ? Deserialize(body) : throw Invalid(problem);
        }

        if (ElementRules.Check(element) is { } missing)
        {
            throw Invalid(missing);
        }

        // Agents say what is theirs; nobody else may.
        bool isTaken = element.Origin.Length == 0
            || element.Origin.StartsWith(AgentPrefix, StringComparison.Ordinal) || element.Origin.StartsWith(AnalyzerPrefix, StringComparison.Ordinal);
        return MakeNew(
            element,
            isTaken ? OwnOrigin : element.Origin,
            element.Host.Length == 0 ? analyzer.Options.Host : element.Host,
            analyzer.Time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    private string? CheckMembers(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return "(root): Invalid type. Expected: object";
        }

        var problems = new List<string>();
        foreach (string name in Members.Prepend("ID"))
        {
            if (root.TryGetProperty(name, out var member) && member.ValueKind is not (JsonValueKind.Null or JsonValueKind.String))
            {
                problems.Add($"{name}: Invalid type. Expected: string");
            }
            else if (member.ValueKind != JsonValueKind.String || member.ValueEquals(default(ReadOnlySpan<byte>)))
            {
                problems.Add($"{name}: String length must be greater than or equal to 1");
            }
        }

        return problems.Count == 0 ? null : string.Join('\n', problems);
    }

    private static ResourceException Invalid(string problem) =>
        new(StatusCodes.Status400BadRequest, ErrorCodes.InvalidElement, $"invalid schema: {problem}");

    /// <summary>Changes an element, unless somebody else does so at the same time.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="patch">The changes.</param>
    /// <param name="changed">The element as it is then; null when it is as it was.</param>
    /// <returns>Whether nobody else did.</returns>
    private bool TryPatch(string id, JsonPatch patch, out T? changed)
    {
        var before = Find(analyzer.Graph.Current, id) ?? throw NotFound(id);
        var metadata = Patch(before, patch);
        T? after = null;
        bool isAlone = false;
        analyzer.Graph.Write(transaction =>
        {
            var current = Find(transaction, id);
            isAlone = current?.Revision == before.Revision && current.UpdatedAt == before.UpdatedAt;
            if (!isAlone)
            {
                return;
            }

            after = SetMetadata(transaction, current!, metadata);
            if (after.Revision != before.Revision && before.Origin != OwnOrigin)
            {
                ElementPatches.Of(analyzer.Graph).Add(before, after);
            }
        });
        changed = isAlone && after!.Revision != before.Revision ? after : null;
        return isAlone;
    }

    private MetadataMap Patch(T before, JsonPatch patch)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, MetadataJson.WriterOptions))
        {
            before.WriteTo(writer);
        }

        var patched = patch.Apply(json.WrittenSpan);
        T after;
        try
        {
            byte[] text = JsonSerializer.SerializeToUtf8Bytes(patched, PatchJsonContext.Default.JsonNode);
            using var document = JsonDocument.Parse(text);
            string? problem = CheckMembers(document.RootElement);
            after = problem is null ? Deserialize(text) : throw InvalidPatched(problem);
        }
        catch (JsonException e)
        {
            throw InvalidPatched(e.Message);
        }

        if (ElementRules.Check(after) is { } missing)
        {
            throw InvalidPatched(missing);
        }

        var metadata = after.Metadata;
        foreach (string key in FixedKeys)
        {
            metadata = before.Metadata.TryGetValue(key, out var value) ? metadata.With(key, value) : metadata.Without(key);
        }

        return metadata;
    }

    private static ResourceException InvalidPatched(string problem) =>
        new(StatusCodes.Status400BadRequest, ErrorCodes.InvalidPatch, $"validating patched resource: invalid schema: {problem}");

    /// <summary>Waits until what was done is in the store.</summary>
    private async Task KeepAsync(HttpContext context, T? element)
    {
        if (!await analyzer.FlushHistoryAsync(context.RequestAborted).ConfigureAwait(false))
        {
            throw new ResourceException(
                StatusCodes.Status503ServiceUnavailable,
                ErrorCodes.InternalError,
                $"the graph shows it, but the store has not taken it yet{(element is null ? string.Empty : $" ({title} '{element.Id}')")}: a restart now would undo it");
        }
    }

    private static async Task WriteAsync(HttpContext context, T element)
    {
        context.Response.ContentType = ResourceRequests.JsonType;
        var writer = new Utf8JsonWriter(context.Response.BodyWriter, MetadataJson.WriterOptions);
        await using (writer.ConfigureAwait(false))
        {
            element.WriteTo(writer);
        }

        await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    private ResourceException NotFound(string id) => new(StatusCodes.Status404NotFound, ErrorCodes.ElementNotFound, $"{title} '{id}' not found");
}
