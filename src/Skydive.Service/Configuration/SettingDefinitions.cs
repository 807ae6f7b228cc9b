namespace Skydive.Service.Configuration;

/// <summary>
/// Every setting of the service. To add one: define it here, read it in <see cref="Hosting.ServiceOptions"/>, and describe it in
/// docs/configuration.md (a test compares the two).
/// </summary>
internal static class SettingDefinitions
{
    public static IReadOnlyList<SettingDefinition> All { get; } =
    [
        new("host_id", SettingType.Text, null, "Identity of this host; the host name when not given."),
        new("analyzers", SettingType.TextList, "127.0.0.1:8082", "The analyzers that agents and the command line client connect to."),
        new("tls.server_cert", SettingType.Text, null, "Certificate by which the service proves who it is, with those between it and the authority behind it (PEM). With it the API is served over TLS only."),
        new("tls.server_key", SettingType.Text, null, "Private key of tls.server_cert (PEM)."),
        new("tls.ca_cert", SettingType.Text, null, "Authorities whose certificates are trusted (PEM): for the analyzers that an agent connects to, and for clients that show a certificate. The system's when not given."),
        new("tls.client_cert", SettingType.Text, null, "Certificate that an agent shows to analyzers (PEM)."),
        new("tls.client_key", SettingType.Text, null, "Private key of tls.client_cert (PEM)."),
        new("tls.require_client_cert", SettingType.Boolean, "false", "Whether every client has to show a certificate of an authority in tls.ca_cert."),
        new("auth.*.type", SettingType.Text, null, "What an authentication section is: basic (users of a file or of this configuration), keystone (OpenStack) or noauth. The sections basic, keystone and noauth are of the type of their name.") { Choices = ["basic", "keystone", "noauth"] },
        new("auth.*.file", SettingType.Text, null, "File of users for a section of type basic, as skydive user and htpasswd write it; read again when it changes."),
        new("auth.*.users", SettingType.Map, null, "Users of a section of type basic with their passwords, or better hashes of them, such as {ann: secret}.") { IsSecret = true },
        new("auth.*.role", SettingType.Text, "admin", "Group of those users of a section of whom neither its file nor rbac.policy says another."),
        new("auth.*.auth_url", SettingType.Text, null, "Address of Keystone, such as https://keystone.example:5000/v3, for a section of type keystone."),
        new("auth.*.tenant_name", SettingType.Text, "admin", "Project in which users of a section of type keystone must have a role."),
        new("auth.*.domain_name", SettingType.Text, "Default", "Domain of users and project of a section of type keystone."),
        new("auth.token_lifetime", SettingType.Duration, "12h", "How long a token of POST /login is valid.") { Minimum = 1000 },
        new("rbac.policy", SettingType.TextList, null, "Who may do what besides the groups admin, guest and agent, one line each: 'p, subject, object, action, allow' (or deny), or 'g, user, group'."),
        new("http.ws.ping_delay", SettingType.Duration, "2", "Time between two pings on a WebSocket.") { Minimum = 100 },
        new("http.ws.pong_timeout", SettingType.Duration, "5", "How long the answer to a ping may take before the connection is given up. What an agent told of is not shown when it has been away five times as long.") { Minimum = 100 },
        new("http.ws.queue_size", SettingType.Integer, "10000", "Changes that may wait for a subscriber before it is resynchronised.") { Minimum = 1, Maximum = 10_000_000 },
        new("http.ws.max_request_size", SettingType.Size, "64k", "Largest message of a subscriber."),
        new("http.ws.max_publisher_message_size", SettingType.Size, "512M", "Largest message of a publisher: its whole graph."),
        new("http.ws.max_agent_message_size", SettingType.Size, "512M", "Largest message of an agent: its whole graph."),
        new("http.ws.max_element_size", SettingType.Size, "1M", "Largest node or edge of a publisher."),
        new("http.allowed_origins", SettingType.TextList, null, "Origins of pages, such as https://grafana.example, that may use the API from a browser besides our own."),
        new("http.allowed_hosts", SettingType.TextList, null, "Names by which the service may be called besides addresses and localhost. When not given: the host's own while it listens on loopback without a log-in, else any."),
        new("http.token_in_url", SettingType.Boolean, "false", "Whether a token is taken from the parameter x-auth-token of a URL, where logs and histories keep it."),
        new("http.limits.body", SettingType.Size, "1M", "Largest body of a request, but for those below."),
        new("http.limits.injection_body", SettingType.Size, "12M", "Largest body of an injection, which may bring a trace with it."),
        new("http.limits.pcap_body", SettingType.Size, "2G", "Largest pcap file that is taken."),
        new("http.limits.headers", SettingType.Size, "32k", "All headers of a request together.") { Minimum = 1024 },
        new("http.limits.header_count", SettingType.Integer, "100", "Headers of a request.") { Minimum = 10, Maximum = 10_000 },
        new("http.limits.header_time", SettingType.Duration, "10", "How long the headers of a request may take.") { Minimum = 100 },
        new("http.limits.body_rate", SettingType.Size, "240", "Bytes a second that a body must come in at on average, after five seconds."),
        new("http.limits.idle_time", SettingType.Duration, "130", "How long a connection without a request stays.") { Minimum = 100 },
        new("http.limits.connections", SettingType.Integer, "10000", "Connections in all.") { Minimum = 1, Maximum = 1_000_000 },
        new("http.limits.connections_per_address", SettingType.Integer, "2000", "Connections from one address.") { Minimum = 1, Maximum = 1_000_000 },
        new("http.limits.writes_per_second", SettingType.Integer, "500", "Requests a second from one address that change something; as many as that for five seconds may come at once.") { Minimum = 1, Maximum = 1_000_000 },
        new("http.limits.login_failures", SettingType.Integer, "10", "Failed log-ins a minute from one address.") { Minimum = 1, Maximum = 100_000 },
        new("agent.listen", SettingType.Endpoint, "127.0.0.1:8081", "Where an agent of its own process serves its API."),
        new("agent.auth.api.backend", SettingType.Text, null, "Authentication section of the agent's API. To listen beyond loopback it must be set: noauth says in so many words that nobody has to log in."),
        new("agent.auth.cluster.username", SettingType.Text, null, "User name by which an agent logs in with analyzers."),
        new("agent.auth.cluster.password", SettingType.Text, null, "Password by which an agent logs in with analyzers.") { IsSecret = true },
        new("agent.capture.stats_update", SettingType.Duration, "1", "How often counters of captures are brought up to date.") { Minimum = 100 },
        new("agent.capture.rings", SettingType.Integer, "1", "Packet rings, each with a thread and a flow table, that share the packets of one capture of type afpacket.") { Minimum = 1, Maximum = 64 },
        new("agent.capture.ring_memory", SettingType.Size, null, "Memory of all packet rings together: few captures get 8 MiB each, many get less; beyond it a capture is refused at further nodes. A gigabyte, or a quarter of the host's memory where that is less, when not given.") { Minimum = 1 << 20 },
        new("agent.flow.ebpf.polling_rate", SettingType.Integer, "16000", "Flows a second that a capture of type ebpf fetches from the kernel.") { Minimum = 1, Maximum = 100_000_000 },
        new("agent.flow.max_buffer_bytes", SettingType.Integer, "67108864", "Bytes of encoded flows that an agent keeps until the analyzer has stored them; beyond that the oldest are counted as dropped.") { Minimum = 65536, Maximum = 1L << 40 },
        new("agent.flow.pcapsocket.bind_address", SettingType.Text, "127.0.0.1", "Where captures of type pcapsocket listen for pcap streams."),
        new("agent.flow.pcapsocket.min_port", SettingType.Integer, "8100", "The first port at which captures of type pcapsocket listen; also as port_min.") { Minimum = 1, Maximum = 65535 },
        new("agent.flow.pcapsocket.max_port", SettingType.Integer, "8132", "The last port at which captures of type pcapsocket listen; also as port_max.") { Minimum = 1, Maximum = 65535 },
        new("agent.flow.pcapsocket.port_min", SettingType.Integer, null, "Another name of agent.flow.pcapsocket.min_port.") { Minimum = 1, Maximum = 65535 },
        new("agent.flow.pcapsocket.port_max", SettingType.Integer, null, "Another name of agent.flow.pcapsocket.max_port.") { Minimum = 1, Maximum = 65535 },
        new("agent.topology.probes", SettingType.TextList, null, "Topology probes that run besides hardware, netlink and netns, which always do. One that does not exist is told and left out."),
        new("agent.topology.blockdev.lsblk_path", SettingType.Text, "/usr/bin/lsblk", "The program that tells of block devices (probe blockdev)."),
        new("agent.topology.lldp.interfaces", SettingType.TextList, null, "Interfaces of the host on which LLDP is heard; all that are up and do multicast when not given."),
        new("agent.topology.processes.update", SettingType.Duration, "10", "How often the probe processes looks at all processes, besides what the kernel tells of them at once.") { Minimum = 100 },
        new("agent.topology.socketinfo.host_update", SettingType.Duration, "10", "How often the probe socketinfo lists sockets and the processes that have them.") { Minimum = 100 },
        new("agent.topology.socketinfo.max_sockets", SettingType.Integer, "10000", "Sockets that one node shows, servers first.") { Minimum = 1, Maximum = 1_000_000 },
        new("agent.topology.netlink.metrics_update", SettingType.Duration, "30", "How often counters of interfaces are brought into the graph, and what the kernel does not tell of is read anew.") { Minimum = 100 },
        new("agent.topology.netns.run_path", SettingType.Text, "/var/run/netns", "Where named network namespaces stand."),
        new("agent.metadata", SettingType.Map, null, "Keys and values for the node of this host, nested as they are written; numbers, texts, lists and true or false keep their types."),
        new("agent.metadata_config.files", SettingType.MapList, null, "Files from which keys of the host's node are taken, each with path, type (json, toml, ini, yaml or properties), name (the key below Config) and selector (what of the file, with dots)."),
        new("analyzer.listen", SettingType.Endpoint, "127.0.0.1:8082", "Where the analyzer serves its API."),
        new("analyzer.auth.api.backend", SettingType.Text, null, "Authentication section of the analyzer's API. To listen beyond loopback it must be set: noauth says in so many words that nobody has to log in."),
        new("analyzer.auth.cluster.backend", SettingType.Text, null, "Authentication section of agents; that of the API when not given."),
        new("analyzer.startup.capture_gremlin", SettingType.Text, null, "A capture that is made when the analyzer starts: the nodes."),
        new("analyzer.startup.capture_bpf", SettingType.Text, null, "A capture that is made when the analyzer starts: the packet filter."),
        new("analyzer.startup.capture_type", SettingType.Text, null, "A capture that is made when the analyzer starts: the type."),
        new("analyzer.flow.backend", SettingType.Text, "sqlite", "Name of the storage section that keeps flows."),
        new("analyzer.flow.max_buffer_size", SettingType.Integer, "100000", "Flows that may wait for the store; beyond that agents have to wait, and in one process with an agent the newest are counted as dropped.") { Minimum = 1, Maximum = 100_000_000 },
        new("analyzer.topology.fabric", SettingType.TextList, null, "Switches, routers and cables that no agent can see, one link a line, such as TOR1[Name=tor1] -> PORT1 or PORT1 --> *[Type=host]/eth0."),
        new("analyzer.topology.probes", SettingType.TextList, null, "Topology probes of the analyzer that run besides fabric and peering, which always do. One that does not exist is told and left out."),
        new("analyzer.topology.backend", SettingType.Text, "sqlite", "Name of the storage section that keeps the history of the topology."),
        new("storage.data_dir", SettingType.Text, null, "Where embedded stores rest; the state folder that fits user and system when not given."),
        new("storage.*.driver", SettingType.Text, null, "What a storage section is: sqlite or memory. The sections sqlite and memory exist without being written.") { Choices = ["sqlite", "memory"] },
        new("storage.*.max_age", SettingType.Duration, "7d", "History that is older is removed; 0 keeps it for ever."),
        new("storage.*.max_size", SettingType.Size, "2G", "The oldest history is removed when the store grows beyond this; 0 sets no limit."),
        new("flow.update", SettingType.Duration, "60", "How often flows that changed are sent to the analyzer.") { Minimum = 100 },
        new("flow.expire", SettingType.Duration, "600", "A flow without a packet for so long is over.") { Minimum = 100 },
        new("flow.max_entries", SettingType.Integer, "500000", "Flows that one capture keeps at one node; beyond that the one that was idle longest is sent early.") { Minimum = 1, Maximum = 100_000_000 },
        new("flow.default_layer_key_mode", SettingType.Text, "L2", "What tells flows apart when a capture does not say.") { Choices = ["L2", "L3"] },
        new("flow.application_ports.tcp.*", SettingType.Text, null, "Name of the application at a TCP port, instead of the last layer's name."),
        new("flow.application_ports.udp.*", SettingType.Text, null, "Name of the application at a UDP port, instead of the last layer's name."),
        new("flow.application_timeout.arp", SettingType.Duration, "10", "An ARP flow without a packet for so long is over.") { Minimum = 100 },
        new("flow.application_timeout.dns", SettingType.Duration, "10", "A DNS flow without a packet for so long is over.") { Minimum = 100 },
        new("logging.level", SettingType.Text, "INFO", "The least important messages that are logged.") { Choices = ["TRACE", "DEBUG", "INFO", "WARNING", "ERROR"] },
        new("logging.encoder", SettingType.Text, null, "json for one JSON object per line; text for people when not given.") { Choices = ["json"] },
    ];

