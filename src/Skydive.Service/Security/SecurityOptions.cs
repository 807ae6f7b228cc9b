using System.Net;
using Skydive.Analyzer.Access;
using Skydive.Analyzer.Api;
using Skydive.Service.Configuration;
using Skydive.Service.Hosting;

namespace Skydive.Service.Security;

/// <summary>Who may come in and how: the part of the configuration that says so, as values that are known to fit together.</summary>
internal sealed record SecurityOptions
{
    private const string NoAuthentication = "noauth";
    private static readonly string[] s_types = ["basic", "keystone", NoAuthentication];

    /// <summary>Who logs people and programs in; null when they do not have to.</summary>
    public BackendOptions? Api { get; init; }

    /// <summary>Who logs agents in; null when they do not have to.</summary>
    public BackendOptions? Cluster { get; init; }

    public required AccessPolicy Policy { get; init; }

    public required TimeSpan TokenLifetime { get; init; }

    public required int LogInFailuresPerMinute { get; init; }

    public required TlsOptions Tls { get; init; }

    public required ServerLimits Server { get; init; }

    /// <summary>What the API itself looks after; without its <see cref="ApiProtection.Access"/>.</summary>
    public required ApiProtection Protection { get; init; }

    /// <summary>By which name and password an agent logs in with analyzers; null when it does not.</summary>
    public NetworkCredential? AgentCredential { get; init; }

    /// <summary>Reads the settings.</summary>
    /// <param name="role">What the process is to do.</param>
    /// <param name="configuration">The settings.</param>
    /// <param name="problems">Gets what is wrong.</param>
    public static SecurityOptions Read(Role role, ServiceConfiguration configuration, List<ConfigurationProblem> problems)
    {
        string service = role == Role.Agent ? "agent" : "analyzer";
        var listen = configuration.GetEndpoint($"{service}.listen");
        bool isLoopback = IPAddress.IsLoopback(listen.Address);
        string apiKey = $"{service}.auth.api.backend";
        if (!isLoopback && configuration.GetText(apiKey) is null)
        {
            problems.Add(new(
                true,
                configuration.Find($"{service}.listen")!.Source,
                $"{service}.listen: {listen} can be reached from other hosts and nobody would have to log in: listen on 127.0.0.1, or make users with 'skydive user add' and set {apiKey} to basic and auth.basic.file "
                + $"to their file, or set {apiKey} to {NoAuthentication} to let everybody in"));
        }

        var api = ReadBackend(configuration, apiKey, problems);
        const string ClusterKey = "analyzer.auth.cluster.backend";
        var cluster = role == Role.Agent ? null : configuration.GetText(ClusterKey) is null ? api : ReadBackend(configuration, ClusterKey, problems);
        var tls = ReadTls(configuration, problems);
        if (!isLoopback && !tls.IsServed && (api ?? cluster) is not null)
        {
            problems.Add(new(false, configuration.Find($"{service}.listen")!.Source, $"{service}.listen: passwords would travel unencrypted to {listen}: set tls.server_cert and tls.server_key ('skydive cert' makes them)"));
        }

        var policy = AccessPolicy.Parse(configuration.GetList("rbac.policy"), out var lines);
        problems.AddRange(lines.Select(problem => new ConfigurationProblem(problem.IsError, configuration.Find("rbac.policy")!.Source, $"rbac.policy: {problem.Message}")));
        foreach (var backend in new[] { api, cluster }.OfType<BackendOptions>().Where(backend => !policy.IsGroup(backend.Role)).Distinct())
        {
            problems.Add(new(false, configuration.Find($"auth.{backend.Name}.role")!.Source, $"auth.{backend.Name}.role: no group '{backend.Role}' is known: its users may do nothing"));
        }

        string? user = configuration.GetText("agent.auth.cluster.username");
        string? password = configuration.GetText("agent.auth.cluster.password");
        if (user is null != password is null)
        {
            problems.Add(new(
                true,
                (configuration.Find("agent.auth.cluster.username") ?? configuration.Find("agent.auth.cluster.password"))!.Source,
                "agent.auth.cluster: username and password belong together"));
        }

        var names = configuration.GetList("http.allowed_hosts");
        return new()
        {
            Api = api,
            Cluster = cluster,
            Policy = policy,
            TokenLifetime = configuration.GetDuration("auth.token_lifetime"),
            LogInFailuresPerMinute = (int)configuration.GetInteger("http.limits.login_failures"),
            Tls = tls,
            Server = new()
            {
                MaximumBodyBytes = configuration.GetSize("http.limits.pcap_body"),
                MaximumHeaderBytes = (int)Math.Min(int.MaxValue, configuration.GetSize("http.limits.headers")),
                MaximumHeaders = (int)configuration.GetInteger("http.limits.header_count"),
                HeaderTime = configuration.GetDuration("http.limits.header_time"),
                IdleTime = configuration.GetDuration("http.limits.idle_time"),
                MinimumBodyRate = configuration.GetSize("http.limits.body_rate"),
                Connections = (int)configuration.GetInteger("http.limits.connections"),
                ConnectionsPerAddress = (int)configuration.GetInteger("http.limits.connections_per_address"),
            },
            Protection = new()
            {
                Limits = new()
                {
                    MaximumBodyBytes = configuration.GetSize("http.limits.body"),
                    MaximumInjectionBytes = configuration.GetSize("http.limits.injection_body"),
                    WritesPerSecond = (int)configuration.GetInteger("http.limits.writes_per_second"),
                },
                AllowedOrigins = configuration.GetList("http.allowed_origins"),
                AllowedHosts = names.Count > 0 ? names : isLoopback && api is null ? OwnNames() : null,
                AllowTokenInUrl = configuration.GetFlag("http.token_in_url"),
            },
            AgentCredential = user is null || password is null ? null : new(user, password),
        };
    }

