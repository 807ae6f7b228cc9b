using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Skydive.Client;
using Skydive.Client.Errors;
using Skydive.Client.Queries;
using Skydive.Contracts;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Injections;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;

namespace Skydive.Service.Commands;

/// <summary>
/// <c>skydive client …</c>: what the API can do, for shells that are not PowerShell. Prints indented JSON; errors go to standard error with
/// exit code 1.
/// </summary>
internal static class ClientCommand
{
    private static readonly ClientConnection s_connection = new();

    private static readonly Dictionary<string, int> s_extraLayers = new(StringComparer.OrdinalIgnoreCase) { ["VRRP"] = 1, ["DNS"] = 2, ["DHCPv4"] = 4 };

    public static Command Create()
    {
        var command = new Command("client", "Asks an analyzer, and tells it what to do.")
        {
            Query(),
            Status(),
            Topology(),
            Node(),
            Edge(),
            CaptureCommands(),
            InjectionCommands(),
            PingMeshCommand.Create(),
            FlowCommands(),
            Pcap(),
            LogIn(),
            LogOut(),
        };
        s_connection.AddTo(command);
        return command;
    }

    private static Command LogIn()
    {
        var command = new Command("login", "Logs in and prints a token, which takes the place of user name and password: SKYDIVE_TOKEN=$(skydive client login --username ann).");
        Run(command, async (client, result, output, cancellationToken) =>
        {
            var credential = s_connection.CredentialOf(result) ?? throw new IOException("--username is missing");
            await output.CopyAsync((await client.LogInAsync(credential, cancellationToken).ConfigureAwait(false)).Token + "\n").ConfigureAwait(false);
        });
        return command;
    }

    private static Command LogOut()
    {
        var command = new Command("logout", "Gives a token back (--token, SKYDIVE_TOKEN): it is worth nothing from then on.");
        Run(command, static (client, _, _, cancellationToken) => client.LogOutAsync(cancellationToken));
        return command;
    }

