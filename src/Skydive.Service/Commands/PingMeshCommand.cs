using System.CommandLine;
using Skydive.Client.Selection;
using Skydive.Contracts;
using Skydive.Contracts.PingMeshes;

namespace Skydive.Service.Commands;

/// <summary><c>skydive client pingmesh …</c>.</summary>
internal static class PingMeshCommand
{
    public static Command Create() => new("pingmesh", "Ping meshes: round trip time, loss and jitter between interfaces.") { CreateMesh(), List(), Get(), Samples(), Delete() };

    private static Command CreateMesh()
    {
        var source = new Option<string>("--src") { Description = "Gremlin that selects the interfaces that ask.", Required = true };
        var destination = new Option<string>("--dst") { Description = "Gremlin that selects the interfaces that are asked. Default: those of --src.", DefaultValueFactory = static _ => string.Empty };
        var name = new Option<string?>("--name") { Description = "A name." };
        var type = new Option<string>("--type") { Description = $"{string.Join(", ", PingTypes.All)}.", DefaultValueFactory = static _ => PingTypes.IcmpV4 };
        type.AcceptOnlyFromAmong([.. PingTypes.All]);
        var interval = new Option<long>("--interval") { Description = "Milliseconds between two requests of a pair.", DefaultValueFactory = static _ => PingMesh.DefaultInterval };
        var count = new Option<long>("--count") { Description = "How many requests each pair sends; 0 for no end." };
        var payload = new Option<int>("--payload-size") { Description = "Bytes behind the ICMP header.", DefaultValueFactory = static _ => PingMesh.DefaultPayloadSize };
        var timeout = new Option<long>("--timeout") { Description = "Milliseconds after which a request is lost.", DefaultValueFactory = static _ => PingMesh.DefaultTimeout };
        var period = new Option<long>("--sample-period") { Description = "Milliseconds that a sample of history covers.", DefaultValueFactory = static _ => PingMesh.DefaultSamplePeriod };
        var timeToLive = new Option<byte>("--ttl") { Description = "Time to live, or hop limit, of requests.", DefaultValueFactory = static _ => PingMesh.DefaultTimeToLive };
        var duration = new Option<long?>("--duration") { Description = "The mesh ends, and is forgotten, after so many milliseconds." };
        var create = new Command("create", "Begins to measure.") { source, destination, name, type, interval, count, payload, timeout, period, timeToLive, duration };
        ClientCommand.Run(create, async (client, result, output, cancellationToken) =>
        {
            var mesh = new PingMesh
            {
                Src = result.GetValue(source)!,
                Dst = result.GetValue(destination)!,
                Name = result.GetValue(name),
                Type = result.GetValue(type)!,
                Interval = result.GetValue(interval),
                Count = result.GetValue(count),
                PayloadSize = result.GetValue(payload),
                Timeout = result.GetValue(timeout),
                SamplePeriod = result.GetValue(period),
                TTL = result.GetValue(timeToLive),
            };
            TimeSpan? life = result.GetValue(duration) is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;
            output.Write(await client.CreatePingMeshAsync(mesh, life, cancellationToken).ConfigureAwait(false), ContractsJsonContext.Default.PingMesh);
        });
        return create;
    }

    private static Command List()
    {
        var list = new Command("list", "Prints all ping meshes.");
        ClientCommand.Run(list, async (client, _, output, cancellationToken) =>
        {
            var meshes = await client.ListPingMeshesAsync(cancellationToken).ConfigureAwait(false);
            output.Write(meshes.ToDictionary(static mesh => mesh.UUID, StringComparer.Ordinal), ContractsJsonContext.Default.IReadOnlyDictionaryStringPingMesh);
        });
        return list;
    }

    private static Command Get()
    {
        var id = new Argument<string>("id") { Description = "Identifier of the mesh." };
        var (from, to) = Span();
        var format = new Option<string>("--format") { Description = "json (default) or table.", DefaultValueFactory = static _ => "json" };
        format.AcceptOnlyFromAmong("json", "table");
        var get = new Command("get", "Prints a ping mesh with its pairs: as they are, or what they measured in a span of time.") { id, from, to, format };
        ClientCommand.Run(get, async (client, result, output, cancellationToken) =>
        {
            var mesh = await (Times(result, from, to) is { } times
                ? client.GetPingMeshAsync(result.GetValue(id)!, times.From, times.To, cancellationToken)
                : client.GetPingMeshAsync(result.GetValue(id)!, cancellationToken)).ConfigureAwait(false);
            if (result.GetValue(format) == "table")
            {
                PingPairTable.Print(mesh, output.Console);
            }
            else
            {
                output.Write(mesh, ContractsJsonContext.Default.PingMesh);
            }
        });
        return get;
    }

    private static Command Samples()
    {
        var id = new Argument<string>("id") { Description = "Identifier of the mesh." };
        var (from, to) = Span();
        var samples = new Command("samples", "Prints the time series of the pairs of a mesh.") { id, from, to };
        ClientCommand.Run(samples, async (client, result, output, cancellationToken) =>
        {
            var times = Times(result, from, to) ?? (DateTimeOffset.UnixEpoch, null);
            output.Write(
                await client.GetPingSamplesAsync(result.GetValue(id)!, times.From, times.To, cancellationToken).ConfigureAwait(false), ContractsJsonContext.Default.IReadOnlyListPingSample);
        });
        return samples;
    }

    private static Command Delete()
    {
        var ids = new Argument<string[]>("id") { Description = "Identifiers of meshes.", Arity = ArgumentArity.OneOrMore };
        var delete = new Command("delete", "Ends ping meshes.") { ids };
        ClientCommand.Run(delete, async (client, result, _, cancellationToken) =>
        {
            foreach (string mesh in result.GetValue(ids)!)
            {
                await client.DeletePingMeshAsync(mesh, cancellationToken).ConfigureAwait(false);
            }
        });
        return delete;
    }

    private static (Option<DateTimeOffset?> From, Option<DateTimeOffset?> To) Span() => (TimeOption("--from", "When the span begins: -5m, or an RFC 3339 time."), TimeOption("--to", "When it ends. Default: now."));

    private static (DateTimeOffset From, DateTimeOffset? To)? Times(ParseResult result, Option<DateTimeOffset?> from, Option<DateTimeOffset?> to) =>
        (result.GetValue(from), result.GetValue(to)) switch
        {
            (null, null) => null,
            var (first, last) => (first ?? DateTimeOffset.UnixEpoch, last),
        };

    private static Option<DateTimeOffset?> TimeOption(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result =>
        {
            if (TimeText.TryParseTime(result.Tokens[0].Value, DateTimeOffset.Now, out var time))
            {
                return time;
            }

            result.AddError($"'{result.Tokens[0].Value}' is no time: write -30s, now or 2026-03-01T12:00:00Z");
            return null;
        },
    };
}
