using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Skydive.Client;
using Skydive.Client.Errors;
using Skydive.Client.Streams;
using Skydive.Service.Security;
using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.Journeys;

/// <summary>Everything over TLS with certificates on both sides and log-ins, an agent in a network namespace of its own.</summary>
public sealed class SecureJourneyTests : IDisposable
{
    private const string Analyzer = "10.199.9.1";
    private static int s_count;

    private readonly TemporaryDirectory _directory = new();
    private readonly string _prefix = $"z{Environment.ProcessId % 10000}{(char)('a' + (Interlocked.Increment(ref s_count) % 26))}";

    private static CancellationToken None => TestContext.Current.CancellationToken;

    private string Tls => Path.Combine(_directory.Path, "tls");

    private string Users => Path.Combine(_directory.Path, "users");

    public void Dispose()
    {
        Shell.TryRun($"ip netns del {_prefix}a; ip netns del {_prefix}b; ip link del {_prefix}-up");
        _directory.Dispose();
    }

    [Fact]
    public async Task AgentInAnotherNamespace_OverMutualTls_DoesWhatOneInTheClearDoes()
    {
        Needs.Root();
        MakeLab();
        MakeCertificates();
        AddUser("ann", "secret-of-ann", "admin");
        AddUser("web1", "secret-of-web1", "agent");
        var settings = new Dictionary<string, string>
        {
            ["SKYDIVE_ANALYZER_AUTH_API_BACKEND"] = "basic",
            ["SKYDIVE_AUTH_BASIC_FILE"] = Users,
            ["SKYDIVE_TLS_SERVER_CERT"] = Path.Combine(Tls, "hub.crt"),
            ["SKYDIVE_TLS_SERVER_KEY"] = Path.Combine(Tls, "hub.key"),
            ["SKYDIVE_TLS_CA_CERT"] = Path.Combine(Tls, "ca.crt"),
            ["SKYDIVE_TLS_REQUIRE_CLIENT_CERT"] = "true",
        };
        var address = new Uri($"https://{Analyzer}:{TestService.FreePort()}");
        var options = new SkydiveClientOptions
        {
            Address = address,
            Credential = new("ann", "secret-of-ann"),
            CertificateAuthorities = TlsFiles.ReadAuthorities(Path.Combine(Tls, "ca.crt")),
            Certificate = TlsFiles.ReadCertificate(Path.Combine(Tls, "ann.crt"), Path.Combine(Tls, "ann.key")),
        };
        await using var analyzer = await TestService.StartAsync("analyzer", Path.Combine(_directory.Path, "analyzer"), settings, address, options: options);
        var agentSettings = new Dictionary<string, string>
        {
            // Without a scheme: who has tls.ca_cert speaks TLS.
            ["SKYDIVE_ANALYZERS"] = address.Authority,
            ["SKYDIVE_HOST_ID"] = "web1",
            ["SKYDIVE_AGENT_AUTH_CLUSTER_USERNAME"] = "web1",
            ["SKYDIVE_AGENT_AUTH_CLUSTER_PASSWORD"] = "secret-of-web1",
            ["SKYDIVE_TLS_CA_CERT"] = Path.Combine(Tls, "ca.crt"),
            ["SKYDIVE_TLS_CLIENT_CERT"] = Path.Combine(Tls, "web1.crt"),
            ["SKYDIVE_TLS_CLIENT_KEY"] = Path.Combine(Tls, "web1.key"),
            ["SKYDIVE_FLOW_UPDATE"] = "1",
        };
        await using var agent = await TestService.StartAsync(
            "agent", Path.Combine(_directory.Path, "agent"), agentSettings, new("http://127.0.0.1:18081"), through: ["ip", "netns", "exec", _prefix + "a"]);
        var client = analyzer.Client;

        // Topology, live and as a stream.
        await Wait.UntilAsync(async () => (await client.NodesAsync("G.V().Has('@Origin','agent.web1','Name','inner')")).Count == 1, TimeSpan.FromSeconds(15), () => agent.Log + analyzer.Log);
        await using (var events = client.WatchTopologyAsync(new TopologyStreamOptions(), None).GetAsyncEnumerator(None))
        {
            Assert.True(await events.MoveNextAsync());
        }

        // A capture, live flows, then the same from history.
        var before = DateTimeOffset.UtcNow;
        await client.CaptureAsync("G.V().Has('@Origin','agent.web1','Name','inner')", "icmp", 1);
        Shell.Run($"ip netns exec {_prefix}a ping -q -c 4 -i 0.05 10.199.10.2");
        await Wait.UntilAsync(async () => (await client.FlowsAsync("G.V().Has('Name','inner').Flows()")) is [{ Metric.BAPackets: 4 }], TimeSpan.FromSeconds(10), () => agent.Log);
        await Wait.UntilAsync(async () => (await client.FlowsAsync("G.At(NOW, 60).Flows().Has('Application','ICMPv4')")) is [{ Metric.ABPackets: 4 }, ..], TimeSpan.FromSeconds(15), () => agent.Log);
        Shell.Run($"ip -n {_prefix}a link set inner mtu 1400");
        await Wait.UntilAsync(async () => (await client.NodesAsync("G.V().Has('Name','inner','MTU',1400)")).Count == 1, TimeSpan.FromSeconds(5));
        Assert.Single(await client.NodesAsync($"G.At('{before:yyyy-MM-ddTHH:mm:ss.fffZ}').V().Has('Name','inner','MTU',1500)"));

        // The command line client.
        string command = $"dotnet {TestService.Program} client --analyzer {address.Authority} --ca {Tls}/ca.crt --cert {Tls}/ann.crt --key {Tls}/ann.key";
        var login = new Dictionary<string, string> { ["SKYDIVE_USERNAME"] = "ann", ["SKYDIVE_PASSWORD"] = "secret-of-ann" };
        var (code, output) = Shell.TryRun($"{command} query \"G.V().Has('Name','inner').Count()\"", login);
        Assert.Equal((0, "1"), (code, output.Trim()));
        (code, string token) = Shell.TryRun($"{command} login", login);
        Assert.Equal(0, code);
        var byToken = new Dictionary<string, string> { ["SKYDIVE_TOKEN"] = token.Trim() };
        Assert.Equal(0, Shell.TryRun($"{command} status", byToken).Code);
        Assert.Equal(0, Shell.TryRun($"{command} logout", byToken).Code);
        Assert.Equal(1, Shell.TryRun($"{command} status", byToken).Code);
        Assert.Equal(1, Shell.TryRun($"{command} status", new Dictionary<string, string> { ["SKYDIVE_USERNAME"] = "ann", ["SKYDIVE_PASSWORD"] = "guess-of-ann" }).Code);

        // No secret is in any log.
        foreach (string log in new[] { agent.Log, analyzer.Log })
        {
            Assert.DoesNotContain("secret-of", log, StringComparison.Ordinal);
            Assert.DoesNotContain("guess-of", log, StringComparison.Ordinal);
            Assert.DoesNotContain(token.Trim(), log, StringComparison.Ordinal);
        }

        Assert.Contains("A log-in from", analyzer.Log, StringComparison.Ordinal);

        // Nobody comes in without a certificate of the authority, or with an old version of TLS, or in the clear.
        await Assert.ThrowsAsync<SkydiveConnectionException>(() => GetAsync(options with { Certificate = null }));
        using var strange = Strangers("ann");
        await Assert.ThrowsAsync<SkydiveConnectionException>(() => GetAsync(options with { Certificate = strange }));
        await Assert.ThrowsAsync<SkydiveConnectionException>(() => GetAsync(options with { Certificate = TlsFiles.ReadCertificate(Path.Combine(Tls, "hubonly.crt"), Path.Combine(Tls, "hubonly.key")), Address = new($"http://{address.Authority}"), AllowUnencryptedAuthentication = true }));
#pragma warning disable SYSLIB0039 // That it is old is the point.
        await Assert.ThrowsAnyAsync<Exception>(() => HandshakeAsync(address, SslProtocols.Tls11, options.Certificate!));
#pragma warning restore SYSLIB0039
        await HandshakeAsync(address, SslProtocols.Tls12, options.Certificate!);
        await HandshakeAsync(address, SslProtocols.Tls13, options.Certificate!);

        // And nobody is trusted who is not of the authority, or is not who he says.
        var failure = await Assert.ThrowsAsync<SkydiveConnectionException>(() => GetAsync(options with { CertificateAuthorities = null }));
        Assert.Equal(SkydiveConnectionReason.TlsFailed, failure.Reason);

        // A user whose rights go while he is connected is out.
        UserFile.Update(Users, "web1", static entry => entry! with { Groups = ["guest"] });
        await Wait.UntilAsync(async () => !(await client.GetStatusAsync(None)).Agents.ContainsKey("web1"), TimeSpan.FromSeconds(20));
        await Wait.UntilAsync(() => Task.FromResult(agent.Log.Contains("may not report there", StringComparison.Ordinal)), TimeSpan.FromSeconds(20), () => agent.Log);
        UserFile.Update(Users, "web1", static entry => entry! with { Groups = ["agent"] });
        await Wait.UntilAsync(async () => (await client.GetStatusAsync(None)).Agents.ContainsKey("web1"), TimeSpan.FromSeconds(40), () => agent.Log);
    }