    private static Command Query()
    {
        var query = new Argument<string>("gremlin") { Description = "The query, such as G.V().Has('Type','veth')." };
        var format = new Option<string>("--format") { Description = "json (default), dot (graphs only), pcap (packets only) or table.", DefaultValueFactory = static _ => "json" };
        format.AcceptOnlyFromAmong("json", "dot", "pcap", "table");
        var command = new Command("query", "Runs a Gremlin query and prints its result.") { query, format };
        Run(command, async (client, result, output, cancellationToken) =>
        {
            string text = result.GetValue(query)!;
            switch (result.GetValue(format))
            {
                case "dot":
                    await output.CopyAsync(await client.QueryTextAsync(text, "text/vnd.graphviz", cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
                    break;
                case "pcap":
                    await output.CopyBytesAsync(to => client.CopyQueryAsync(text, "application/vnd.tcpdump.pcap", to, cancellationToken)).ConfigureAwait(false);
                    break;
                case "table":
                    var items = new List<QueryItem>();
                    await foreach (var item in client.QueryAsync(text, cancellationToken).ConfigureAwait(false))
                    {
                        items.Add(item);
                    }

                    ItemTable.Print(items, output.Console);
                    break;
                default:
                    output.WriteJson(await client.QueryTextAsync(text, "application/json", cancellationToken).ConfigureAwait(false));
                    break;
            }
        });
        return command;
    }

    private static Command Status()
    {
        var command = new Command("status", "Prints how the analyzer does.");
        Run(command, async (client, _, output, cancellationToken) =>
            output.Write(await client.GetStatusAsync(cancellationToken).ConfigureAwait(false), ContractsJsonContext.Default.AnalyzerStatus));
        return command;
    }

    private static Command Topology()
    {
        var export = new Command("export", "Prints the whole graph as JSON.");
        Run(export, async (client, _, output, cancellationToken) =>
            output.WriteJson(await client.QueryTextAsync("G", "application/json", cancellationToken).ConfigureAwait(false)));
        var tree = new Command("tree", "Prints who owns what as a tree.");
        Run(tree, async (client, _, output, cancellationToken) =>
            TopologyTree.Print(await client.GetTopologyAsync(cancellationToken).ConfigureAwait(false), output.Console));
        return new Command("topology", "The whole graph.") { export, tree, Compare() };
    }

    private static Command Compare()
    {
        var from = new Option<string>("--from") { Description = "The one time: -5m for five minutes ago, an RFC 3339 time, or seconds or milliseconds since 1970.", Required = true };
        var to = new Option<string?>("--to") { Description = "The other time. Default: now." };
        var gremlin = new Option<string?>("--gremlin") { Description = "Compares only what this query finds at one of the two times." };
        var ignore = new Option<string[]>("--ignore") { Description = "Metadata paths that do not count, such as Neighbors.", AllowMultipleArgumentsPerToken = true };
        var counters = new Option<bool>("--counters") { Description = "Shows counters too, which tick all the time." };
        var command = new Command("compare", "Prints what came, went and changed between two times.") { from, to, gremlin, ignore, counters };
        Run(command, async (client, result, output, cancellationToken) =>
        {
            var request = new CompareRequest
            {
                From = TimeOf(result.GetValue(from)),
                To = TimeOf(result.GetValue(to)),
                GremlinQuery = result.GetValue(gremlin),
                Ignore = result.GetValue(ignore),
                Counters = result.GetValue(counters),
            };
            output.Write(await client.CompareTopologyAsync(request, cancellationToken).ConfigureAwait(false), ContractsJsonContext.Default.CompareReply);
        });
        return command;
    }

    private static MetadataValue TimeOf(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : text;

    private static Command Node()
    {
        var name = new Option<string>("--node-name") { Description = "The name.", Required = true };
        var type = new Option<string>("--node-type") { Description = "The type, such as device or netns.", Required = true };
        var metadata = new Option<string?>("--metadata") { Description = "More metadata, such as key=value, other.key=value." };
        var host = new Option<string?>("--host") { Description = "The host. Default: that of the analyzer." };
        var create = new Command("create", "Adds a node.") { name, type, metadata, host };
        Run(create, async (client, result, output, cancellationToken) =>
        {
            var node = new Node
            {
                Id = Guid.NewGuid().ToString(),
                Metadata = MetadataArgument.Parse(result.GetValue(metadata)).With("Name", result.GetValue(name)!).With("Type", result.GetValue(type)!),
                Host = result.GetValue(host) ?? string.Empty,
                CreatedAt = 0,
                UpdatedAt = 0,
            };
            output.Write(await client.CreateNodeAsync(node, cancellationToken).ConfigureAwait(false), ContractsJsonContext.Default.Node);
        });
        return ElementCommand(
            "node",
            "Nodes.",
            ContractsJsonContext.Default.Node,
            static (client, cancellationToken) => client.ListNodesAsync(cancellationToken),
            ContractsJsonContext.Default.IReadOnlyDictionaryStringNode,
            static (client, id, cancellationToken) => client.GetNodeAsync(id, cancellationToken),
            static (client, id, patch, cancellationToken) => client.PatchNodeAsync(id, patch, cancellationToken),
            static (client, id, cancellationToken) => client.DeleteNodeAsync(id, cancellationToken),
            create);
    }

    private static Command Edge()
    {
        var parent = new Option<string>("--parent") { Description = "Identifier of the node where it starts.", Required = true };
        var child = new Option<string>("--child") { Description = "Identifier of the node where it ends.", Required = true };
        var type = new Option<string>("--edge-type") { Description = "The relation, such as layer2.", Required = true };
        var metadata = new Option<string?>("--metadata") { Description = "More metadata, such as key=value, other.key=value." };
        var host = new Option<string?>("--host") { Description = "The host. Default: that of the analyzer." };
        var create = new Command("create", "Adds an edge.") { parent, child, type, metadata, host };
        Run(create, async (client, result, output, cancellationToken) =>
        {
            var edge = new Edge
            {
                Id = Guid.NewGuid().ToString(),
                Parent = result.GetValue(parent)!,
                Child = result.GetValue(child)!,
                Metadata = MetadataArgument.Parse(result.GetValue(metadata)).With("RelationType", result.GetValue(type)!),
                Host = result.GetValue(host) ?? string.Empty,
                CreatedAt = 0,
                UpdatedAt = 0,
            };
            output.Write(await client.CreateEdgeAsync(edge, cancellationToken).ConfigureAwait(false), ContractsJsonContext.Default.Edge);
        });
        return ElementCommand(
            "edge",
            "Edges.",
            ContractsJsonContext.Default.Edge,
            static (client, cancellationToken) => client.ListEdgesAsync(cancellationToken),
            ContractsJsonContext.Default.IReadOnlyDictionaryStringEdge,
            static (client, id, cancellationToken) => client.GetEdgeAsync(id, cancellationToken),
            static (client, id, patch, cancellationToken) => client.PatchEdgeAsync(id, patch, cancellationToken),
            static (client, id, cancellationToken) => client.DeleteEdgeAsync(id, cancellationToken),
            create);
    }

    private static Command ElementCommand<T>(
        string name,
        string description,
        JsonTypeInfo<T> type,
        Func<SkydiveClient, CancellationToken, Task<IReadOnlyDictionary<string, T>>> getAll,
        JsonTypeInfo<IReadOnlyDictionary<string, T>> listType,
        Func<SkydiveClient, string, CancellationToken, Task<T>> getOne,
        Func<SkydiveClient, string, string, CancellationToken, Task<T?>> patch,
        Func<SkydiveClient, string, CancellationToken, Task> remove,
        Command create)
        where T : GraphElement
    {
        var list = new Command("list", "Prints all of them by identifier.");
        Run(list, async (client, _, output, cancellationToken) => output.Write(await getAll(client, cancellationToken).ConfigureAwait(false), listType));
        var id = new Argument<string>("id") { Description = "The identifier." };
        var get = new Command("get", "Prints one.") { id };
        Run(get, async (client, result, output, cancellationToken) =>
            output.Write(await getOne(client, result.GetValue(id)!, cancellationToken).ConfigureAwait(false), type));
        var add = new Option<string[]>("--add", "-a") { Description = "A key of its metadata and its value: key=value.", AllowMultipleArgumentsPerToken = true };
        var delete = new Option<string[]>("--remove", "-r") { Description = "A key of its metadata that is to go.", AllowMultipleArgumentsPerToken = true };
        var update = new Command("update", "Changes its metadata.") { id, add, delete };
        Run(update, async (client, result, output, cancellationToken) =>
        {
            string text = MetadataArgument.ToPatch(result.GetValue(add) ?? [], result.GetValue(delete) ?? []);
            if (await patch(client, result.GetValue(id)!, text, cancellationToken).ConfigureAwait(false) is { } changed)
            {
                output.Write(changed, type);
            }
        });
        var ids = new Argument<string[]>("id") { Description = "Identifiers.", Arity = ArgumentArity.ZeroOrMore };
        var gremlin = new Option<string?>("--gremlin") { Description = "Removes what this query finds." };
        var deletion = new Command("delete", "Removes some.") { ids, gremlin };
        Run(deletion, async (client, result, _, cancellationToken) =>
        {
            var found = (result.GetValue(ids) ?? []).ToList();
            if (result.GetValue(gremlin) is { } query)
            {
                await foreach (var item in client.QueryAsync(query, cancellationToken).ConfigureAwait(false))
                {
                    found.Add((item.Node?.Id ?? item.Edge?.Id) ?? throw new IOException("the query gives neither nodes nor edges"));
                }
            }

            foreach (string one in found)
            {
                await remove(client, one, cancellationToken).ConfigureAwait(false);
            }
        });
        return new Command(name, description) { list, get, create, update, deletion };
    }

    private static Command FlowCommands()
    {
        var gremlin = new Argument<string>("gremlin") { Description = "A query for flows, such as G.Flows().Has('Network','10.0.0.1'). Flows of one conversation make one path." };
        var format = new Option<string>("--format") { Description = "json (default) or table.", DefaultValueFactory = static _ => "json" };
        format.AcceptOnlyFromAmong("json", "table");
        var path = new Command("path", "Prints where packets pass, where they are lost, and how long they take between capture points.") { gremlin, format };
        Run(path, async (client, result, output, cancellationToken) =>
        {
            var paths = await client.GetFlowPathsAsync(result.GetValue(gremlin)!, cancellationToken).ConfigureAwait(false);
            if (result.GetValue(format) == "table")
            {
                FlowPathTable.Print(paths, output.Console);
            }
            else
            {
                output.Write(paths, ContractsJsonContext.Default.IReadOnlyListFlowPath);
            }
        });
        return new Command("flow", "Flows.") { path };
    }

    private static Command CaptureCommands()
    {
        var gremlin = new Option<string?>("--gremlin") { Description = "Selects the nodes." };
        var node = new Option<string?>("--node") { Description = "Topology identifier of one node, instead of --gremlin." };
        var path = new Option<string?>("--probepath", "-p") { Description = "Path of the node, such as host1[Type=host]/eth0[Type=device], instead of --gremlin." };
        var bpf = new Option<string?>("--bpf") { Description = "Packet filter in libpcap's syntax." };
        var name = new Option<string?>("--name") { Description = "A name." };
        var description = new Option<string?>("--description") { Description = "A description." };
        var type = new Option<string?>("--type") { Description = "How packets are taken. Default: what suits the node." };
        var port = new Option<int>("--port") { Description = "Listening port of a collector." };
        var samplingRate = new Option<uint>("--samplingrate") { Description = "One of this many packets is sampled.", DefaultValueFactory = static _ => 1 };
        var pollingInterval = new Option<uint>("--pollinginterval") { Description = "Seconds between two readings of counters.", DefaultValueFactory = static _ => 10 };
        var headerSize = new Option<int>("--header-size") { Description = "How many bytes of each packet are looked at." };
        var rawPackets = new Option<int>("--rawpacket-limit") { Description = "How many packets of each flow are kept; -1 for all." };
        var tcpMetric = new Option<bool>("--extra-tcp-metric") { Description = "Keeps details of TCP connections." };
        var defragment = new Option<bool>("--ip-defrag") { Description = "Puts IPv4 fragments together." };
        var reassemble = new Option<bool>("--reassemble-tcp", "--reassamble-tcp") { Description = "Puts TCP segments in order." };
        var extraLayers = new Option<string[]>("--extra-layer") { Description = "Further layers to decode: VRRP, DNS, DHCPv4.", AllowMultipleArgumentsPerToken = true };
        extraLayers.AcceptOnlyFromAmong([.. s_extraLayers.Keys]);
        var target = new Option<string?>("--target") { Description = "Where to send what is seen, as address:port." };
        var targetType = new Option<string?>("--target-type") { Description = $"How to send it: {string.Join(", ", TargetTypes.All)}, or several with commas between them." };
        var keyMode = new Option<LayerKeyMode>("--layer-key-mode") { Description = "What tells flows apart: L2 or L3." };
        var ttl = new Option<long?>("--ttl") { Description = "The capture ends after so many milliseconds." };
        var create = new Command("create", "Starts a capture.") 
        {
            gremlin, node, path, bpf, name, description, type, port, samplingRate, pollingInterval, headerSize, rawPackets, tcpMetric, defragment,
            reassemble, extraLayers, keyMode, target, targetType, ttl,
        };
        create.Validators.Add(result =>
        {
            if (new[] { gremlin, node, path }.Count(option => result.GetValue(option) is not null) != 1)
            {
                result.AddError("give one of --gremlin, --node and --probepath");
            }
        });
        Run(create, async (client, result, output, cancellationToken) =>
        {
            var capture = new Capture
            {
                GremlinQuery = result.GetValue(gremlin) ?? (result.GetValue(node) is { } tid ? $"G.V().Has('TID', {Quote(tid)})" : string.Empty),
                ProbePath = result.GetValue(path),
                BPFFilter = result.GetValue(bpf),
                Name = result.GetValue(name),
                Description = result.GetValue(description),
                Type = result.GetValue(type),
                HeaderSize = result.GetValue(headerSize),
                LayerKeyMode = result.GetValue(keyMode),
                Port = result.GetValue(port),
                SamplingRate = result.GetValue(samplingRate),
                PollingInterval = result.GetValue(pollingInterval),
                RawPacketLimit = result.GetValue(rawPackets),
                ExtraTCPMetric = result.GetValue(tcpMetric),
                IPDefrag = result.GetValue(defragment),
                ReassembleTCP = result.GetValue(reassemble),
                ExtraLayers = (result.GetValue(extraLayers) ?? []).Aggregate(0, static (mask, layer) => mask | s_extraLayers[layer]),
                Target = result.GetValue(target),
                TargetType = result.GetValue(targetType),
            };
            TimeSpan? timeToLive = result.GetValue(ttl) is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;
            output.Write(await client.CreateCaptureAsync(capture, timeToLive, cancellationToken).ConfigureAwait(false), ContractsJsonContext.Default.Capture);
        });

        var list = new Command("list", "Prints all captures.");
        Run(list, async (client, _, output, cancellationToken) =>
        {
            var captures = await client.ListCapturesAsync(cancellationToken).ConfigureAwait(false);
            output.Write(
                captures.ToDictionary(static capture => capture.UUID, StringComparer.Ordinal), ContractsJsonContext.Default.IReadOnlyDictionaryStringCapture);
        });

        var id = new Argument<string>("id") { Description = "Identifier of the capture." };
        var get = new Command("get", "Prints a capture.") { id };
        Run(get, async (client, result, output, cancellationToken) =>
            output.Write(await client.GetCaptureAsync(result.GetValue(id)!, cancellationToken).ConfigureAwait(false), ContractsJsonContext.Default.Capture));
        var ids = new Argument<string[]>("id") { Description = "Identifiers of captures.", Arity = ArgumentArity.OneOrMore };
        var delete = new Command("delete", "Ends captures.") { ids };
        Run(delete, async (client, result, _, cancellationToken) =>
        {
            foreach (string capture in result.GetValue(ids)!)
            {
                await client.DeleteCaptureAsync(capture, cancellationToken).ConfigureAwait(false);
            }
        });
        return new Command("capture", "Captures: standing orders to collect flows.") { create, list, get, delete };
    }

    private static Command InjectionCommands()
    {
        var source = new Option<string>("--src") { Description = "Gremlin that selects the interfaces that send.", Required = true };
        var destination = new Option<string>("--dst") { Description = "Gremlin that selects the node that the packets are for.", DefaultValueFactory = static _ => string.Empty };
        var packets = new InjectionOptions();
        var create = new Command("create", "Sends packets.") { source, destination };
        packets.AddTo(create);
        Run(create, async (client, result, output, cancellationToken) =>
        {
            var injection = await packets.ReadAsync(result, cancellationToken).ConfigureAwait(false) with { Src = result.GetValue(source)!, Dst = result.GetValue(destination)! };
            output.Write(await client.CreateInjectionAsync(injection, null, cancellationToken).ConfigureAwait(false), ContractsJsonContext.Default.Injection);
        });

        var list = new Command("list", "Prints all injections.");
        Run(list, async (client, _, output, cancellationToken) =>
        {
            var injections = await client.ListInjectionsAsync(cancellationToken).ConfigureAwait(false);
            output.Write(
                injections.ToDictionary(static injection => injection.UUID, StringComparer.Ordinal), ContractsJsonContext.Default.IReadOnlyDictionaryStringInjection);
        });

        var id = new Argument<string>("id") { Description = "Identifier of the injection." };
        var get = new Command("get", "Prints an injection.") { id };
        Run(get, async (client, result, output, cancellationToken) =>
            output.Write(await client.GetInjectionAsync(result.GetValue(id)!, cancellationToken).ConfigureAwait(false), ContractsJsonContext.Default.Injection));
        var ids = new Argument<string[]>("id") { Description = "Identifiers of injections.", Arity = ArgumentArity.OneOrMore };
        var delete = new Command("delete", "Stops injections.") { ids };
        Run(delete, async (client, result, _, cancellationToken) =>
        {
            foreach (string injection in result.GetValue(ids)!)
            {
                await client.DeleteInjectionAsync(injection, cancellationToken).ConfigureAwait(false);
            }
        });
        var command = new Command("injection", "Injections: packets that are sent from interfaces.") { create, list, get, delete };
        command.Aliases.Add("inject-packet");
        return command;
    }

    private static Command Pcap()
    {
        var trace = new Option<FileInfo>("--trace", "-t") { Description = "The file.", Required = true };
        var command = new Command("pcap", "Sends a pcap file; its flows are kept.") { trace };
        Run(command, async (client, result, _, cancellationToken) =>
        {
            await using var file = result.GetValue(trace)!.OpenRead();
            await client.UploadPcapAsync(file, null, cancellationToken).ConfigureAwait(false);
        });
        return command;
    }

    private static string Quote(string text) => "'" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal) + "'";

    /// <summary>Gives a command what it does.</summary>
    internal static void Run(Command command, Func<SkydiveClient, ParseResult, CommandOutput, CancellationToken, Task> action) =>
        command.SetAction(async (result, cancellationToken) =>
        {
            var error = result.InvocationConfiguration.Error;
            try
            {
                using var client = new SkydiveClient(s_connection.Read(result));
                await action(client, result, new CommandOutput(result.InvocationConfiguration.Output), cancellationToken).ConfigureAwait(false);
                return 0;
            }
            catch (Exception e) when (e is SkydiveException or IOException or UnauthorizedAccessException or ArgumentException or System.Security.Cryptography.CryptographicException)
            {
                await error.WriteLineAsync($"skydive: {e.Message}").ConfigureAwait(false);
                return 1;
            }
        });
}
