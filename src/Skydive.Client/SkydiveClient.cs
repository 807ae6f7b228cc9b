using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Skydive.Client.Errors;
using Skydive.Client.Http;
using Skydive.Client.Queries;
using Skydive.Client.Streams;
using Skydive.Contracts;
using Skydive.Contracts.Access;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Configuration;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Errors;
using Skydive.Contracts.Injections;
using Skydive.Contracts.PingMeshes;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Status;
using Skydive.Contracts.Topology;

namespace Skydive.Client;

/// <summary>
/// Speaks with a Skydive analyzer or agent over REST and WebSocket. Safe for use by several threads at once. Every method throws
/// <see cref="SkydiveApiException"/> when the service answers with an error, <see cref="SkydiveConnectionException"/> when no answer comes
/// or none that makes sense, and <see cref="OperationCanceledException"/> when the caller gives up.
/// </summary>
public sealed class SkydiveClient : IDisposable
{
    private static readonly MediaTypeWithQualityHeaderValue s_json = new("application/json");
    private static readonly MediaTypeWithQualityHeaderValue s_problem = new(ApiError.MediaType);

    private readonly SkydiveClientOptions _options;
    private readonly SocketsHttpHandler _handler;
    private readonly HttpMessageInvoker _invoker;
    private readonly Uri _base;

    /// <summary>Makes a client. Nothing is sent yet.</summary>
    /// <param name="options">Where the service is and how to speak with it.</param>
    /// <exception cref="ArgumentException">The address is no http or https URI, or secrets would travel unencrypted.</exception>
    public SkydiveClient(SkydiveClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var address = options.Address;
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https"))
        {
            throw new ArgumentException($"'{address}' is no http or https address", nameof(options));
        }

        if (options.Credential is not null || options.Token is not null)
        {
            CheckEncryption(options);
        }

        _options = options;
        _base = address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");
        _handler = new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = options.ConnectionTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseProxy = !options.NoProxy,
            Proxy = options.Proxy is { } proxy && !options.NoProxy ? new WebProxy(proxy) : null,
            ConnectCallback = ConnectAsync,
        };
        if (options.SkipCertificateCheck)
        {
            _handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        }