    [Fact]
    public async Task Agent_WithAWrongPassword_SaysSo_AndKeepsTrying()
    {
        AddUser("web1", "secret-of-web1", "agent");
        await using var analyzer = await TestService.StartAsync(
            "analyzer", _directory.Path, new Dictionary<string, string> { ["SKYDIVE_ANALYZER_AUTH_API_BACKEND"] = "basic", ["SKYDIVE_AUTH_BASIC_FILE"] = Users });
        await using var agent = await TestService.StartAsync(
            "agent",
            _directory.Path,
            new Dictionary<string, string>
            {
                ["SKYDIVE_ANALYZERS"] = analyzer.Address.Authority, ["SKYDIVE_HOST_ID"] = "web1", ["SKYDIVE_AGENT_AUTH_CLUSTER_USERNAME"] = "web1", ["SKYDIVE_AGENT_AUTH_CLUSTER_PASSWORD"] = "not-the-secret",
            });
        await Wait.UntilAsync(
            () => Task.FromResult(agent.Log.Contains("it does not know agent.auth.cluster.username with this password", StringComparison.Ordinal)), TimeSpan.FromSeconds(10), () => agent.Log);
        AddUser("web1", "not-the-secret", "agent");
        AddUser("ann", "secret-of-ann", "admin");
        using var client = new SkydiveClient(new() { Address = analyzer.Address, Credential = new("ann", "secret-of-ann") });
        await Wait.UntilAsync(async () => (await client.GetStatusAsync(None)).Agents.ContainsKey("web1"), TimeSpan.FromSeconds(60), () => agent.Log);
        Assert.DoesNotContain("not-the-secret", agent.Log + analyzer.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_ThatIsRenewed_IsUsedWithoutARestart()
    {
        MakeCertificates();
        var address = new Uri($"https://127.0.0.1:{TestService.FreePort()}");
        await using var analyzer = await TestService.StartAsync(
            "analyzer",
            _directory.Path,
            new Dictionary<string, string> { ["SKYDIVE_TLS_SERVER_CERT"] = Path.Combine(Tls, "hub.crt"), ["SKYDIVE_TLS_SERVER_KEY"] = Path.Combine(Tls, "hub.key") },
            address);
        string first = (await HandshakeAsync(address, SslProtocols.Tls13, null)).GetSerialNumberString();
        File.Delete(Path.Combine(Tls, "hub.crt"));
        File.Delete(Path.Combine(Tls, "hub.key"));
        CertificateMaker.Make(Tls, "hub", [Analyzer, "127.0.0.1"], TimeSpan.FromDays(30), DateTimeOffset.UtcNow);
        await Wait.UntilAsync(async () => (await HandshakeAsync(address, SslProtocols.Tls13, null)).GetSerialNumberString() != first, TimeSpan.FromSeconds(30), () => analyzer.Log);
    }

    private static async Task GetAsync(SkydiveClientOptions options)
    {
        using var client = new SkydiveClient(options);
        await client.GetInfoAsync(None);
    }

    private static async Task<X509Certificate2> HandshakeAsync(Uri address, SslProtocols protocol, X509Certificate2? certificate)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(address.Host, address.Port);
        await using var tls = new SslStream(tcp.GetStream(), false, static (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = address.Host, EnabledSslProtocols = protocol, ClientCertificates = certificate is null ? null : [certificate] }, None);

        // With TLS 1.3 a refusal comes with the first answer only.
        await tls.WriteAsync("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray(), None);
        Assert.StartsWith("HTTP/1.1 200", await RawHttp.ReadAsync(tls, TimeSpan.FromSeconds(5)), StringComparison.Ordinal);
        return new(tls.RemoteCertificate!);
    }

    private X509Certificate2 Strangers(string name)
    {
        string other = Path.Combine(_directory.Path, "other");
        CertificateMaker.MakeAuthority(other, "another authority", TimeSpan.FromDays(1), DateTimeOffset.UtcNow);
        CertificateMaker.Make(other, name, [], TimeSpan.FromDays(1), DateTimeOffset.UtcNow);
        return TlsFiles.ReadCertificate(Path.Combine(other, name + ".crt"), Path.Combine(other, name + ".key"));
    }

    private void AddUser(string user, string password, string group) => UserFile.Update(Users, user, _ => new(PasswordHash.Create(password), [group]));

    private void MakeCertificates() => Shell.Run(
        $"""
        set -e
        skydive="dotnet {TestService.Program} cert"
        $skydive ca -d {Tls}
        $skydive server hub -d {Tls} --san {Analyzer}
        $skydive server hubonly -d {Tls}
        $skydive agent web1 -d {Tls}
        $skydive client ann -d {Tls}
        """);

    /// <summary>A host in a namespace, with an uplink to ours and a neighbour.</summary>
    private void MakeLab() => Shell.Run(
        $"""
        set -e
        ip netns add {_prefix}a
        ip netns add {_prefix}b
        ip link add {_prefix}-up type veth peer name uplink netns {_prefix}a
        ip addr add {Analyzer}/24 dev {_prefix}-up
        ip link set {_prefix}-up up
        ip -n {_prefix}a link set lo up
        ip -n {_prefix}a addr add 10.199.9.2/24 dev uplink
        ip -n {_prefix}a link set uplink up
        ip -n {_prefix}a link add inner type veth peer name eth0 netns {_prefix}b
        ip -n {_prefix}a addr add 10.199.10.1/24 dev inner
        ip -n {_prefix}a link set inner up
        ip -n {_prefix}b addr add 10.199.10.2/24 dev eth0
        ip -n {_prefix}b link set eth0 up
        """);
}