    /// <summary>Keys of former releases of Skydive, and what they are called now: they are taken and told.</summary>
    public static IReadOnlyDictionary<string, string[]> Former { get; } = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["auth.type"] = ["analyzer.auth.api.backend", "analyzer.auth.cluster.backend", "agent.auth.api.backend"],
        ["auth.analyzer_username"] = ["agent.auth.cluster.username"],
        ["auth.analyzer_password"] = ["agent.auth.cluster.password"],
        ["agent.flow.stats_update"] = ["agent.capture.stats_update"],
        ["analyzer.storage.backend"] = ["analyzer.flow.backend"],
        ["analyzer.storage.max_flow_buffer_size"] = ["analyzer.flow.max_buffer_size"],
        ["graph.backend"] = ["analyzer.topology.backend"],
        ["netns.run_path"] = ["agent.topology.netns.run_path"],
    };

    /// <summary>The definition of a key; null when it is not known.</summary>
    public static SettingDefinition? Find(string key) => All.FirstOrDefault(definition => Matches(definition.Key, key));

    /// <summary>The known key that is most like another; null when none is like it.</summary>
    public static string? FindNearest(string key)
    {
        var (nearest, distance) = All.Select(definition => (definition.Key, Distance: Distance(definition.Key, key))).MinBy(static pair => pair.Distance);
        return distance <= Math.Max(2, key.Length / 4) ? nearest : null;
    }

    private static bool Matches(string pattern, string key)
    {
        if (!pattern.Contains('*', StringComparison.Ordinal))
        {
            return pattern == key;
        }

        string[] parts = pattern.Split('.');
        string[] segments = key.Split('.');
        return parts.Length == segments.Length && parts.Zip(segments).All(static pair => pair.First == "*" || pair.First == pair.Second);
    }

    private static int Distance(string left, string right)
    {
        int[] previous = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int[] current = new int[right.Length + 1];
            current[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int substitution = previous[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                current[j] = Math.Min(substitution, Math.Min(previous[j], current[j - 1]) + 1);
            }

            previous = current;
        }

        return previous[^1];
    }
}