        if (options.CertificateAuthorities is { } authorities)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(authorities);
            _handler.SslOptions.CertificateChainPolicy = policy;
        }

        if (options.Certificate is { } certificate)
        {
            _handler.SslOptions.ClientCertificates = [certificate];
        }

        _invoker = new(_handler);
    }

    /// <summary>Address of the service.</summary>
    public Uri Address => _options.Address;

    internal SkydiveClientOptions Options => _options;

    internal HttpMessageInvoker Invoker => _invoker;

    /// <summary>Host, version and role of the service.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<ServiceInfo> GetInfoAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, "api", null, ContractsJsonContext.Default.ServiceInfo, cancellationToken);

    /// <summary>How an analyzer does.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<AnalyzerStatus> GetStatusAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, "api/status", null, ContractsJsonContext.Default.AnalyzerStatus, cancellationToken);

    /// <summary>How an agent does; for a client whose address is an agent's.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<AgentStatus> GetAgentStatusAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, "api/status", null, ContractsJsonContext.Default.AgentStatus, cancellationToken);

    /// <summary>All settings of an analyzer, secrets hidden.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<IReadOnlyList<ConfigurationSetting>> ListConfigurationAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, "api/config", null, ContractsJsonContext.Default.IReadOnlyListConfigurationSetting, cancellationToken);

    /// <summary>Whether the service takes itself for healthy: it answers <c>GET /healthz</c> with a status of success.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False when it answers 503; other errors are thrown.</returns>
    public async Task<bool> GetHealthAsync(CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(_options.OperationTimeout, cancellationToken);
        try
        {
            using var response = await SendAsync(HttpMethod.Get, "healthz", null, deadline).ConfigureAwait(false);
            return true;
        }
        catch (SkydiveApiException exception) when (exception.Status == (int)HttpStatusCode.ServiceUnavailable)
        {
            return false;
        }
    }

    /// <summary>Logs in with user name and password, for a token that takes their place.</summary>
    /// <param name="credential">User name and password.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The token, empty where nobody has to log in, and what the user may do.</returns>
    /// <exception cref="ArgumentException">They would travel unencrypted.</exception>
    public async Task<LogInAnswer> LogInAsync(NetworkCredential credential, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(credential);
        CheckEncryption(_options);
        using var content = new FormUrlEncodedContent([new("username", credential.UserName), new("password", credential.Password)]);
        return await SendAsync(HttpMethod.Post, "login", content, ContractsJsonContext.Default.LogInAnswer, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives the token of the options back: it is worth nothing from then on.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task LogOutAsync(CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(_options.OperationTimeout, cancellationToken);
        using var response = await SendAsync(HttpMethod.Post, "logout", null, deadline).ConfigureAwait(false);
    }

    /// <summary>The whole graph as it is now.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<SubGraph> GetTopologyAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, "api/topology", null, ContractsJsonContext.Default.SubGraph, cancellationToken);

    /// <summary>
    /// Asks a query and gives its results as they come: the first while the rest is on its way. Giving up the enumeration ends the request.
    /// </summary>
    /// <param name="gremlin">The query.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async IAsyncEnumerable<QueryItem> QueryAsync(string gremlin, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(gremlin);
        using var deadline = new Deadline(_options.OperationTimeout, cancellationToken);
        using var content = JsonContent(new TopologyQuery { GremlinQuery = gremlin }, ContractsJsonContext.Default.TopologyQuery);
        using var response = await SendAsync(HttpMethod.Post, "api/topology", content, deadline).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NoContent)
        {
            yield break;
        }

        await using var stream = await response.Content.ReadAsStreamAsync(deadline.Token).ConfigureAwait(false);
        using var splitter = new JsonItemSplitter(_options.MaximumItemBytes);
        bool isEnd = false;
        while (!isEnd)
        {
            isEnd = await ReadAsync(stream, splitter, deadline).ConfigureAwait(false);
            while (TryRead(splitter, isEnd, out var item))
            {
                yield return item;
            }
        }
    }

    /// <summary>Asks a query and gives its whole answer as the service wrote it.</summary>
    /// <param name="gremlin">The query.</param>
    /// <param name="mediaType">In which form: application/json, or text/vnd.graphviz for graphs.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The answer; empty for an empty query.</returns>
    public async Task<string> QueryTextAsync(string gremlin, string mediaType, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(gremlin);
        using var deadline = new Deadline(_options.OperationTimeout, cancellationToken);
        using var content = JsonContent(new TopologyQuery { GremlinQuery = gremlin }, ContractsJsonContext.Default.TopologyQuery);
        using var response = await SendAsync(HttpMethod.Post, "api/topology", content, deadline, mediaType).ConfigureAwait(false);
        return await response.Content.ReadAsStringAsync(deadline.Token).ConfigureAwait(false);
    }

    /// <summary>Asks a query whose answer is one number, such as <c>G.V().Count()</c>.</summary>
    /// <param name="gremlin">The query.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<long> QueryNumberAsync(string gremlin, CancellationToken cancellationToken)
    {
        await foreach (var item in QueryAsync(gremlin, cancellationToken).ConfigureAwait(false))
        {
            if (item.Value.TryGetInteger(out long number))
            {
                return number;
            }
        }

        throw InvalidAnswer($"the answer to {gremlin} is no number", null);
    }

    /// <summary>Asks whether a text is a query, without running it.</summary>
    /// <param name="gremlin">The text.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What it yields, or what is wrong with it and where.</returns>
    public async Task<ValidationReply> ValidateQueryAsync(string gremlin, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(gremlin);
        using var content = JsonContent(new TopologyQuery { GremlinQuery = gremlin }, ContractsJsonContext.Default.TopologyQuery);
        return await SendAsync(HttpMethod.Post, "api/gremlin/validate", content, ContractsJsonContext.Default.ValidationReply, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>All nodes by identifier.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<IReadOnlyDictionary<string, Node>> ListNodesAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, "api/node", null, ContractsJsonContext.Default.IReadOnlyDictionaryStringNode, cancellationToken);

    /// <summary>One node.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Node> GetNodeAsync(string id, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, "api/node/" + Uri.EscapeDataString(id), null, ContractsJsonContext.Default.Node, cancellationToken);

    /// <summary>Adds a node.</summary>
    /// <param name="node">The node; the service gives it an origin, a host and times where it has none.</param>
    /// <param name="cancellationToken">Gives up; the node may be added all the same.</param>
    /// <returns>The node as it is.</returns>
    public async Task<Node> CreateNodeAsync(Node node, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(node);
        using var content = JsonContent(node, ContractsJsonContext.Default.Node);
        return await SendAsync(HttpMethod.Post, "api/node", content, ContractsJsonContext.Default.Node, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Changes the metadata of a node.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="patch">The changes as a JSON patch (RFC 6902), such as <c>[{"op":"add","path":"/Metadata/Owner","value":"me"}]</c>.</param>
    /// <param name="cancellationToken">Gives up; the node may be changed all the same.</param>
    /// <returns>The node as it is then; null when nothing changed.</returns>
    public Task<Node?> PatchNodeAsync(string id, string patch, CancellationToken cancellationToken) =>
        PatchAsync("api/node/" + Uri.EscapeDataString(id), patch, ContractsJsonContext.Default.Node, cancellationToken);

    /// <summary>Removes a node.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task DeleteNodeAsync(string id, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(_options.OperationTimeout, cancellationToken);
        using var response = await SendAsync(HttpMethod.Delete, "api/node/" + Uri.EscapeDataString(id), null, deadline).ConfigureAwait(false);
    }

    /// <summary>All edges by identifier.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<IReadOnlyDictionary<string, Edge>> ListEdgesAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, "api/edge", null, ContractsJsonContext.Default.IReadOnlyDictionaryStringEdge, cancellationToken);

    /// <summary>One edge.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Edge> GetEdgeAsync(string id, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, "api/edge/" + Uri.EscapeDataString(id), null, ContractsJsonContext.Default.Edge, cancellationToken);

    /// <summary>Adds an edge.</summary>
    /// <param name="edge">The edge; the service gives it an origin, a host and times where it has none.</param>
    /// <param name="cancellationToken">Gives up; the edge may be added all the same.</param>
    /// <returns>The edge as it is.</returns>
    public async Task<Edge> CreateEdgeAsync(Edge edge, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(edge);
        using var content = JsonContent(edge, ContractsJsonContext.Default.Edge);
        return await SendAsync(HttpMethod.Post, "api/edge", content, ContractsJsonContext.Default.Edge, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Changes the metadata of an edge.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="patch">The changes as a JSON patch (RFC 6902), such as <c>[{"op":"add","path":"/Metadata/Owner","value":"me"}]</c>.</param>
    /// <param name="cancellationToken">Gives up; the edge may be changed all the same.</param>
    /// <returns>The edge as it is then; null when nothing changed.</returns>
    public Task<Edge?> PatchEdgeAsync(string id, string patch, CancellationToken cancellationToken) =>
        PatchAsync("api/edge/" + Uri.EscapeDataString(id), patch, ContractsJsonContext.Default.Edge, cancellationToken);

    /// <summary>Removes an edge.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task DeleteEdgeAsync(string id, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(_options.OperationTimeout, cancellationToken);
        using var response = await SendAsync(HttpMethod.Delete, "api/edge/" + Uri.EscapeDataString(id), null, deadline).ConfigureAwait(false);
    }

    /// <summary>Asks a query and copies its result, in a form other than JSON, to a stream.</summary>
    /// <param name="gremlin">The query.</param>
    /// <param name="mediaType">The form, such as <c>application/vnd.tcpdump.pcap</c> for packets.</param>
    /// <param name="destination">Where it goes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task CopyQueryAsync(string gremlin, string mediaType, Stream destination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(gremlin);
        ArgumentNullException.ThrowIfNull(destination);
        using var deadline = new Deadline(_options.OperationTimeout, cancellationToken);
        using var content = JsonContent(new TopologyQuery { GremlinQuery = gremlin }, ContractsJsonContext.Default.TopologyQuery);
        using var response = await SendAsync(HttpMethod.Post, "api/topology", content, deadline, mediaType).ConfigureAwait(false);
        await response.Content.CopyToAsync(destination, deadline.Token).ConfigureAwait(false);
    }

    /// <summary>Asks what is not the same in the topology at two times.</summary>
    /// <param name="request">The times, and what to compare.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<CompareReply> CompareTopologyAsync(CompareRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var content = JsonContent(request, ContractsJsonContext.Default.CompareRequest);
        return await SendAsync(HttpMethod.Post, "api/topology/compare", content, ContractsJsonContext.Default.CompareReply, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks where the packets of conversations pass, and where they are lost.</summary>
    /// <param name="gremlin">A query for flows, such as <c>G.Flows().Has('Network', '10.0.0.1')</c>: flows of one conversation make one path.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A path for each conversation.</returns>
    public async Task<IReadOnlyList<FlowPath>> GetFlowPathsAsync(string gremlin, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(gremlin);
        using var content = JsonContent(new TopologyQuery { GremlinQuery = gremlin }, ContractsJsonContext.Default.TopologyQuery);
        return await SendAsync(HttpMethod.Post, "api/flow/path", content, ContractsJsonContext.Default.IReadOnlyListFlowPath, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks what may stand at a place in a query that is being written.</summary>
    /// <param name="gremlin">The query, finished or not.</param>
    /// <param name="position">The place, counted from 0 in UTF-16 code units.</param>
    /// <param name="limit">How many candidates are wanted at most, from 1 to 1000; null for 100.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<CompletionReply> CompleteQueryAsync(string gremlin, int position, int? limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(gremlin);
        var request = new CompletionRequest { GremlinQuery = gremlin, Position = position, Limit = limit };
        using var content = JsonContent(request, ContractsJsonContext.Default.CompletionRequest);
        return await SendAsync(HttpMethod.Post, "api/gremlin/complete", content, ContractsJsonContext.Default.CompletionReply, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The captures, by name, then by identifier.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<Capture>> ListCapturesAsync(CancellationToken cancellationToken)
    {
        var captures = await SendAsync(HttpMethod.Get, "api/capture", null, ContractsJsonContext.Default.IReadOnlyDictionaryStringCapture, cancellationToken).ConfigureAwait(false);
        return [.. captures.Values.OrderBy(static capture => capture.Name, StringComparer.Ordinal).ThenBy(static capture => capture.UUID, StringComparer.Ordinal)];
    }

    /// <summary>One capture.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Capture> GetCaptureAsync(string id, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, CapturePath(id), null, ContractsJsonContext.Default.Capture, cancellationToken);

    /// <summary>Creates a capture.</summary>
    /// <param name="capture">What to capture where; its identifier and count are the service's to give.</param>
    /// <param name="timeToLive">When it ends by itself; null for never.</param>
    /// <param name="cancellationToken">Gives up; the capture may be created all the same.</param>
    /// <returns>The capture as the service took it, with its identifier.</returns>
    public async Task<Capture> CreateCaptureAsync(Capture capture, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(capture);
        using var deadline = new Deadline(_options.OperationTimeout, cancellationToken);
        using var content = ResourceContent(capture, ContractsJsonContext.Default.Capture, timeToLive);
        return await SendAsync(HttpMethod.Post, "api/capture", content, ContractsJsonContext.Default.Capture, deadline).ConfigureAwait(false);
    }

    /// <summary>Deletes a capture: it stops on every node.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="cancellationToken">Gives up; the capture may be deleted all the same.</param>
    public async Task DeleteCaptureAsync(string id, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(_options.OperationTimeout, cancellationToken);
        using var response = await SendAsync(HttpMethod.Delete, CapturePath(id), null, deadline).ConfigureAwait(false);
    }

    /// <summary>The injections, the oldest first.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<Injection>> ListInjectionsAsync(CancellationToken cancellationToken)
    {
        var injections = await SendAsync(HttpMethod.Get, "api/injectpacket", null, ContractsJsonContext.Default.IReadOnlyDictionaryStringInjection, cancellationToken).ConfigureAwait(false);
        return [.. injections.Values.OrderBy(static injection => injection.StartTime).ThenBy(static injection => injection.UUID, StringComparer.Ordinal)];
    }

    /// <summary>One injection.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Injection> GetInjectionAsync(string id, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, InjectionPath(id), null, ContractsJsonContext.Default.Injection, cancellationToken);

    /// <summary>Creates an injection: its packets are sent from now on.</summary>
    /// <param name="injection">What to send from where to where; its identifier and what becomes of it are the service's to give.</param>
    /// <param name="timeToLive">When it ends by itself; null for when all packets are sent.</param>
    /// <param name="cancellationToken">Gives up; the injection may be created all the same.</param>
    /// <returns>The injection as the service took it, with its identifier.</returns>
    public async Task<Injection> CreateInjectionAsync(Injection injection, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(injection);
        using var deadline = new Deadline(_options.OperationTimeout, cancellationToken);
        using var content = ResourceContent(injection, ContractsJsonContext.Default.Injection, timeToLive);
        return await SendAsync(HttpMethod.Post, "api/injectpacket", content, ContractsJsonContext.Default.Injection, deadline).ConfigureAwait(false);
    }

    /// <summary>Deletes an injection: no more of its packets are sent.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="cancellationToken">Gives up; the injection may be deleted all the same.</param>
    public async Task DeleteInjectionAsync(string id, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(_options.OperationTimeout, cancellationToken);
        using var response = await SendAsync(HttpMethod.Delete, InjectionPath(id), null, deadline).ConfigureAwait(false);
    }

    /// <summary>The ping meshes without their pairs, the oldest first.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<PingMesh>> ListPingMeshesAsync(CancellationToken cancellationToken)
    {
        var meshes = await SendAsync(HttpMethod.Get, "api/pingmesh", null, ContractsJsonContext.Default.IReadOnlyDictionaryStringPingMesh, cancellationToken).ConfigureAwait(false);
        return [.. meshes.Values.OrderBy(static mesh => mesh.StartTime).ThenBy(static mesh => mesh.UUID, StringComparer.Ordinal)];
    }

    /// <summary>One ping mesh with its pairs as they are now.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<PingMesh> GetPingMeshAsync(string id, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, PingMeshPath(id), null, ContractsJsonContext.Default.PingMesh, cancellationToken);

    /// <summary>One ping mesh with what its pairs measured in a span of time.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="from">When the span begins.</param>
    /// <param name="to">When it ends; null for now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<PingMesh> GetPingMeshAsync(string id, DateTimeOffset from, DateTimeOffset? to, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, PingMeshPath(id) + SpanQuery(from, to), null, ContractsJsonContext.Default.PingMesh, cancellationToken);

    /// <summary>The samples of a ping mesh in a span of time, by their time.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="from">When the span begins.</param>
    /// <param name="to">When it ends; null for now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<IReadOnlyList<PingSample>> GetPingSamplesAsync(string id, DateTimeOffset from, DateTimeOffset? to, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, PingMeshPath(id) + "/samples" + SpanQuery(from, to), null, ContractsJsonContext.Default.IReadOnlyListPingSample, cancellationToken);

    /// <summary>Creates a ping mesh: its pairs are measured from now on.</summary>
    /// <param name="mesh">What to measure; its identifier is the service's to give.</param>
    /// <param name="timeToLive">When it ends by itself; null for never.</param>
    /// <param name="cancellationToken">Gives up; the mesh may be created all the same.</param>
    /// <returns>The mesh as the service took it, with its identifier and its pairs.</returns>
    public async Task<PingMesh> CreatePingMeshAsync(PingMesh mesh, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        using var deadline = new Deadline(_options.OperationTimeout, cancellationToken);
        using var content = ResourceContent(mesh, ContractsJsonContext.Default.PingMesh, timeToLive);
        return await SendAsync(HttpMethod.Post, "api/pingmesh", content, ContractsJsonContext.Default.PingMesh, deadline).ConfigureAwait(false);
    }

    /// <summary>Deletes a ping mesh: its pairs are measured no longer, and what it measured cannot be asked for any more.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="cancellationToken">Gives up; the mesh may be deleted all the same.</param>
    public async Task DeletePingMeshAsync(string id, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(_options.OperationTimeout, cancellationToken);
        using var response = await SendAsync(HttpMethod.Delete, PingMeshPath(id), null, deadline).ConfigureAwait(false);
    }

    /// <summary>Sends a pcap file; the service makes flows of its packets. The time limit starts anew with every part that goes out.</summary>
    /// <param name="pcap">The file from its current position on; left open.</param>
    /// <param name="sent">Told, on another thread, how many bytes have gone; null when nobody wants to know.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task UploadPcapAsync(Stream pcap, Action<long>? sent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pcap);
        using var deadline = new Deadline(_options.OperationTimeout, cancellationToken);
        using var content = new ProgressContent(pcap, total =>
        {
            deadline.Restart();
            sent?.Invoke(total);
        });
        using var response = await SendAsync(HttpMethod.Post, "api/pcap", content, deadline).ConfigureAwait(false);
    }

    /// <summary>
    /// Follows the graph: first the whole of it, then every change as it happens, for ever. When the connection breaks it is made anew, with
    /// longer and longer pauses, and what was missed is found by comparing; both are told by events. Giving up the enumeration closes the
    /// connection.
    /// </summary>
    /// <param name="options">What to follow and how.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public IAsyncEnumerable<TopologyEvent> WatchTopologyAsync(TopologyStreamOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new TopologyStream(this, options).ReadAsync(cancellationToken);
    }

    /// <summary>Ends all that is under way.</summary>
    public void Dispose() => _invoker.Dispose();

    internal IEnumerable<KeyValuePair<string, string>> AuthenticationHeaders()
    {
        if (_options.Token is { } token)
        {
            yield return new("X-Auth-Token", token);
            yield return new("Authorization", "Bearer " + token);
        }
        else if (_options.Credential is { } credential)
        {
            string pair = $"{credential.UserName}:{credential.Password}";
            yield return new("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
        }
    }

    internal SkydiveConnectionException InvalidAnswer(string message, Exception? cause) =>
        new(SkydiveConnectionReason.InvalidAnswer, Address, $"{Address} does not answer like a Skydive service: {message}", cause);

    internal SkydiveConnectionException TimedOut(TimeSpan limit, Exception? cause) =>
        new(SkydiveConnectionReason.Timeout, Address, string.Create(CultureInfo.InvariantCulture, $"{Address} did not answer within {limit.TotalSeconds:0.###} s"), cause);

    /// <summary>What stands behind a failure of the network; null when it is none.</summary>
    internal SkydiveConnectionException? TranslateFailure(Exception exception)
    {
        switch (exception)
        {
            case HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }:
                return new(SkydiveConnectionReason.NameNotResolved, Address, $"the host name {Address.Host} is not known", exception);
            case HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }:
                return new(SkydiveConnectionReason.TlsFailed, Address, $"no secure connection with {Address}: {Innermost(exception)}", exception);
            case HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.ProxyTunnelError }:
                return new(SkydiveConnectionReason.Unreachable, Address, $"{Address} cannot be reached: {Innermost(exception)}", exception);
            case HttpIOException { HttpRequestError: HttpRequestError.InvalidResponse }:
            case HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded }:
                return InvalidAnswer(Innermost(exception), exception);
            case HttpRequestException or IOException or SocketException:
                return new(SkydiveConnectionReason.Interrupted, Address, $"the connection with {Address} broke: {Innermost(exception)}", exception);
            case OperationCanceledException { InnerException: TimeoutException }:
                return TimedOut(_options.ConnectionTimeout, exception);
            case JsonException:
                return InvalidAnswer(exception.Message, exception);
            default:
                return null;
        }
    }

    private static void CheckEncryption(SkydiveClientOptions options)
    {
        if (options.Address is { Scheme: "http", IsLoopback: false } && !options.AllowUnencryptedAuthentication)
        {
            throw new ArgumentException($"a password or token would travel unencrypted to {options.Address.Host}: use https, or allow it explicitly", nameof(options));
        }
    }

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
        {
            exception = inner;
        }

        return exception.Message.TrimEnd('.');
    }

    private static string CapturePath(string id) => ResourcePath("capture", id);

    private static string InjectionPath(string id) => ResourcePath("injectpacket", id);

    private static string PingMeshPath(string id) => ResourcePath("pingmesh", id);

    private static string SpanQuery(DateTimeOffset from, DateTimeOffset? to) => to is { } last
        ? string.Create(CultureInfo.InvariantCulture, $"?from={from.ToUnixTimeMilliseconds()}&to={last.ToUnixTimeMilliseconds()}")
        : string.Create(CultureInfo.InvariantCulture, $"?from={from.ToUnixTimeMilliseconds()}");

    private static string ResourcePath(string kind, string id)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        return $"api/{kind}/{Uri.EscapeDataString(id)}";
    }

    private static ByteArrayContent ResourceContent<T>(T value, JsonTypeInfo<T> type, TimeSpan? timeToLive)
    {
        var content = JsonContent(value, type);
        if (timeToLive is { } time)
        {
            content.Headers.TryAddWithoutValidation("X-Resource-TTL", ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture) + "ms");
        }

        return content;
    }

    private static ByteArrayContent JsonContent<T>(T value, JsonTypeInfo<T> type)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(value, type));
        content.Headers.ContentType = new("application/json");
        return content;
    }

    // Nagle's algorithm would delay small requests, and only TCP's own probes tell that a peer is gone while nobody speaks.
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 15);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<T?> PatchAsync<T>(string path, string patch, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        using var content = new StringContent(patch, Encoding.UTF8, "application/json-patch+json");
        try
        {
            return await SendAsync(HttpMethod.Patch, path, content, type, cancellationToken).ConfigureAwait(false);
        }
        catch (SkydiveApiException exception) when (exception.Status == (int)HttpStatusCode.NotModified)
        {
            return null;
        }
    }

    private async Task<T> SendAsync<T>(HttpMethod method, string path, HttpContent? content, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(_options.OperationTimeout, cancellationToken);
        return await SendAsync(method, path, content, type, deadline).ConfigureAwait(false);
    }

    private async Task<T> SendAsync<T>(HttpMethod method, string path, HttpContent? content, JsonTypeInfo<T> type, Deadline deadline)
    {
        using var response = await SendAsync(method, path, content, deadline).ConfigureAwait(false);
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(deadline.Token).ConfigureAwait(false);
            await using var limited = new LimitedStream(stream, _options.MaximumItemBytes, deadline);
            return await JsonSerializer.DeserializeAsync(limited, type, deadline.Token).ConfigureAwait(false)
                ?? throw InvalidAnswer($"the answer to {method} /{path} is null", null);
        }
        catch (OperationCanceledException exception) when (deadline.IsExpired)
        {
            throw TimedOut(deadline.Limit, exception);
        }
        catch (Exception exception) when (TranslateFailure(exception) is { } failure)
        {
            throw failure;
        }
    }

    // Gives an answer of success whose body has not been read yet.
    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, Deadline deadline, string? mediaType = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(_base, path)) { Content = content };
        request.Headers.Accept.Add(mediaType is null ? s_json : new(mediaType));
        request.Headers.Accept.Add(s_problem);
        foreach (var (name, value) in AuthenticationHeaders())
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        HttpResponseMessage? response = null;
        try
        {
            response = await _invoker.SendAsync(request, deadline.Token).ConfigureAwait(false);
            deadline.Restart();
            if (response.IsSuccessStatusCode)
            {
                var success = response;
                response = null;
                return success;
            }

            throw await ErrorReader.ReadAsync(response, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (deadline.IsExpired)
        {
            throw TimedOut(deadline.Limit, exception);
        }
        catch (Exception exception) when (TranslateFailure(exception) is { } failure)
        {
            throw failure;
        }
        finally
        {
            response?.Dispose();
        }
    }

    private async Task<bool> ReadAsync(Stream stream, JsonItemSplitter splitter, Deadline deadline)
    {
        try
        {
            int count = await stream.ReadAsync(splitter.GetMemory(), deadline.Token).ConfigureAwait(false);
            deadline.Restart();
            splitter.Advance(count);
            return count == 0;
        }
        catch (OperationCanceledException exception) when (deadline.IsExpired)
        {
            throw TimedOut(deadline.Limit, exception);
        }
        catch (Exception exception) when (TranslateFailure(exception) is { } failure)
        {
            throw failure;
        }
    }

    private bool TryRead(JsonItemSplitter splitter, bool isEnd, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out QueryItem? item)
    {
        try
        {
            bool found = splitter.TryRead(out var json) || (isEnd && splitter.Complete(out json));
            item = found ? QueryItem.Parse(json) : null;
            return found;
        }
        catch (JsonException exception)
        {
            throw InvalidAnswer(exception.Message, exception);
        }
    }
}