    private static string[] OwnNames()
    {
        try
        {
            return [Environment.MachineName, Dns.GetHostEntry(string.Empty).HostName];
        }
        catch (System.Net.Sockets.SocketException)
        {
            return [Environment.MachineName];
        }
    }

    private static BackendOptions? ReadBackend(ServiceConfiguration configuration, string key, List<ConfigurationProblem> problems)
    {
        if (configuration.GetText(key) is not { } name)
        {
            return null;
        }

        var source = configuration.Find(key)!.Source;
        string? type = configuration.GetText($"auth.{name}.type")?.ToLowerInvariant() ?? (s_types.Contains(name) ? name : null);
        string role = configuration.GetText($"auth.{name}.role")!;
        switch (type)
        {
            case NoAuthentication:
                return null;
            case "basic":
                string? file = configuration.GetText($"auth.{name}.file");
                var users = ReadUsers(configuration, name, problems);
                if (file is null && users.Count == 0)
                {
                    problems.Add(new(true, source, $"{key}: section auth.{name} has no users: set auth.{name}.file to a file that 'skydive user add' or htpasswd wrote, or auth.{name}.users"));
                }

                CheckFile(configuration, $"auth.{name}.file", path => UserFile.Read(path, out _), problems);
                return new BasicOptions(name, role, file, users);
            case "keystone":
                string? address = configuration.GetText($"auth.{name}.auth_url");
                bool isAddress = Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";
                if (!isAddress)
                {
                    problems.Add(new(true, source, $"{key}: auth.{name}.auth_url is no address of Keystone, such as https://keystone.example:5000/v3"));
                }
                else if (uri!.AbsolutePath.StartsWith("/v2", StringComparison.Ordinal))
                {
                    problems.Add(new(true, configuration.Find($"auth.{name}.auth_url")!.Source, $"auth.{name}.auth_url: version 2 of Keystone's API is not spoken: expected an address of version 3, such as https://keystone.example:5000/v3"));
                }

                return isAddress ? new KeystoneOptions(name, role, uri!, configuration.GetText($"auth.{name}.tenant_name")!, configuration.GetText($"auth.{name}.domain_name")!) : null;
            default:
                problems.Add(new(true, source, $"{key}: no section auth.{name} says what '{name}' is: set auth.{name}.type to {string.Join(", ", s_types)}"));
                return null;
        }
    }

    private static Dictionary<string, UserEntry> ReadUsers(ServiceConfiguration configuration, string section, List<ConfigurationProblem> problems)
    {
        string key = $"auth.{section}.users";
        var users = new Dictionary<string, UserEntry>(StringComparer.Ordinal);
        foreach (var (name, value) in configuration.GetTree(key).AsMap ?? Skydive.Contracts.Metadata.MetadataMap.Empty)
        {
            string? problem = UserFile.CheckName(name) ?? (value.AsString is not { Length: > 0 } ? $"the password of {name} is no text: put it in quotes" : null);
            if (problem is not null)
            {
                problems.Add(new(true, configuration.Find(key)!.Source, $"{key}: {problem}"));
                continue;
            }

            // A password is hashed at once: it does not have to be in memory as it is.
            string text = value.AsString!;
            users[name] = new(PasswordHash.Check(text) is null ? text : PasswordHash.Create(text), []);
        }

        return users;
    }

    private static TlsOptions ReadTls(ServiceConfiguration configuration, List<ConfigurationProblem> problems)
    {
        CheckPair(configuration, "tls.server_cert", "tls.server_key", problems);
        CheckPair(configuration, "tls.client_cert", "tls.client_key", problems);
        CheckFile(configuration, "tls.ca_cert", path => TlsFiles.ReadAuthorities(path), problems);
        var options = new TlsOptions
        {
            ServerCertificate = configuration.GetText("tls.server_cert"),
            ServerKey = configuration.GetText("tls.server_key"),
            ClientCertificate = configuration.GetText("tls.client_cert"),
            ClientKey = configuration.GetText("tls.client_key"),
            Authorities = configuration.GetText("tls.ca_cert"),
            RequireClientCertificate = configuration.GetFlag("tls.require_client_cert"),
        };
        if (options.RequireClientCertificate && (options.Authorities is null || !options.IsServed))
        {
            problems.Add(new(true, configuration.Find("tls.require_client_cert")!.Source, "tls.require_client_cert: needs tls.server_cert, and tls.ca_cert that says whose certificates are accepted"));
        }

        return options;
    }

    private static void CheckPair(ServiceConfiguration configuration, string certificate, string key, List<ConfigurationProblem> problems)
    {
        if (configuration.GetText(certificate) is null != configuration.GetText(key) is null)
        {
            problems.Add(new(true, (configuration.Find(certificate) ?? configuration.Find(key))!.Source, $"{certificate} and {key} belong together"));
            return;
        }

        CheckFile(configuration, certificate, path => TlsFiles.ReadCertificate(path, configuration.GetText(key)!).Dispose(), problems);
    }

    private static void CheckFile(ServiceConfiguration configuration, string key, Action<string> read, List<ConfigurationProblem> problems)
    {
        if (configuration.GetText(key) is not { } path)
        {
            return;
        }

        try
        {
            read(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            problems.Add(new(true, configuration.Find(key)!.Source, $"{key}: {path} cannot be used: {e.Message}"));
        }
    }
}
