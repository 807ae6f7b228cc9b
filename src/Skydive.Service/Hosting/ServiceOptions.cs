using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using Skydive.Agent;
using Skydive.Agent.MetadataFiles;
using Skydive.Analyzer;
using Skydive.Analyzer.Fabric;
using Skydive.Analyzer.WebSockets;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Service.Configuration;
using Skydive.Storage;

namespace Skydive.Service.Hosting;

/// <summary>What the process is to do: the configuration as values that are known to fit together.</summary>
internal sealed record ServiceOptions
{
    public required Role Role { get; init; }

    /// <summary>Identity of this host.</summary>
    public required string HostId { get; init; }

    /// <summary>Where the API is served.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>The analyzers that an agent connects to.</summary>
    public required IReadOnlyList<Uri> Analyzers { get; init; }

    public required HistoryStoreOptions Storage { get; init; }

    public required WebSocketOptions WebSockets { get; init; }

    /// <summary>The topology probes that run besides those that always do.</summary>
    public required IReadOnlyList<string> Probes { get; init; }

    /// <summary>What no agent can see.</summary>
    public required FabricDefinition Fabric { get; init; }

    /// <summary>What the configuration says of this host.</summary>
    public required MetadataMap Metadata { get; init; }

    /// <summary>How often counters of interfaces are brought into the graph.</summary>
    public required TimeSpan MetricsUpdate { get; init; }

    /// <summary>Files that say more of it.</summary>
    public required IReadOnlyList<MetadataFile> MetadataFiles { get; init; }

    public required string NamespacePath { get; init; }

    public required TimeSpan CaptureStatsUpdate { get; init; }

    public required TimeSpan FlowUpdate { get; init; }

    public required TimeSpan FlowExpire { get; init; }

    public required int FlowMaxEntries { get; init; }

    public required LayerKeyMode DefaultLayerKeyMode { get; init; }

    public required IReadOnlyDictionary<string, TimeSpan> ApplicationTimeouts { get; init; }

    /// <summary>Names of applications by TCP port.</summary>
    public required IReadOnlyDictionary<int, string> TcpApplications { get; init; }

    /// <summary>Names of applications by UDP port.</summary>
    public required IReadOnlyDictionary<int, string> UdpApplications { get; init; }

    /// <summary>How many packet rings share the packets of a capture.</summary>
    public required int RingsPerCapture { get; init; }

    /// <summary>Bytes of all packet rings together; null for what suits the host.</summary>
    public required long? RingMemory { get; init; }

    /// <summary>How many flows a second are fetched from the kernel.</summary>
    public required int EbpfPollingRate { get; init; }

    /// <summary>Where pcap streams are taken.</summary>
    public required IPAddress PcapSocketAddress { get; init; }

    public required int PcapSocketFirstPort { get; init; }

    public required int PcapSocketLastPort { get; init; }

    public required int MaximumBufferedFlows { get; init; }

    /// <summary>A capture that is made at start; null for none.</summary>
    public Capture? StartupCapture { get; init; }

    public required LogLevel LogLevel { get; init; }

    public required bool JsonLog { get; init; }

    /// <summary>The settings that are in force, for <c>/api/config</c>.</summary>
    public required ServiceConfiguration Configuration { get; init; }

    /// <summary>Reads configuration files and environment.</summary>
    /// <param name="role">What the process is to do.</param>
    /// <param name="files">The files in order; none for the default file if it exists.</param>
    /// <param name="environment">The environment.</param>
    /// <param name="problems">Everything that is wrong, errors and warnings.</param>
    /// <returns>The options; null when there are errors.</returns>
    public static ServiceOptions? Load(
        Role role, IReadOnlyList<string> files, IReadOnlyDictionary<string, string> environment, out IReadOnlyList<ConfigurationProblem> problems)
    {
        var loader = new ConfigurationLoader();
        foreach (string file in files.Count > 0 ? files : new[] { DefaultFile }.Where(File.Exists))
        {
            loader.AddFile(file);
        }

        loader.AddEnvironment(environment);
        var configuration = new ServiceConfiguration(loader.Settings);
        var found = loader.Problems.ToList();
        problems = found;
        if (found.Any(static problem => problem.IsError))
        {
            return null;
        }

        var options = Build(role, configuration, environment, found);
        return found.Any(static problem => problem.IsError) ? null : options;
    }

    private const string DefaultFile = "/etc/skydive/skydive.yml";

