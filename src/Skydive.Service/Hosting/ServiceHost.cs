using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Skydive.Agent;
using Skydive.Agent.Link;
using Skydive.Analyzer;
using Skydive.Analyzer.Api;
using Skydive.Analyzer.Hub;
using Skydive.Contracts.Status;
using Skydive.Linux;
using Skydive.Linux.Bpf;
using Skydive.Storage;

namespace Skydive.Service.Hosting;

/// <summary>Puts the parts of a role together and runs them until the process is told to end.</summary>
internal static partial class ServiceHost
{
    private const int FaultExitCode = 70;
    private const long MaximumPcapBytes = 2L << 30;

    /// <summary>Runs the service.</summary>
    /// <param name="options">What it does.</param>
    /// <param name="cancellationToken">Ends it in the orderly way.</param>
    /// <returns>The exit code: 0 after an orderly end, another when the service could not start or a part of it broke.</returns>
    public static async Task<int> RunAsync(ServiceOptions options, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        ConfigureLogging(builder.Logging, options);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaximumPcapBytes;
            kestrel.Listen(options.Listen, static listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        var app = builder.Build();
        await using (app.ConfigureAwait(false))
        {
            var loggers = app.Services.GetRequiredService<ILoggerFactory>();
            var logger = loggers.CreateLogger("Skydive.Service");
            var faults = new FaultMonitor(app.Lifetime, logger);
            try
            {
                await (options.Role == Role.Agent
                    ? RunAgentAsync(app, options, loggers, faults, cancellationToken)
                    : RunAnalyzerAsync(app, options, loggers, faults, cancellationToken)).ConfigureAwait(false);
            }
            catch (Exception e) when (e is HistoryException or LinuxException or IOException or SocketException)
            {
                LogNotStarted(logger, e.Message);

                // Requests that came in meanwhile are answered before everything goes.
                await app.StopAsync(CancellationToken.None).ConfigureAwait(false);
                return FaultExitCode;
            }

            return faults.HasFault ? FaultExitCode : 0;
        }
    }

    private static async Task RunAnalyzerAsync(
        WebApplication app, ServiceOptions options, ILoggerFactory loggers, FaultMonitor faults, CancellationToken cancellationToken)
    {
        await using var store = HistoryStore.Open(options.Storage);
        AgentRuntime? agent = null;
        await using var analyzer = new AnalyzerRuntime(
            new AnalyzerOptions
            {
                Host = options.HostId,
                Version = ServiceVersion.Text,
                LocalAgent = options.Role == Role.AllInOne ? options.HostId : null,
                WebSockets = options.WebSockets,
                MaximumBufferedFlows = options.MaximumBufferedFlows,
                DefaultLayerKeyMode = options.DefaultLayerKeyMode,
                Fabric = options.Fabric,
                StartupCapture = options.StartupCapture,
                ValidateBpf = static expression => BpfCompiler.Check(expression),
                PacketFilters = new PacketFilterCompiler(),
                FlowExpire = options.FlowExpire,
                GetConfiguration = options.Configuration.ToJson,
                GetProbes = () => agent?.Probes ?? new Dictionary<string, ProbeStatus>(),
            },
            store,
            loggers);

        // Ready means that this host is in the graph, too.
        LocalAgentFeed? feed = null;
        app.MapAnalyzer(analyzer, loggers, app.Lifetime.ApplicationStopping, () => options.Role != Role.AllInOne || Volatile.Read(ref feed) is not null);

        // The port is taken first: a second service on it must not touch anything.
        await app.StartAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (options.Role == Role.AllInOne)
            {
                agent = new AgentRuntime(ToAgentOptions(options), new LocalFlowOutput(analyzer.Flows), loggers);
                await agent.StartAsync().ConfigureAwait(false);
                faults.Watch("agent", agent.Completion);
            }

            await analyzer.StartAsync(cancellationToken).ConfigureAwait(false);
            faults.Watch("analyzer", analyzer.Completion);
            if (agent is not null)
            {
                feed = new LocalAgentFeed(agent.Graph, analyzer.Graph, loggers.CreateLogger<LocalAgentFeed>());
                faults.Watch("agent feed", feed.Completion);
                var since = DateTimeOffset.UtcNow;
                analyzer.Agents.Add(agent.Link, () => new ConnectionStatus
                {
                    ServiceType = "agent",
                    ClientProtocol = "internal",
                    IsConnected = true,
                    ConnectTime = since,
                    RemoteHost = options.HostId,
                });
            }

            LogReady(loggers.CreateLogger("Skydive.Service"), options.Role, options.Listen.ToString(), options.Storage.Driver == HistoryStoreOptions.SqliteDriver ? options.Storage.Directory! : "memory");
            await WaitAsync(app, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // Captures send their last flows before the store closes.
            if (agent is not null)
            {
                await agent.DisposeAsync().ConfigureAwait(false);
            }

            if (feed is not null)
            {
                await feed.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static async Task RunAgentAsync(
        WebApplication app, ServiceOptions options, ILoggerFactory loggers, FaultMonitor faults, CancellationToken cancellationToken)
    {
        var analyzerAddress = options.Analyzers[0];
        await using var flows = new FlowConnection(
            analyzerAddress, options.HostId, options.WebSockets.PingDelay, options.WebSockets.PongTimeout, loggers.CreateLogger<FlowConnection>(),
            options.Configuration.GetInteger("agent.flow.max_buffer_bytes"));
        await using var agent = new AgentRuntime(ToAgentOptions(options), flows, loggers);
        AnalyzerConnection? connection = null;
        app.MapAgent(
            new ServiceInfo { Host = options.HostId, Version = ServiceVersion.Text, Service = "agent" },
            agent.Graph,
            agent.Link,
            subscribers => new AgentStatus
            {
                Clients = subscribers,
                Analyzers = connection is null
                    ? new Dictionary<string, ConnectionStatus>()
                    : new Dictionary<string, ConnectionStatus> { [connection.Status.RemoteHost.Length > 0 ? connection.Status.RemoteHost : analyzerAddress.Authority] = connection.Status },
                TopologyProbes = agent.Probes,
                Flows = flows.Status,
                FlowProbes = Skydive.Contracts.Captures.CaptureTypes.Available,
            },
            options.Configuration.ToJson,
            options.WebSockets,
            loggers,
            app.Lifetime.ApplicationStopping,
            () => Volatile.Read(ref connection) is not null);
        await app.StartAsync(cancellationToken).ConfigureAwait(false);
        await agent.StartAsync().ConfigureAwait(false);
        faults.Watch("agent", agent.Completion);
        connection = new AnalyzerConnection(
            analyzerAddress, agent, options.WebSockets.PingDelay, options.WebSockets.PongTimeout, loggers.CreateLogger<AnalyzerConnection>());
        await using (connection.ConfigureAwait(false))
        {
            faults.Watch("connection to the analyzer", connection.Completion);
            faults.Watch("flow connection", flows.Completion);
            LogReady(loggers.CreateLogger("Skydive.Service"), options.Role, options.Listen.ToString(), "none");
            await WaitAsync(app, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task WaitAsync(WebApplication app, CancellationToken cancellationToken)
    {
        await app.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
        await app.StopAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private static AgentOptions ToAgentOptions(ServiceOptions options) => new()
    {
        Host = options.HostId,
        Probes = options.Probes,
        Metadata = options.Metadata,
        MetadataFiles = options.MetadataFiles,
        ProcessUpdate = options.Configuration.GetDuration("agent.topology.processes.update"),
        LsblkPath = options.Configuration.GetText("agent.topology.blockdev.lsblk_path")!,
        SocketInfoUpdate = options.Configuration.GetDuration("agent.topology.socketinfo.host_update"),
        MaximumSockets = (int)options.Configuration.GetInteger("agent.topology.socketinfo.max_sockets"),
        LldpInterfaces = options.Configuration.GetList("agent.topology.lldp.interfaces"),
        NamespacePath = options.NamespacePath,
        MetricsUpdate = options.MetricsUpdate,
        CaptureStatsUpdate = options.CaptureStatsUpdate,
        FlowUpdate = options.FlowUpdate,
        FlowExpire = options.FlowExpire,
        FlowMaxEntries = options.FlowMaxEntries,
        ApplicationTimeouts = options.ApplicationTimeouts,
        TcpApplications = options.TcpApplications,
        UdpApplications = options.UdpApplications,
        RingsPerCapture = options.RingsPerCapture,
        RingMemoryBytes = options.RingMemory ?? Math.Min(1L << 30, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4),
        EbpfPollingRate = options.EbpfPollingRate,
        PcapSocketAddress = options.PcapSocketAddress,
        PcapSocketFirstPort = options.PcapSocketFirstPort,
        PcapSocketLastPort = options.PcapSocketLastPort,
        Analyzers = options.Role == Role.Agent ? options.Analyzers
            : IPAddress.Any.Equals(options.Listen.Address) || IPAddress.IPv6Any.Equals(options.Listen.Address) ? [] : [new Uri($"http://{options.Listen}")],
    };

    private static void ConfigureLogging(ILoggingBuilder logging, ServiceOptions options)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(options.LogLevel);

        // The web server tells of every request and of its own start; that is for those who look for faults.
        logging.AddFilter("Microsoft", options.LogLevel <= LogLevel.Debug ? options.LogLevel : LogLevel.Warning);
        logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);

        // A start that fails is told once, by us.
        logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.Critical);
        if (options.JsonLog)
        {
            logging.AddJsonConsole(static console => console.TimestampFormat = "O");
        }
        else
        {
            logging.AddSimpleConsole(static console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffzzz ";
            });
        }

        logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    [LoggerMessage(3001, LogLevel.Information, "Ready: {Role} on {Listen}, history in {Storage}")]
    private static partial void LogReady(ILogger logger, Role role, string listen, string storage);

    [LoggerMessage(3002, LogLevel.Critical, "The service cannot run: {Reason}")]
    private static partial void LogNotStarted(ILogger logger, string reason);
}