    private static ServiceOptions Build(
        Role role, ServiceConfiguration configuration, IReadOnlyDictionary<string, string> environment, List<ConfigurationProblem> problems)
    {
        string listenKey = role == Role.Agent ? "agent.listen" : "analyzer.listen";
        string backendKey = role == Role.Agent ? "agent.auth.api.backend" : "analyzer.auth.api.backend";
        var listen = configuration.GetEndpoint(listenKey);
        if (!IPAddress.IsLoopback(listen.Address) && configuration.GetText(backendKey) is null)
        {
            problems.Add(new(
                true,
                configuration.Find(listenKey)!.Source,
                $"{listenKey}: {listen} can be reached from other hosts and nobody would have to log in: listen on 127.0.0.1, or set {backendKey} to noauth to allow it"));
        }

        var analyzers = new List<Uri>();
        foreach (string analyzer in configuration.GetList("analyzers"))
        {
            if (Uri.TryCreate(analyzer.Contains("://", StringComparison.Ordinal) ? analyzer : "http://" + analyzer, UriKind.Absolute, out var uri)
                && uri.Scheme is "http" or "https")
            {
                analyzers.Add(uri!);
            }
            else
            {
                problems.Add(new(true, configuration.Find("analyzers")!.Source, $"analyzers: '{analyzer}' is not valid: expected address:port"));
            }
        }

        CheckProbes(configuration, "agent.topology.probes", AgentRuntime.ProbeNames, problems);
        CheckProbes(configuration, "analyzer.topology.probes", AnalyzerRuntime.ProbeNames, problems);
        var fabric = FabricDefinition.Parse(configuration.GetList("analyzer.topology.fabric"), out var fabricProblems);
        problems.AddRange(fabricProblems.Select(problem =>
            new ConfigurationProblem(problem.IsError, configuration.Find("analyzer.topology.fabric")!.Source, $"analyzer.topology.fabric: {problem}")));

        var metadata = configuration.GetTree("agent.metadata").AsMap ?? MetadataMap.Empty;
        foreach (string key in AgentRuntime.ReservedMetadataKeys.Where(metadata.ContainsKey))
        {
            problems.Add(new(true, configuration.Find("agent.metadata")!.Source, $"agent.metadata: {key} cannot be set: it says what the node is"));
        }

        string topology = configuration.GetText("analyzer.topology.backend")!;
        string flows = configuration.GetText("analyzer.flow.backend")!;
        if (topology != flows)
        {
            problems.Add(new(
                true, configuration.Find("analyzer.flow.backend")!.Source, $"analyzer.flow.backend: '{flows}' differs from analyzer.topology.backend '{topology}': one store keeps both"));
        }

        string? driver = configuration.GetText($"storage.{topology}.driver") ?? (topology is "sqlite" or "memory" ? topology : null);
        if (driver is null)
        {
            problems.Add(new(
                true, configuration.Find("analyzer.topology.backend")!.Source, $"analyzer.topology.backend: no section storage.{topology} says what '{topology}' is: set storage.{topology}.driver to sqlite or memory"));
        }

        var maximumAge = (TimeSpan)configuration.Find($"storage.{topology}.max_age")!.Value;
        long maximumSize = (long)configuration.Find($"storage.{topology}.max_size")!.Value;
        string? captureQuery = configuration.GetText("analyzer.startup.capture_gremlin");
        return new()
        {
            Role = role,
            HostId = configuration.GetText("host_id") ?? Environment.MachineName,
            Listen = listen,
            Analyzers = analyzers,
            Storage = new()
            {
                Driver = driver ?? HistoryStoreOptions.MemoryDriver,
                Directory = configuration.GetText("storage.data_dir") ?? DefaultDataDirectory(environment),
                MaximumAge = maximumAge == TimeSpan.Zero ? null : maximumAge,
                MaximumSizeBytes = maximumSize == 0 ? null : maximumSize,
            },
            WebSockets = new()
            {
                PingDelay = configuration.GetDuration("http.ws.ping_delay"),
                PongTimeout = configuration.GetDuration("http.ws.pong_timeout"),
                QueueSize = (int)configuration.GetInteger("http.ws.queue_size"),
            },
            Probes = configuration.GetList("agent.topology.probes"),
            Fabric = fabric,
            Metadata = metadata,
            MetadataFiles = ReadMetadataFiles(configuration, problems),
            NamespacePath = configuration.GetText("agent.topology.netns.run_path")!,
            MetricsUpdate = configuration.GetDuration("agent.topology.netlink.metrics_update"),
            CaptureStatsUpdate = configuration.GetDuration("agent.capture.stats_update"),
            FlowUpdate = configuration.GetDuration("flow.update"),
            FlowExpire = configuration.GetDuration("flow.expire"),
            FlowMaxEntries = (int)configuration.GetInteger("flow.max_entries"),
            DefaultLayerKeyMode = Enum.Parse<LayerKeyMode>(configuration.GetText("flow.default_layer_key_mode")!, ignoreCase: true),
            ApplicationTimeouts = new Dictionary<string, TimeSpan>
            {
                ["ARP"] = configuration.GetDuration("flow.application_timeout.arp"),
                ["DNS"] = configuration.GetDuration("flow.application_timeout.dns"),
            },
            TcpApplications = ReadApplications(configuration, "flow.application_ports.tcp.", problems),
            UdpApplications = ReadApplications(configuration, "flow.application_ports.udp.", problems),
            RingsPerCapture = (int)configuration.GetInteger("agent.capture.rings"),
            RingMemory = configuration.Find("agent.capture.ring_memory")?.Value as long?,
            EbpfPollingRate = (int)configuration.GetInteger("agent.flow.ebpf.polling_rate"),
            PcapSocketAddress = ReadAddress(configuration, "agent.flow.pcapsocket.bind_address", problems),
            PcapSocketFirstPort = (int)configuration.GetInteger(configuration.Find("agent.flow.pcapsocket.port_min") is null ? "agent.flow.pcapsocket.min_port" : "agent.flow.pcapsocket.port_min"),
            PcapSocketLastPort = (int)configuration.GetInteger(configuration.Find("agent.flow.pcapsocket.port_max") is null ? "agent.flow.pcapsocket.max_port" : "agent.flow.pcapsocket.port_max"),
            MaximumBufferedFlows = (int)configuration.GetInteger("analyzer.flow.max_buffer_size"),
            StartupCapture = captureQuery is null ? null : new Capture
            {
                GremlinQuery = captureQuery,
                BPFFilter = configuration.GetText("analyzer.startup.capture_bpf"),
                Type = configuration.GetText("analyzer.startup.capture_type"),
                Name = "startup",
            },
            LogLevel = configuration.GetText("logging.level")!.ToUpperInvariant() switch
            {
                "TRACE" => LogLevel.Trace,
                "DEBUG" => LogLevel.Debug,
                "WARNING" => LogLevel.Warning,
                "ERROR" => LogLevel.Error,
                _ => LogLevel.Information,
            },
            JsonLog = configuration.GetText("logging.encoder") is not null,
            Configuration = configuration,
        };
    }

    private static IPAddress ReadAddress(ServiceConfiguration configuration, string key, List<ConfigurationProblem> problems)
    {
        var setting = configuration.Find(key)!;
        if (IPAddress.TryParse((string)setting.Value, out var address))
        {
            return address;
        }

        problems.Add(new(true, setting.Source, $"{key}: '{setting.Value}' is not valid: expected an address such as 127.0.0.1 or ::1"));
        return IPAddress.Loopback;
    }

    private static Dictionary<int, string> ReadApplications(ServiceConfiguration configuration, string group, List<ConfigurationProblem> problems)
    {
        var names = new Dictionary<int, string>();
        foreach (var (text, setting) in configuration.FindAll(group))
        {
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= IPEndPoint.MaxPort)
            {
                names[port] = (string)setting.Value;
            }
            else
            {
                problems.Add(new(true, setting.Source, $"{setting.Key}: '{text}' is no port: expected a number from 1 to {IPEndPoint.MaxPort}"));
            }
        }

        return names;
    }

    private static void CheckProbes(ServiceConfiguration configuration, string key, IReadOnlyList<string> known, List<ConfigurationProblem> problems)
    {
        string[] unknown = [.. configuration.GetList(key).Except(known, StringComparer.Ordinal)];
        if (unknown.Length > 0)
        {
            problems.Add(new(
                false,
                configuration.Find(key)!.Source,
                $"{key}: {string.Join(", ", unknown)}: no such probe in this version; there are {string.Join(", ", known)}"));
        }
    }

    private static List<MetadataFile> ReadMetadataFiles(ServiceConfiguration configuration, List<ConfigurationProblem> problems)
    {
        const string Key = "agent.metadata_config.files";
        var files = new List<MetadataFile>();
        foreach (var element in configuration.GetTree(Key).Elements)
        {
            var entry = element.AsMap!;
            string[] unknown = [.. entry.Keys.Except(["path", "type", "name", "selector"], StringComparer.Ordinal)];
            string? path = entry["path"].AsString;
            string? name = entry["name"].AsString;
            string? type = entry["type"].AsString ?? System.IO.Path.GetExtension(path)?.TrimStart('.');
            string? error = unknown.Length > 0 ? $"unknown key '{unknown[0]}'; there are path, type, name and selector"
                : string.IsNullOrEmpty(path) ? "path is missing"
                : string.IsNullOrEmpty(name) ? "name is missing: the key below Config"
                : name.Split('.') is { Length: > 8 } ? "name has too many parts"
                : type is null || !MetadataFormats.Types.Contains(type, StringComparer.Ordinal) ? $"type '{type}' is not valid: expected {string.Join(", ", MetadataFormats.Types)}"
                : files.Any(file => file.Name == name) ? $"name '{name}' is there twice"
                : null;
            if (error is null)
            {
                files.Add(new(path!, type!, name!, entry["selector"].ToString()));
            }
            else
            {
                problems.Add(new(true, configuration.Find(Key)!.Source, $"{Key}: {path}: {error}"));
            }
        }

        return files;
    }

    /// <summary>Where state rests: for root the system's place, for others their own (XDG Base Directory Specification).</summary>
    private static string DefaultDataDirectory(IReadOnlyDictionary<string, string> environment)
    {
        // systemd tells a unit with StateDirectory= where that is.
        if (environment.TryGetValue("STATE_DIRECTORY", out string? state) && state.Length > 0)
        {
            return state.Split(':')[0];
        }

        if (Environment.IsPrivilegedProcess)
        {
            return "/var/lib/skydive";
        }

        string? home = environment.GetValueOrDefault("XDG_STATE_HOME");
        return Path.Combine(
            string.IsNullOrEmpty(home) ? Path.Combine(environment.GetValueOrDefault("HOME") ?? Path.GetTempPath(), ".local", "state") : home, "skydive");
    }
}
